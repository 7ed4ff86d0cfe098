package controller_test

import (
	"fmt"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// retirer deletes a bare pod when it has run for long enough.
type retirer struct {
	store *cluster.Store
	after time.Duration
}

// newRetirer is a controller's constructor: it says what is news to it.
func newRetirer(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
	c := controller.New("retirer", engine, store, &retirer{store, time.Minute}, opts)
	c.Watch(controller.Itself, cluster.KindPod)
	return c
}

// Reconcile looks at what is there, not at what has happened, and asks for what is to be done.
func (r *retirer) Reconcile(now sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	pod := r.store.Pod(name)
	if pod == nil || pod.ControllerRef() != nil || pod.Deleting || pod.Status.Phase != cluster.Running {
		return controller.Result{}, nil
	}
	if left := r.after - now.Sub(pod.Status.StartedAt); left > 0 {
		return controller.Result{RequeueAfter: left}, nil
	}
	calls.Do(controller.DeletePod(cluster.KeyOf(pod)))
	return controller.Result{}, nil
}

func Example() {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	newRetirer(engine, store, controller.Options{})
	store.Observe(func(c *cluster.Change) {
		if p, after := c.Pods(); after != nil && after.Deleting && !p.Deleting {
			fmt.Println(c.At, after.Name, "is told to end")
		}
	})
	pod := &cluster.Pod{Spec: (&cluster.PodSpec{}).Complete(), NodeName: "n1", RunTime: cluster.Forever}
	pod.Namespace, pod.Name = "default", "web"
	pod.Status.Phase = cluster.Running
	if err := store.Create(pod, cluster.ReasonCreated); err != nil {
		panic(err)
	}
	if err := engine.Run(sim.Never); err != nil {
		panic(err)
	}
	// Output: 1m0s web is told to end
}
