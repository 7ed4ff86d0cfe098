package kubelet_test

import (
	"fmt"
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// An App whose containers take some seconds to come up and crash now and then. What is drawn belongs to the pod, the
// container and the run: it is the same whatever else happens in the cluster.
func ExampleApp() {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	app := func(pod *cluster.Pod) kubelet.App {
		if pod.Labels["app"] != "web" {
			return nil // nothing is known of it
		}
		return func(c *cluster.Container, run int) kubelet.Behaviour {
			r := engine.Draw("app", pod.Namespace, pod.Name, c.Name, strconv.Itoa(run))
			b := kubelet.Behaviour{RunTime: cluster.Forever, Startup: time.Duration(1+r.IntN(9)) * time.Second, Stop: time.Second}
			if r.Float64() < 0.5 {
				b.RunTime, b.ExitCode = time.Duration(r.IntN(60))*time.Second, 1
			}
			return b
		}
	}
	kubelet.New(engine, store, kubelet.Config{App: app})
	store.Observe(func(c *cluster.Change) {
		if _, pod := c.Pods(); pod != nil {
			fmt.Println(c.At, c.Reason, pod.Status.Phase, pod.Status.Ready)
		}
	})

	node := &cluster.Node{ObjectMeta: meta("", "n"), AllocatablePods: 1}
	web := &cluster.Pod{ObjectMeta: meta("default", "web-1"), RunTime: cluster.Forever}
	web.Labels = cluster.Labels{"app": "web"}
	web.Spec = (&cluster.PodSpec{Containers: []cluster.Container{{Name: "web", ReadinessProbe: &cluster.Probe{Period: 2 * time.Second}}}}).Complete()
	for _, err := range []error{store.Create(node, cluster.ReasonCreated), store.Create(web, cluster.ReasonCreated),
		store.Bind(cluster.KeyOf(web), "n", 0), engine.Run(sim.Time(time.Minute))} {
		if err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// 0s Created Pending false
	// 0s Scheduled Pending false
	// 0s Started Running false
	// 2s Ready Running true
	// 17s Restarted Running false
	// 25s Ready Running true
	// 45s CrashLoopBackOff Running false
	// 55s Restarted Running false
}
