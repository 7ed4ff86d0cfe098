package results

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// tank is a random history of a cluster with workloads: whatever may happen to objects, in any order.
type tank struct {
	*world
	nodes  []string
	owners []string // "Kind/name" of what pods may be owned by
	pods   []string
	made   int
	faults map[int][]string // that are on
	begun  int
	serve  map[string]string // pods that serve, with their workload
	plain  map[int]*plainFault
	fresh  bool // nothing has happened in this instant
}

// plainFault is a fault, followed by looking at all pods after every step.
type plainFault struct {
	ended, closed bool
	end           sim.Time
	hit           map[string]bool
	waiting       map[string]bool
	lost          float64
}

func newTank(t testing.TB, cfg Config) *tank {
	k := &tank{world: newWorld(t, cfg), faults: map[int][]string{}, plain: map[int]*plainFault{}}
	for i := range 3 {
		k.nodes = append(k.nodes, fmt.Sprintf("n%d", i))
	}
	return k
}

// settle begins with what most clusters have.
func (k *tank) settle() {
	for _, name := range k.nodes {
		k.do("price %s hour=1", name)
	}
	k.do("deployment a replicas=2 app=a")
	k.do("replicaset a of=a replicas=2")
	for range 2 {
		name := podName(k.made)
		k.made++
		k.pods = append(k.pods, name)
		k.do("pod %s owner=ReplicaSet/a node=n%d", name, k.made)
		k.do("start %s", name)
	}
}

// look follows the faults after a step.
func (k *tank) look() {
	serve := map[string]string{}
	for _, o := range k.store.List(cluster.KindPod) {
		p := o.(*cluster.Pod)
		if n := k.store.Node(p.NodeName); p.Status.Ready && !p.Deleting && !p.Terminal() && n != nil && n.Reachable() {
			serve[p.Name] = k.workloadOf(&p.ObjectMeta)
		}
	}
	for pod, workload := range k.serve {
		if _, still := serve[pod]; still || workload == "" {
			continue
		}
		for _, f := range k.plain {
			if f.hit[pod] && !f.closed {
				f.waiting[workload] = true
			}
		}
	}
	k.serve = serve
	all := k.recountWorkloads()
	for _, f := range k.plain {
		maps.DeleteFunc(f.waiting, func(name string, _ bool) bool { return !all[name].exists })
	}
}

// workloadOf returns what an object is part of, "" if there is nothing.
func (k *tank) workloadOf(m *cluster.ObjectMeta) string {
	ref := m.ControllerRef()
	if ref == nil {
		return ""
	}
	o := k.store.Get(cluster.KindNamed(ref.Kind), meta(ref.Name).NamespacedName)
	if o == nil || o.Meta().UID != ref.UID {
		return ""
	}
	if o.Kind() == cluster.KindReplicaSet && o.Meta().ControllerRef() != nil {
		return k.workloadOf(o.Meta())
	}
	return ref.Kind + "/" + ref.Name
}

// last lets a state last.
func (k *tank) last(all map[string]seen, span float64) {
	for _, f := range k.plain {
		if f.closed {
			continue
		}
		for name := range f.waiting {
			s := all[name]
			if f.lost += span * float64(max(0, s.desired-s.serving)); s.serving >= s.desired {
				delete(f.waiting, name)
			}
		}
		f.closed = f.ended && len(f.waiting) == 0
	}
}

func (k *tank) do(format string, args ...any) {
	k.act(append([]string{time.Duration(k.store.Now()).String()}, fields(fmt.Sprintf(format, args...))...))
}

func fields(text string) []string {
	var out []string
	word := ""
	for _, r := range text + " " {
		if r != ' ' {
			word += string(r)
		} else if word != "" {
			out, word = append(out, word), ""
		}
	}
	return out
}

