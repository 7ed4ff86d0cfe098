package ours

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/scheduler/plugins"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// manifestName is what errors call the manifest.
const manifestName = "manifest"

// Ours is Wavetank's scheduler on one cluster.
type Ours struct {
	engine   *sim.Engine
	store    *cluster.Store
	view     *cluster.Snapshot
	profiles map[string]*scheduler.Profile
	pods     map[string]*cluster.Pod // namespace/name of every pod that the scheduler knows, as it is now
	first    time.Time               // start of the first pod that was assumed; zero: none was
	last     framework.Decision      // of the last Decide: Assume reserves with its state
}

var _ verdict.Scheduler = (*Ours)(nil)

// Open is a verdict.Opener.
func Open(document []byte) (verdict.Scheduler, error) {
	set, err := manifest.Read(manifestName, bytes.NewReader(document))
	if err != nil {
		return nil, err
	}
	o := &Ours{engine: sim.New(0), profiles: map[string]*scheduler.Profile{}, pods: map[string]*cluster.Pod{}}
	o.store = cluster.NewStore(o.engine)
	if err = manifest.Load(set, o.store); err != nil {
		return nil, err
	}
	if err = o.configure(set.SchedulerConfigs); err != nil {
		return nil, err
	}
	o.look()
	return o, nil
}

// Close implements verdict.Scheduler. There is nothing to free.
func (o *Ours) Close() {}

// configure makes the profiles of the last configuration among the documents, as the reference does, or the default one.
func (o *Ours) configure(documents []manifest.RawDocument) error {
	registry := plugins.InTree()
	cfg, err := config.Default(registry)
	if n := len(documents); n > 0 {
		cfg, err = config.Decode(manifestName, documents[n-1].Data, registry)
	}
	if err != nil {
		return err
	}
	for _, pc := range cfg.Profiles {
		if pc.PercentageOfNodesToScore == 0 {
			pc.PercentageOfNodesToScore = 100
		}
		p, newErr := scheduler.NewProfile(pc, registry, o.draw, false)
		if newErr != nil {
			return newErr
		}
		o.profiles[p.Name()] = p
	}
	return nil
}

func (o *Ours) draw(stream string, pod *cluster.Pod) *rand.Rand {
	return o.engine.Draw(stream, pod.Namespace, pod.Name)
}

// look fills the snapshot: finished pods are not seen, and those that wait for another scheduler's queue neither.
func (o *Ours) look() {
	o.view = cluster.NewSnapshot(o.store)
	for _, n := range o.store.List(cluster.KindNode) {
		o.view.AddNode(n.(*cluster.Node))
	}
	for _, object := range o.store.List(cluster.KindPod) {
		p := object.(*cluster.Pod)
		if p.Terminal() {
			continue
		}
		o.pods[p.NamespacedName.String()] = p
		switch {
		case p.NodeName != "":
			o.view.AddPod(p)
		case o.profiles[p.Scheduler()] != nil:
			o.view.Nominate(p)
		}
	}
}

// Assume implements verdict.Scheduler. Assumed pods start in the order of the given times, and after all pods of the
// manifest: the simulated time 0 is later than any time of a manifest.
func (o *Ours) Assume(pod, node string, started time.Time) error {
	p, err := o.pod(pod)
	if err != nil {
		return err
	}
	info := o.view.Node(node)
	if info == nil {
		return fmt.Errorf("pod %s: assumed on %s: no such node", pod, node)
	}
	if o.first.IsZero() {
		o.first = started
	}
	assumed := *p
	assumed.NodeName = node
	assumed.GPUs, _ = cluster.PickDevices(info.FreeGPU, p.Spec.GPU)
	assumed.Status.Phase, assumed.Status.StartedAt = cluster.Running, sim.Time(started.Sub(o.first))
	o.view.Now = max(o.view.Now, assumed.Status.StartedAt.Add(time.Second)) // all have started by now
	o.view.Unnominate(p.UID)
	o.view.AddPod(&assumed)
	o.pods[pod] = &assumed
	if o.last.Pod != cluster.KeyOf(p) || o.last.Node != node {
		return fmt.Errorf("pod %s: assumed on %s, decided was %v on %q", pod, node, o.last.Pod.NamespacedName, o.last.Node)
	}
	if s := o.profiles[p.Scheduler()].Reserve(o.last.State, &assumed); !s.IsSuccess() {
		return fmt.Errorf("pod %s: reserving on %s: %s", pod, node, s.Message())
	}
	return nil
}

// Preempt implements verdict.Scheduler.
func (o *Ours) Preempt(pod, node string, victims []string) error {
	preemptor, err := o.pod(pod)
	if err != nil {
		return err
	}
	for _, name := range victims {
		victim, findErr := o.pod(name)
		if findErr != nil {
			return findErr
		}
		if victim.NodeName == "" || !o.view.RemovePod(victim) {
			return fmt.Errorf("victim %s: not on a node", name)
		}
		delete(o.pods, name)
	}
	for _, nominated := range append([]*cluster.Pod{}, o.view.Nominated(node)...) {
		if nominated.Spec.Priority < preemptor.Spec.Priority {
			o.nominate(nominated, "")
		}
	}
	o.nominate(preemptor, node)
	return nil
}

// nominate sets or clears (node "") the nominated node of a waiting pod.
func (o *Ours) nominate(p *cluster.Pod, node string) {
	updated := *p
	updated.Status.NominatedNode = node
	o.pods[p.NamespacedName.String()] = &updated
	o.view.Nominate(&updated)
}

func (o *Ours) pod(name string) (*cluster.Pod, error) {
	p := o.pods[name]
	if p == nil {
		return nil, fmt.Errorf("pod %s: not in the cluster", name)
	}
	return p, nil
}
