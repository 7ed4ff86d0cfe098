package app

import (
	"time"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/daemonset"
	"github.com/wavetank/wavetank/sim/controller/deployment"
	"github.com/wavetank/wavetank/sim/controller/job"
	"github.com/wavetank/wavetank/sim/controller/replicaset"
	"github.com/wavetank/wavetank/sim/controller/statefulset"
	"github.com/wavetank/wavetank/sim/kubelet"
	"github.com/wavetank/wavetank/workloads"
	"github.com/wavetank/wavetank/workloads/recording"
)

// stageLatency is the mean time from the end of a fake kubelet's stage to its write: 5-15 ms were measured.
const stageLatency = 10 * time.Millisecond

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
	latency   workloads.Latency
}

func newTimeline(rec *recording.Recording, registry framework.Registry, dir string, fraction time.Duration, phases recording.Phases) (*timeline, error) {
	t := &timeline{rec: rec, engine: sim.New(0), documents: map[string]any{}, latency: workloads.KwokLatency()}
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
	attachAdmission(t.store, rec.Flags)
	if err = t.components(registry, phases); err == nil {
		err = t.schedule()
	}
	if err != nil {
		t.recorder.Discard()
	}
	return t, err
}

// components makes the control plane and the fake kubelets.
func (t *timeline) components(registry framework.Registry, phases recording.Phases) error {
	c, err := config.Default(registry)
	if err != nil {
		return err
	}
	l := &t.latency
	sched, err := scheduler.New(t.engine, t.store, scheduler.Config{
		Profiles: c.Profiles, Registry: registry,
		WatchLatency: t.drawn("watch", l.Watch), CycleTime: t.drawn("schedule", l.Schedule), BindLatency: t.drawn("bind", l.Bind),
	})
	if err != nil {
		return err
	}
	sched.Observe(t.recorder.OnDecision)
	opts := limited(controller.Options{QPS: l.QPS, Burst: l.Burst, WatchLatency: t.drawn("watch", l.Watch), CallLatency: t.drawn("call", l.Call)}, t.rec.Flags)
	deployment.New(t.engine, t.store, opts)
	replicaset.New(t.engine, t.store, opts)
	statefulset.New(t.engine, t.store, opts)
	daemonset.New(t.engine, t.store, opts)
	job.New(t.engine, t.store, opts)
	newAutoscaler(settings{flags: t.rec.Flags, metrics: t.sampleDemand()})(t.engine, t.store, opts)
	t.nodeComponents(phases)
	t.drains(opts)
	stages := kubelet.AnnotatedStages(annotationPrefix)
	stages.Latency = t.drawn("kubelet", workloads.Uniform{Min: stageLatency / 2, Max: stageLatency * 3 / 2})
	labelled := stages.Fails
	stages.Fails = func(p *cluster.Pod) bool { return labelled(p) || t.failing.fails(p) }
	kubelet.New(t.engine, t.store, kubelet.Config{Stages: &stages, Heartbeats: true})
	return nil
}

// drawn draws a latency from a stream of its own.
func (t *timeline) drawn(stream string, d workloads.Distribution) func() time.Duration {
	src := t.engine.Rand("timeline/" + stream)
	return func() time.Duration { return d.Sample(src) }
}
