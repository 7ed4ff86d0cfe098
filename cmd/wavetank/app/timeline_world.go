package app

import (
	"math/rand/v2"
	"time"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/admission"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/daemonset"
	"github.com/wavetank/wavetank/sim/controller/deployment"
	"github.com/wavetank/wavetank/sim/controller/job"
	"github.com/wavetank/wavetank/sim/controller/replicaset"
	"github.com/wavetank/wavetank/sim/controller/statefulset"
	"github.com/wavetank/wavetank/sim/kubelet"
	"github.com/wavetank/wavetank/workloads/recording"
)

// The latencies of a control plane of v1.36 on two cores, in the middle of what was measured there: a Deployment's
// ReplicaSet is there 12-19 ms after it, the first pod 13 ms after that, a pod is bound 4-13 ms after its creation, and the
// fake kubelet writes 5-15 ms after the end of a stage.
const (
	watchLatency   = 4 * time.Millisecond
	callLatency    = 8 * time.Millisecond
	cycleLatency   = 2 * time.Millisecond
	bindLatency    = 4 * time.Millisecond
	kubeletLatency = 10 * time.Millisecond
)

// The client limits of kube-controller-manager, for each controller: --kube-api-qps and --kube-api-burst, v1.36.
const (
	controllerQPS   = 20
	controllerBurst = 30
)

// annotationPrefix is what the recordings' pods carry their delays under.
const annotationPrefix = "realcp/"

// timeline is a recorded experiment put together from its parts.
type timeline struct {
	rec       *recording.Recording
	engine    *sim.Engine
	store     *cluster.Store
	recorder  *results.Recorder
	documents map[string]any // the manifests as they stand, by Kind/name
	failing   *failingPods
	warnings  []string
}

func newTimeline(rec *recording.Recording, registry framework.Registry, dir string, fraction time.Duration) (*timeline, error) {
	t := &timeline{rec: rec, engine: sim.New(0), documents: map[string]any{}}
	t.store = cluster.NewStore(t.engine)
	t.store.SetWallFraction(fraction)
	t.failing = newFailingPods(rec.Setup.FailPods)
	var err error
	t.recorder, err = results.NewRecorder(results.Config{Scenario: rec.Name, Policy: "default", Dir: dir, Events: true, Fail: t.engine.Fail})
	if err != nil {
		return nil, err
	}
	t.store.Observe(t.recorder.OnChange)
	t.store.Observe(t.failing.observe)
	admission.Attach(t.store)
	if err = t.components(registry); err == nil {
		err = t.schedule()
	}
	if err != nil {
		t.recorder.Discard()
	}
	return t, err
}

func constant(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// components makes the control plane and the fake kubelets.
func (t *timeline) components(registry framework.Registry) error {
	c, err := config.Default(registry)
	if err != nil {
		return err
	}
	sched, err := scheduler.New(t.engine, t.store, scheduler.Config{
		Profiles: c.Profiles, Registry: registry,
		WatchLatency: constant(watchLatency), CycleTime: constant(cycleLatency), BindLatency: constant(bindLatency),
	})
	if err != nil {
		return err
	}
	sched.Observe(t.recorder.OnDecision)
	opts := controller.Options{QPS: controllerQPS, Burst: controllerBurst, WatchLatency: constant(watchLatency), CallLatency: t.jitter("call", callLatency)}
	deployment.New(t.engine, t.store, opts)
	replicaset.New(t.engine, t.store, opts)
	statefulset.New(t.engine, t.store, opts)
	daemonset.New(t.engine, t.store, opts)
	job.New(t.engine, t.store, opts)
	stages := kubelet.AnnotatedStages(annotationPrefix)
	stages.Latency = t.jitter("kubelet", kubeletLatency)
	labelled := stages.Fails
	stages.Fails = func(p *cluster.Pod) bool { return labelled(p) || t.failing.fails(p) }
	kubelet.New(t.engine, t.store, kubelet.Config{Stages: &stages})
	return nil
}

// jitter spreads a latency evenly over half to one and a half of its mean, so that nothing is in step by accident.
func (t *timeline) jitter(stream string, mean time.Duration) func() time.Duration {
	r := rand.New(t.engine.Rand("timeline/" + stream))
	return func() time.Duration { return mean/2 + time.Duration(r.Int64N(int64(mean))) }
}
