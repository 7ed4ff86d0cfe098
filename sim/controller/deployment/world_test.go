package deployment_test

import (
	"math/rand/v2"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/deployment"
	"github.com/wavetank/wavetank/sim/controller/replicaset"
)

var web = cluster.NamespacedName{Namespace: "default", Name: "web"}

// world is a cluster of one node without limits, whose pods become ready, unready and ready again.
type world struct {
	t       require.TestingT
	engine  *sim.Engine
	store   *cluster.Store
	rollout *controller.Controller
	pods    *controller.Controller
	life    life
	crashes int
	unready func(*cluster.Pod) bool // pods that never become ready; nil: none
}

// life says how pods live. The zero value: ready at once, gone at once, no crash.
type life struct {
	start, stop func(*rand.Rand) time.Duration // until ready; until gone
	crash       func(*rand.Rand) time.Duration // how long it is ready before it is not; 0: for ever
}

func newWorld(t require.TestingT, seed uint64, opts controller.Options, l life) *world {
	w := &world{t: t, engine: sim.New(seed), life: l}
	w.store = cluster.NewStore(w.engine)
	w.rollout = deployment.New(w.engine, w.store, opts)
	w.pods = replicaset.New(w.engine, w.store, opts)
	w.store.Watch("test kubelet", nil, w.heard, cluster.KindPod)
	require.NoError(t, w.store.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "n"}}, AllocatablePods: 1e6}, cluster.ReasonCreated))
	return w
}

// then is an event that does something to a pod, if it is still there.
type then struct {
	w   *world
	key cluster.Key
	do  func(*cluster.Pod)
}

func (e *then) Fire(sim.Time) {
	if p := e.w.store.Pod(e.key.NamespacedName); p != nil && p.UID == e.key.UID {
		e.do(p)
	}
}
func (e *then) String() string { return "test kubelet: " + e.key.Name }

func (w *world) after(d time.Duration, p *cluster.Pod, do func(*cluster.Pod)) {
	w.engine.After(d, sim.PhaseWorld, &then{w, cluster.KeyOf(p), do})
}

func (w *world) draw(what string, p *cluster.Pod, of func(*rand.Rand) time.Duration) time.Duration {
	if of == nil {
		return 0
	}
	return of(w.engine.Draw(what, p.Name))
}

func (w *world) heard(_ sim.Time, c *cluster.Change) {
	before, after := c.Pods()
	switch {
	case after == nil:
	case before == nil:
		if p := w.store.Pod(after.NamespacedName); p != nil && !p.Deleting {
			require.NoError(w.t, w.store.Bind(cluster.KeyOf(p), "n", 0))
			w.after(w.draw("start", p, w.life.start), p, w.ready)
		}
	case after.Deleting && !before.Deleting:
		w.after(w.draw("stop", after, w.life.stop), after, func(p *cluster.Pod) {
			require.NoError(w.t, w.store.Delete(cluster.KeyOf(p), cluster.ReasonKilled))
		})
	}
}

func (w *world) ready(p *cluster.Pod) {
	if p.Deleting || w.unready != nil && w.unready(p) {
		return
	}
	w.setReady(p, true)
	if d := w.draw("crash", p, w.life.crash); d > 0 && p.Status.Restarts < 3 {
		w.after(d, p, func(p *cluster.Pod) {
			if !p.Deleting {
				w.crashes++
				w.setReady(p, false)
				w.after(w.draw("restart", p, w.life.start), p, w.ready)
			}
		})
	}
}

func (w *world) setReady(p *cluster.Pod, ready bool) {
	now := w.engine.Now()
	require.NoError(w.t, w.store.EditPod(cluster.KeyOf(p), "Ready", func(p *cluster.Pod) {
		if p.Status.Phase != cluster.Running {
			p.Status.Phase, p.Status.StartedAt = cluster.Running, now
		}
		if !ready {
			p.Status.Restarts++
		}
		p.Status.Ready, p.Status.ReadyTransition = ready, now
	}))
}

// create stores the Deployment, with defaults of the API where it states nothing.
func (w *world) create(d *cluster.Deployment) {
	d.NamespacedName = web
	d.Selector = cluster.SelectLabels(cluster.Labels{"app": "web"})
	if d.Template == nil {
		d.Template = template("v1")
	}
	d.Generation = 1
	require.NoError(w.t, w.store.Create(d, cluster.ReasonCreated))
}

// do makes a user's call.
func (w *world) do(call controller.Call) { require.NoError(w.t, call(w.store)) }

func (w *world) edit(edit func(*cluster.Deployment)) {
	w.do(deployment.Edit(web, cluster.ReasonUpdated, edit))
}

func (w *world) setImage(image string) {
	w.edit(func(d *cluster.Deployment) { d.Template = template(image) })
}

func (w *world) run(until sim.Time) { require.NoError(w.t, w.engine.Run(until)) }

func (w *world) deployment() *cluster.Deployment {
	return w.store.Get(cluster.KindDeployment, web).(*cluster.Deployment)
}

// count returns the pods that count as replicas, those of them that are available, and those that are being deleted.
func (w *world) count() (active, available, terminating int) {
	d := w.deployment()
	for _, o := range w.store.Owned(d.UID) {
		for _, p := range w.store.OwnedPods(o.Meta().UID) {
			switch {
			case controller.IsTerminating(p):
				terminating++
			case controller.IsActive(p):
				active++
				if controller.IsAvailable(w.store, p, d.MinReadySeconds, w.engine.Now()) {
					available++
				}
			}
		}
	}
	return active, available, terminating
}

// sizes returns the sizes of the ReplicaSets by image.
func (w *world) sizes() map[string]int {
	sizes := map[string]int{}
	for _, o := range w.store.List(cluster.KindReplicaSet) {
		rs := o.(*cluster.ReplicaSet)
		sizes[rs.Template.Spec.Containers[0].Image] = rs.Replicas
	}
	return sizes
}