// steps are what may happen, by name.
var steps = map[string]func(*tank, *rapid.T){
	"node": func(k *tank, t *rapid.T) {
		name := rapid.SampledFrom(k.nodes).Draw(t, "node")
		if k.store.Node(name) == nil {
			k.do("price %s hour=%d group=%s", name, rapid.IntRange(0, 3).Draw(t, "price"), rapid.SampledFrom([]string{"", "g"}).Draw(t, "group"))
		} else if rapid.IntRange(0, 4).Draw(t, "remove") == 0 {
			k.do("remove-node %s", name)
		}
	},
	"flip": func(k *tank, t *rapid.T) {
		if name := rapid.SampledFrom(k.nodes).Draw(t, "node"); k.store.Node(name) != nil {
			k.do("%s %s", rapid.SampledFrom([]string{"down", "up", "isolate", "connect", "notready", "wellagain"}).Draw(t, "to"), name)
		}
	},
	"workload": func(k *tank, t *rapid.T) {
		kind := rapid.SampledFrom([]string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}).Draw(t, "kind")
		name := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")
		if k.exists(kind, name) {
			k.do("drop %s/%s", kind, name)
			return
		}
		of := ""
		if kind == "ReplicaSet" && k.exists("Deployment", "a") && rapid.Bool().Draw(t, "owned") {
			of = "of=a"
		}
		k.do("%s %s replicas=%d app=%s %s", map[string]string{
			"Deployment": "deployment", "StatefulSet": "statefulset", "DaemonSet": "daemonset", "ReplicaSet": "replicaset",
		}[kind], name, rapid.IntRange(0, 3).Draw(t, "replicas"), name, of)
		k.owners = append(k.owners, kind+"/"+name)
	},
	"scale": func(k *tank, t *rapid.T) {
		if o := k.owner(t); o != "" {
			k.do("scale %s to=%d by=%s", o, rapid.IntRange(0, 3).Draw(t, "to"), rapid.SampledFrom([]string{"", "autoscaler"}).Draw(t, "by"))
		}
	},
	"adopt": func(k *tank, t *rapid.T) {
		if !k.exists("ReplicaSet", "a") || !k.exists("Deployment", "b") {
			return
		}
		d := k.store.Get(cluster.KindDeployment, meta("b").NamespacedName)
		rs := k.store.Get(cluster.KindReplicaSet, meta("a").NamespacedName)
		owners := []cluster.OwnerReference{{Kind: "Deployment", Name: "b", UID: d.Meta().UID, Controller: true}}
		if rs.Meta().ControllerRef() != nil {
			owners = nil
		}
		require.NoError(k.t, cluster.Edit(k.store, cluster.KeyOf(rs), cluster.ReasonUpdated, func(rs *cluster.ReplicaSet) { rs.Owners = owners }))
	},
	"budget": func(k *tank, t *rapid.T) {
		if !k.exists("PodDisruptionBudget", "p") {
			k.do("budget p app=a %s=%s", rapid.SampledFrom([]string{"min", "max"}).Draw(t, "which"), rapid.SampledFrom([]string{"1", "50%"}).Draw(t, "amount"))
		} else {
			k.do("drop PodDisruptionBudget/p")
		}
	},
	"hpa": func(k *tank, _ *rapid.T) {
		if !k.exists("HorizontalPodAutoscaler", "h") {
			k.do("hpa h target=Deployment/a")
		}
	},
	"pod": func(k *tank, t *rapid.T) {
		name := podName(k.made)
		k.made++
		owner, node := k.owner(t), ""
		if owner != "" {
			owner = "owner=" + owner
		}
		if n := rapid.SampledFrom(k.nodes).Draw(t, "node"); k.store.Node(n) != nil && rapid.Bool().Draw(t, "placed") {
			node = "node=" + n
		}
		k.do("pod %s %s %s cpu=%d", name, owner, node, rapid.IntRange(0, 9).Draw(t, "cpu"))
		k.pods = append(k.pods, name)
	},
	"live": func(k *tank, t *rapid.T) { k.podStep(t) },
	"move": func(k *tank, t *rapid.T) { k.podStep(t) },
	"fault": func(k *tank, t *rapid.T) {
		if len(k.faults) > 0 && rapid.Bool().Draw(t, "end") {
			id := slices.Min(keysOf(k.faults))
			k.do("fault f%d id=%d end=yes", id, id)
			delete(k.faults, id)
			k.plain[id].ended, k.plain[id].end = true, k.store.Now()
			return
		}
		if !k.fresh {
			return // what had happened in the same instant would be put down to the fault
		}
		k.begun++
		nodes := k.nodes[:rapid.IntRange(0, len(k.nodes)).Draw(t, "nodes")]
		k.faults[k.begun] = nodes
		k.plain[k.begun] = &plainFault{hit: map[string]bool{}, waiting: map[string]bool{}}
		for _, o := range k.store.List(cluster.KindPod) {
			if p := o.(*cluster.Pod); !p.Terminal() && slices.Contains(nodes, p.NodeName) {
				k.plain[k.begun].hit[p.Name] = true
			}
		}
		k.rec.OnFault(FaultEvent{ID: k.begun, Kind: "outage", Name: "f", Nodes: nodes, At: k.store.Now(), Begin: true})
		for _, name := range nodes {
			if k.store.Node(name) != nil {
				k.do("down %s", name)
			}
		}
	},
}

