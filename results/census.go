package results

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// stage is how far a pod has come.
type stage uint8

const (
	absent  stage = iota // not created yet, or removed
	waiting              // for a node
	placed               // on a node, and not ended
	ended                // Succeeded or Failed; the object may remain
	stages
)

func stageOf(p *cluster.Pod) stage {
	switch {
	case p == nil:
		return absent
	case p.Terminal():
		return ended
	case p.NodeName != "":
		return placed
	}
	return waiting
}

// livePod is what the recorder knows of a pod that has not ended.
type livePod struct {
	pod      *cluster.Pod   // its newest version
	attempts int            // decisions about it
	message  string         // why it was unschedulable last
	deleting cluster.Reason // why its deletion was asked for; empty: it was not
	standing *podStanding   // nil: nobody asks whether it serves
}

// census counts pods, and holds those alive.
type census struct {
	live map[cluster.UID]*livePod
	free []*livePod // to be used again: no allocation per pod in the long run
	in   [stages]int

	submitted, scheduled, victims, peakPending int
	outcomes                                   [Pending + 1]int
	lost                                       map[string]int

	waits        []float64 // of scheduled pods, seconds: 8 bytes are all that remains of a pod that ended
	unplacedWait []float64 // of pods that ended or remained unplaced, seconds

	first, last sim.Time // submission, change of a pod
	lastEnd     sim.Time // of a pod; 0: none yet
}

func newCensus() census {
	return census{live: map[cluster.UID]*livePod{}, lost: map[string]int{}}
}

// track takes note of a change of a pod that had not ended before, and returns what is known of the pod.
func (c *census) track(change *cluster.Change, before, after *cluster.Pod) *livePod {
	live := c.of(change, before, after)
	if after != nil {
		live.pod = after
	}
	if live.pod.NodeName != "" && (before == nil || before.NodeName == "") {
		c.placedNow(live.pod)
	}
	c.trackDeletion(change, before, after, live)
	return live
}

// of finds the entry of a pod, and makes one where the pod is new.
func (c *census) of(change *cluster.Change, before, after *cluster.Pod) *livePod {
	if before == nil {
		return c.add(after)
	}
	live := c.live[before.UID]
	if live == nil {
		panic(fmt.Sprintf("results: change %d: pod %v (uid %d) was never added", change.Seq, before.NamespacedName, before.UID))
	}
	return live
}

func (c *census) add(p *cluster.Pod) *livePod {
	if c.submitted == 0 {
		c.first = p.CreatedAt
	}
	c.submitted++
	live := &livePod{}
	if n := len(c.free); n > 0 {
		live, c.free = c.free[n-1], c.free[:n-1]
	}
	c.live[p.UID] = live
	return live
}

// release forgets a pod.
func (c *census) release(live *livePod) {
	delete(c.live, live.pod.UID)
	*live = livePod{}
	c.free = append(c.free, live)
}

// placedNow takes the wait of a pod that was just bound.
func (c *census) placedNow(p *cluster.Pod) {
	c.scheduled++
	c.waits = append(c.waits, seconds(spanOf(p.CreatedAt, scheduledAt(p))))
}

// scheduledAt is when a pod was bound. A pod that was created on its node was bound when it was created.
func scheduledAt(p *cluster.Pod) sim.Time { return max(p.Status.ScheduledAt, p.CreatedAt) }

// trackDeletion remembers the first reason to remove the pod: what follows (killing, removal) is only its execution.
func (c *census) trackDeletion(change *cluster.Change, before, after *cluster.Pod, live *livePod) {
	if live.deleting != "" || after != nil && !after.Deleting {
		return
	}
	live.deleting = change.Reason
	if change.Reason == cluster.ReasonPreempted && before != nil {
		c.victims++
	}
}

// count takes a finished row into the counts. For a pod that is still alive, now is the end of the run.
func (c *census) count(row *PodRow, now sim.Time) {
	c.outcomes[row.Outcome]++
	if row.Outcome == Failed || row.Outcome == Deleted {
		c.lost[row.Reason]++
	}
	if row.Finished != never {
		c.lastEnd = max(c.lastEnd, row.Finished)
	}
	if !row.Placed() {
		c.unplacedWait = append(c.unplacedWait, seconds(spanOf(row.Submitted, min(row.Finished, now))))
	}
}

// alive returns the pods that have not ended, by name.
func (c *census) alive() []*livePod {
	pods := make([]*livePod, 0, len(c.live))
	for _, live := range c.live {
		pods = append(pods, live)
	}
	slices.SortFunc(pods, func(a, b *livePod) int {
		return cmp.Or(a.pod.Compare(b.pod.NamespacedName), cmp.Compare(a.pod.UID, b.pod.UID))
	})
	return pods
}

// endedRow returns the row of a pod that ends by a change.
func endedRow(c *cluster.Change, live *livePod) PodRow {
	row := rowOf(live)
	row.Finished = c.At
	before, after := c.Pods()
	ran := before != nil && before.Status.Phase == cluster.Running
	if ran || live.pod.Status.StartedAt > 0 {
		row.Started = live.pod.Status.StartedAt
	}
	switch {
	case after == nil:
		row.Outcome, row.Reason = Deleted, string(live.deleting)
	case after.Status.Phase == cluster.Succeeded:
		row.Outcome, row.Reason = Completed, ""
	default:
		row.Outcome, row.Reason = Failed, failure(c, live)
	}
	return row
}

// failure says why a pod failed: in its own words, or because it was asked to go, or by what was done to it.
func failure(c *cluster.Change, live *livePod) string {
	return string(cmp.Or(cluster.Reason(live.pod.Status.Reason), live.deleting, c.Reason))
}

// aliveRow returns the row of a pod that is alive at the end of the run.
func aliveRow(live *livePod) PodRow {
	row := rowOf(live)
	row.Outcome, row.Reason = Pending, live.pod.Status.Reason
	if row.Placed() {
		row.Outcome = Running
	}
	if live.pod.Status.Phase == cluster.Running {
		row.Started = live.pod.Status.StartedAt
	}
	return row
}

// rowOf fills in what does not depend on how the pod ended.
func rowOf(live *livePod) PodRow {
	p := live.pod
	request := p.Spec.Requests()
	row := PodRow{
		Namespace: p.Namespace, Name: p.Name,
		Submitted: p.CreatedAt, Scheduled: never, Started: never, Finished: never,
		Node: p.NodeName, Attempts: live.attempts, Priority: p.Spec.Priority,
		MilliCPU: request.MilliCPU, Memory: request.Memory, MilliGPU: p.Spec.GPU.Total(), GPUs: p.GPUs,
	}
	if row.Placed() {
		row.Scheduled = scheduledAt(p)
	}
	return row
}
