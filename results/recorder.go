package results

import (
	"fmt"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Recorder listens to one run and writes its results. Register OnChange with Store.Observe before the first object is
// created, OnDecision with the scheduler, and call Close, or Discard, once at the end. It is for one goroutine.
type Recorder struct {
	cfg  Config
	out  output
	now  sim.Time // of the last change
	pods census
	use  *usage

	avail    availability
	seats    seats
	faults   faults
	services services
	pools    pools

	muted     bool // nothing is written to the log of events
	changes   uint64
	decisions decisionTally
}

// NewRecorder prepares the output folder and returns a recorder that writes to it.
func NewRecorder(cfg Config) (*Recorder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	r := &Recorder{
		cfg: cfg, pods: newCensus(), use: newUsage(), avail: newAvailability(),
		seats: seats{byName: map[string]*seat{}}, pools: pools{byName: map[string]*pool{}},
	}
	if cfg.Watch != nil {
		r.out.events = &eventLog{watch: cfg.Watch}
	}
	if cfg.Dir == "" {
		return r, nil
	}
	return r, r.out.open(&cfg)
}

// OnChange takes in one change of the store. It panics if a pod changes that was never added: then the recorder came too
// late, and no result would be right.
func (r *Recorder) OnChange(c *cluster.Change) {
	r.advance(c.At)
	r.changes++
	switch c.Object().(type) {
	case *cluster.Pod:
		r.podChanged(c)
	case *cluster.Node:
		before, after := c.Nodes()
		r.nodeChanged(before, after)
	case *cluster.Deployment, *cluster.ReplicaSet, *cluster.StatefulSet, *cluster.DaemonSet,
		*cluster.PodDisruptionBudget, *cluster.HorizontalPodAutoscaler, *cluster.PodSet:
		r.workloadChanged(c)
	}
	if r.out.events != nil && !r.muted {
		r.out.events.change(c)
	}
	if r.out.log != nil {
		r.out.log.OnChange(c)
	}
}

// OnViewChange takes in one change of what the scheduler sees, for a full log of decisions.
func (r *Recorder) OnViewChange(c cluster.ViewChange) {
	if r.out.log != nil {
		r.out.log.OnViewChange(c)
	}
}

// Mute keeps changes out of events.jsonl, until it is called with false: what is there before the story begins is no
// event of it.
func (r *Recorder) Mute(muted bool) { r.muted = muted }

// OnDecision takes in one decision, placed or not. The decision is not kept.
func (r *Recorder) OnDecision(d *framework.Decision) {
	live := r.pods.live[d.Pod.UID]
	r.decisions.count(d, live)
	if r.out.log != nil {
		r.out.log.OnDecision(d)
	}
	if r.out.events != nil && live != nil && !d.Placed() {
		if message := d.Message(); message != live.message {
			live.message = message
			r.out.events.unschedulable(d, message)
		}
	}
}

// advance moves time on. What was true until now has lasted since the last change: only states that last are counted,
// so that a pod that is placed in the instant of its submission was never pending.
func (r *Recorder) advance(now sim.Time) {
	if now == r.now {
		return
	}
	if now < r.now {
		panic(fmt.Sprintf("results: time went back from %v to %v", r.now, now))
	}
	if r.out.series != nil {
		r.sampleUntil(now)
	}
	if len(r.avail.awaited) > 0 {
		r.avail.elapse(now)
	}
	if len(r.faults.ending) > 0 {
		r.closeFaults()
	}
	if r.pods.submitted > 0 {
		r.lasted(spanOf(r.now, now))
	}
	r.now = now
}

// sampleUntil writes the samples before now.
func (r *Recorder) sampleUntil(now sim.Time) {
	if s := r.out.series; s.next < now {
		r.sample(s.next)
		s.until(now, r.state())
	}
}

func (r *Recorder) lasted(nanos int64) {
	r.use.lasted(nanos)
	r.pods.peakPending = max(r.pods.peakPending, r.pods.in[waiting])
}

func (r *Recorder) nodeChanged(before, after *cluster.Node) {
	r.pools.changed(r.now, before, after)
	r.nodeStands(before, after)
	if after == nil {
		r.use.set(before.Name, nil)
		return
	}
	r.use.set(after.Name, after)
}

// podChanged moves a pod from one stage of its life to the next.
func (r *Recorder) podChanged(c *cluster.Change) {
	before, after := c.Pods()
	from, to := stageOf(before), stageOf(after)
	r.pods.in[from]--
	r.pods.in[to]++
	r.moveRequests(before, after, from, to)
	if r.pods.last != r.now {
		r.use.mark()
		r.pods.last = r.now
	}
	if from == ended { // its row is written: what becomes of the object does not matter any more
		return
	}
	live := r.pods.track(c, before, after)
	if r.seats.taken {
		r.podStands(live, c, before, after)
	}
	if to == ended || to == absent {
		r.finish(c, live)
	}
}

// moveRequests takes a pod's requests from where they were and puts them where they are.
func (r *Recorder) moveRequests(before, after *cluster.Pod, from, to stage) {
	if from == placed && to == placed && before.Spec == after.Spec && before.NodeName == after.NodeName {
		return
	}
	if from == placed {
		r.use.place(before, -1)
	}
	if to == placed {
		r.use.place(after, 1)
	}
}

// finish writes the row of a pod that has ended, and forgets the pod.
func (r *Recorder) finish(c *cluster.Change, live *livePod) {
	row := endedRow(c, live)
	r.pods.count(&row, r.now)
	r.out.row(&row)
	r.pods.release(live)
}