func keysOf(m map[int][]string) []int {
	var keys []int
	for id := range m {
		keys = append(keys, id)
	}
	return keys
}

func (k *tank) exists(kind, name string) bool {
	return k.store.Get(cluster.KindNamed(kind), meta(name).NamespacedName) != nil
}

// owner draws one of the objects that own pods, "" where there is none.
func (k *tank) owner(t *rapid.T) string {
	var there []string
	for _, kind := range []string{"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"} {
		for _, name := range []string{"a", "b"} {
			if k.exists(kind, name) {
				there = append(there, kind+"/"+name)
			}
		}
	}
	if len(there) == 0 {
		return ""
	}
	return rapid.SampledFrom(there).Draw(t, "owner")
}

func (k *tank) podStep(t *rapid.T) {
	if len(k.pods) == 0 {
		return
	}
	name := rapid.SampledFrom(k.pods).Draw(t, "pod")
	p := k.store.Pod(meta(name).NamespacedName)
	if p == nil {
		return
	}
	node := rapid.SampledFrom(k.nodes).Draw(t, "node")
	switch {
	case p.NodeName == "" && k.store.Node(node) != nil && !p.Deleting:
		k.do("bind %s node=%s", name, node)
	case p.Terminal() || p.NodeName == "":
		k.do("remove %s reason=CleanedUp", name)
	default:
		k.do("%s %s reason=Gone", rapid.SampledFrom([]string{"start", "ready", "unready", "terminate", "fail", "remove", "ready", "start"}).Draw(t, "step"), name)
	}
}

// seen is what a recount of the store comes to for one workload.
type seen struct {
	standing
	exists bool
}

// recountWorkloads counts everything anew.
func (k *tank) recountWorkloads() map[string]seen {
	all := map[string]seen{}
	for _, kind := range []cluster.Kind{cluster.KindDeployment, cluster.KindStatefulSet, cluster.KindDaemonSet, cluster.KindReplicaSet} {
		for _, o := range k.store.List(kind) {
			if kind == cluster.KindReplicaSet && o.Meta().ControllerRef() != nil {
				continue
			}
			s := seen{exists: true}
			s.desired = desiredOf(o)
			s.needed = s.desired
			if b, is := k.store.Get(cluster.KindPodDisruptionBudget, meta("p").NamespacedName).(*cluster.PodDisruptionBudget); is && b.Selector.Matches(cluster.TemplateOf(o).Labels) {
				s.needed = desiredHealthy(b, int(s.desired))
			}
			k.recountPods(&s.standing, o.Meta().UID)
			all[kind.String()+"/"+o.Meta().Name] = s
		}
	}
	return all
}

