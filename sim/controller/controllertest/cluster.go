// Package controllertest runs the pods that controllers under test make: it binds, starts, ends and removes them after
// delays that the test chooses. It is no kubelet and no scheduler; it knows neither room nor probes.
package controllertest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// T is what testing.T and rapid.T share.
type T interface {
	require.TestingT
	Helper()
}

// End is how and when a pod ends by itself, counted from its start.
type End struct {
	After time.Duration // negative: never
	Exit  int32
}

// Cluster is an engine and a store, and what becomes of pods. Functions that are nil stand for no time, and for pods that
// never end.
type Cluster struct {
	t      T
	Engine *sim.Engine
	Store  *cluster.Store
	Ready  func(*cluster.Pod) time.Duration // from creation to Running and Ready; negative: never bound
	Finish func(*cluster.Pod) End
	Stop   func(*cluster.Pod) time.Duration // from deletion to removal
}

// New returns a cluster with nodes n0, n1, ....
func New(t T, nodes int) *Cluster {
	engine := sim.New(1)
	c := &Cluster{t: t, Engine: engine, Store: cluster.NewStore(engine)}
	for i := range nodes {
		c.Create(&cluster.Node{ObjectMeta: Meta("", fmt.Sprintf("n%d", i))})
	}
	c.Store.Watch("controllertest", nil, c.heard, cluster.KindPod)
	return c
}

// Meta returns the metadata of a new object.
func Meta(namespace, name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: namespace, Name: name}, Generation: 1}
}

// Template returns a template of pods with one container and a label app.
func Template(app string) *cluster.PodTemplate {
	spec := &cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: app}}, RestartPolicy: cluster.RestartNever}
	spec.Complete()
	return &cluster.PodTemplate{Labels: cluster.Labels{"app": app}, Spec: spec}
}

// Create stores an object.
func (c *Cluster) Create(o cluster.Object) {
	c.t.Helper()
	require.NoError(c.t, c.Store.Create(o, cluster.ReasonCreated))
}

// Run goes on to an instant.
func (c *Cluster) Run(until time.Duration) {
	c.t.Helper()
	require.NoError(c.t, c.Engine.Run(sim.Time(until)))
}

// At has something done at an instant.
func (c *Cluster) At(at time.Duration, do func()) {
	c.Engine.At(sim.Time(at), sim.PhaseWorld, sim.Func{Name: "test", Do: func(sim.Time) { do() }})
}

// Edit changes an object and, as it is its spec that is meant, its generation.
func Edit[O cluster.Object](c *Cluster, o O, edit func(O)) {
	c.t.Helper()
	require.NoError(c.t, cluster.Edit(c.Store, cluster.KeyOf(o), cluster.ReasonUpdated, func(o O) {
		o.Meta().Generation++
		edit(o)
	}))
}

// Get returns the object of o's kind and name as it is now.
func Get[O cluster.Object](c *Cluster, o O) O {
	now, _ := c.Store.Get(o.Kind(), o.Meta().NamespacedName).(O)
	return now
}

// Pods returns all pods by name.
func (c *Cluster) Pods() []*cluster.Pod {
	var pods []*cluster.Pod
	for _, o := range c.Store.List(cluster.KindPod) {
		pods = append(pods, o.(*cluster.Pod))
	}
	return pods
}

func (c *Cluster) heard(_ sim.Time, change *cluster.Change) {
	before, after := change.Pods()
	switch {
	case before == nil && after.Status.Phase == cluster.Pending:
		c.start(after)
	case after != nil && after.Deleting && !before.Deleting:
		c.after(of(c.Stop, after), after, c.remove)
	}
}

func of(delay func(*cluster.Pod) time.Duration, p *cluster.Pod) time.Duration {
	if delay == nil {
		return 0
	}
	return delay(p)
}

// after does something to the newest version of a pod later, if it is still there.
func (c *Cluster) after(d time.Duration, p *cluster.Pod, do func(*cluster.Pod)) {
	if d < 0 {
		return
	}
	c.Engine.After(d, sim.PhaseWorld, sim.Func{Name: "pod " + p.Name, Do: func(sim.Time) {
		if now := c.Store.Pod(p.NamespacedName); now != nil && now.UID == p.UID {
			do(now)
		}
	}})
}

func (c *Cluster) start(p *cluster.Pod) {
	d := of(c.Ready, p)
	if d < 0 {
		return
	}
	if node := c.nodeFor(p); node != "" {
		require.NoError(c.t, c.Store.Bind(cluster.KeyOf(p), node, 0))
	}
	c.after(d, p, func(p *cluster.Pod) {
		if p.Terminal() || p.NodeName == "" {
			return
		}
		c.edit(p, cluster.ReasonStarted, func(p *cluster.Pod) {
			p.Status.Phase, p.Status.Ready = cluster.Running, true
			p.Status.StartedAt, p.Status.ReadyTransition = c.Engine.Now(), c.Engine.Now()
		})
		if c.Finish != nil {
			end := c.Finish(p)
			c.after(end.After, p, func(p *cluster.Pod) { c.end(p, end.Exit) })
		}
	})
}

// nodeFor returns a node that the pod's required affinity selects, "" if there is none.
func (c *Cluster) nodeFor(p *cluster.Pod) string {
	nodes := c.Store.List(cluster.KindNode)
	for i := range nodes {
		n := nodes[(int(p.UID)+i)%len(nodes)].(*cluster.Node)
		if p.Spec.Affinity == nil || p.Spec.Affinity.RequiredNode.Matches(n) {
			return n.Name
		}
	}
	return ""
}

func (c *Cluster) end(p *cluster.Pod, exit int32) {
	if p.Terminal() {
		return
	}
	c.edit(p, cluster.ReasonCompleted, func(p *cluster.Pod) {
		p.Status.Phase, p.Status.Ready, p.Status.FinishedAt, p.Status.ExitCode = cluster.Succeeded, false, c.Engine.Now(), exit
		if exit != 0 {
			p.Status.Phase = cluster.Failed
		}
	})
}

func (c *Cluster) remove(p *cluster.Pod) {
	require.NoError(c.t, c.Store.Delete(cluster.KeyOf(p), cluster.ReasonKilled))
}

func (c *Cluster) edit(p *cluster.Pod, reason cluster.Reason, edit func(*cluster.Pod)) {
	require.NoError(c.t, c.Store.EditPod(cluster.KeyOf(p), reason, edit))
}

// Quota has pods refused while most of them have not ended.
func (c *Cluster) Quota(most int) {
	c.Store.SetAdmission(func(o cluster.Object) error {
		used := 0
		for _, p := range c.Pods() {
			if !p.Terminal() {
				used++
			}
		}
		if _, isPod := o.(*cluster.Pod); isPod && used >= most {
			return fmt.Errorf("exceeded quota: %d pods", most)
		}
		return nil
	})
}
