package deployment_test

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

const second = sim.Time(time.Second)

// never is the watch latency of a controller that is told what to do by hand.
func never() time.Duration { return 1000 * time.Hour }

func meta(name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: name}}
}

// template returns a template of the application web, of one container.
func template(image string) *cluster.PodTemplate {
	spec := (&cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: image}}}).Complete()
	return &cluster.PodTemplate{Labels: cluster.Labels{"app": "web"}, Spec: spec}
}