func (k *tank) recountPods(s *standing, owner cluster.UID) {
	for _, o := range k.store.Owned(owner) {
		p, is := o.(*cluster.Pod)
		if !is {
			k.recountPods(s, o.Meta().UID)
			continue
		}
		if p.Terminal() || p.NodeName == "" {
			continue
		}
		s.milli += p.Spec.Requests().MilliCPU
		if p.Status.Ready && !p.Deleting {
			s.ready++
			if n := k.store.Node(p.NodeName); n != nil && n.Reachable() {
				s.serving++
			}
		}
	}
}

// plain is a workload's figures, computed state by state.
type plain struct {
	complete                                             bool
	wanted, some, enough, desired, served, claimed, lost float64
}

func (p *plain) add(s seen, span float64) {
	if !p.complete && s.desired > 0 && s.serving >= s.desired {
		*p = plain{complete: true}
	}
	if s.desired == 0 {
		return
	}
	p.wanted += span
	if s.serving > 0 {
		p.some += span
	}
	if s.serving >= s.needed {
		p.enough += span
	}
	p.desired += span * float64(s.desired)
	p.served += span * float64(min(s.serving, s.desired))
	p.claimed += span * float64(min(s.ready, s.desired))
	p.lost += span * float64(max(0, s.desired-s.serving))
}

// TestAvailabilityIsTheRecount: the figures of workloads, which follow changes, are those of counting everything anew in
// every state of the history; and so are the nodes' hours and price.
func TestAvailabilityIsTheRecount(t *testing.T) {
	names := make([]string, 0, len(steps))
	for name := range steps {
		names = append(names, name)
	}
	slices.Sort(names)
	names = append(names, "pod", "live", "live", "move", "move", "fault", "flip")
	rapid.Check(t, func(rt *rapid.T) {
		k := newTank(t, Config{})
		if rapid.Bool().Draw(rt, "settled") {
			k.settle()
		}
		k.look()
		want := map[string]*plain{}
		var hours, price float64
		for range rapid.IntRange(0, 60).Draw(rt, "steps") {
			steps[rapid.SampledFrom(names).Draw(rt, "step")](k, rt)
			k.fresh = false
			k.requireStandings(rt)
			k.look()
			span := rapid.SampledFrom([]int{0, 1, 7, 1_000_000_000}).Draw(rt, "pause")
			if span == 0 {
				continue
			}
			all := k.recountWorkloads()
			k.last(all, float64(span))
			for name, s := range all {
				if want[name] == nil {
					want[name] = &plain{}
				}
				want[name].add(s, float64(span))
			}
			for _, o := range k.store.List(cluster.KindNode) {
				hours += float64(span)
				price += float64(span) * o.(*cluster.Node).Price
			}
			k.at(time.Duration(k.store.Now()) + time.Duration(span))
			k.fresh = true
		}
		s := k.close(PartialUntil)
		k.requireFigures(rt, s, want)
		k.requireFaults(rt, s)
		if s.Cost != nil {
			requireClose(rt, hours/nanosPerHour, s.Cost.NodeHours)
			requireClose(rt, price/nanosPerHour, s.Cost.Cost)
		} else {
			require.Zero(rt, price)
		}
	})
}

// requireStandings checks the incremental counts against a recount, in every state.
func (k *tank) requireStandings(t *rapid.T) {
	all := k.recountWorkloads()
	for _, w := range k.rec.avail.list {
		name := w.kind.String() + "/" + w.name.Name
		require.Equal(t, all[name], seen{w.now, w.exists}, name)
	}
	require.LessOrEqual(t, len(all), len(k.rec.avail.list))
	placed := 0
	for name, at := range k.rec.seats.byName {
		placed += len(at.pods)
		for i, st := range at.pods {
			require.Equal(t, i, st.slot)
			require.Equal(t, at, st.seat, name)
		}
	}
	if k.rec.seats.taken {
		require.Equal(t, k.rec.pods.in[placedStage], placed)
	}
}

const placedStage = placed

func (k *tank) requireFigures(t *rapid.T, s *Summary, want map[string]*plain) {
	for _, v := range s.Workloads {
		p := want[v.Kind+"/"+v.Name]
		if p == nil {
			require.Zero(t, v.Seconds)
			continue
		}
		require.Equal(t, p.complete, !v.NeverComplete)
		requireClose(t, p.wanted/nanosPerSecond, v.Seconds)
		requireClose(t, p.lost/nanosPerSecond, v.LostReplicaSeconds)
		if p.wanted == 0 {
			continue
		}
		requireClose(t, p.some/p.wanted, v.Some)
		requireClose(t, p.enough/p.wanted, v.Enough)
		requireClose(t, p.served/p.desired, v.Serving)
		requireClose(t, p.claimed/p.desired, v.Claimed)
		for _, share := range []float64{v.Some, v.Enough, v.Serving, v.Claimed} {
			require.True(t, share >= 0 && share <= 1, "%v", share)
		}
		require.LessOrEqual(t, v.Serving, v.Claimed+1e-9)
		require.LessOrEqual(t, v.LongestShortage, v.ShortageSeconds+(v.To-v.From)+1e-9)
		require.GreaterOrEqual(t, v.PhantomReplicaSeconds, 0.0)
		require.LessOrEqual(t, v.From, v.To)
	}
}

// requireFaults checks what holds of every fault: spans are not negative and in the order of causes, and counts not more
// than there is.
func (k *tank) requireFaults(t *rapid.T, s *Summary) {
	if k.begun == 0 {
		require.Nil(t, s.FaultTotals)
		return
	}
	require.Equal(t, k.begun, s.FaultTotals.Count)
	on := 0
	for _, f := range k.plain {
		if !f.ended || f.end == k.store.Now() { // what ends with the run did not end in it
			on++
		}
	}
	require.Equal(t, on, s.FaultTotals.StillOn)
	require.Len(t, s.Faults, min(k.begun, listedFaults))
	last := -1.0
	for _, f := range s.Faults {
		requireClose(t, k.plain[f.ID].lost/nanosPerSecond, f.LostReplicaSeconds)
		require.Equal(t, len(k.plain[f.ID].waiting), f.WorkloadsShort)
		require.GreaterOrEqual(t, f.Begin, last)
		last = f.Begin
		for _, span := range []*float64{f.Detected, f.Tainted, f.Unready, f.FirstEvicted, f.Evicted, f.Recovered} {
			require.True(t, span == nil || *span >= 0, "%+v", f)
		}
		require.Equal(t, f.Evicted == nil, f.PodsEvicted == 0)
		if f.Evicted != nil {
			require.LessOrEqual(t, *f.FirstEvicted, *f.Evicted)
		}
		if f.End != nil {
			require.GreaterOrEqual(t, *f.End, f.Begin)
		}
		sum := 0
		for _, r := range f.EvictedBy {
			sum += r.Pods
		}
		require.Equal(t, f.PodsEvicted, sum)
		require.LessOrEqual(t, f.PodsEvicted, f.Pods)
		require.LessOrEqual(t, f.NodesNotReady, f.Nodes)
		require.LessOrEqual(t, f.WorkloadsShort, f.Workloads)
		require.False(t, f.Recovered != nil && f.WorkloadsShort > 0)
		require.False(t, math.IsNaN(f.LostReplicaSeconds) || f.LostReplicaSeconds < 0 || f.LostReplicaSeconds > 1e9, "%v", f.LostReplicaSeconds)
		require.False(t, f.PhantomReplicaSeconds < 0 || f.PhantomReplicaSeconds > 1e9)
	}
	require.NotEmpty(t, s.FaultStories())
}
