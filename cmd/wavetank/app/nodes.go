package app

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/admission"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/garbage"
	"github.com/wavetank/wavetank/sim/controller/nodelifecycle"
	"github.com/wavetank/wavetank/sim/controller/tainteviction"
	"github.com/wavetank/wavetank/workloads"
)

// nodeControllers are those that watch over nodes and over the pods of nodes that fail.
func nodeControllers() []namedController {
	return []namedController{
		{name: "podgc", configured: newPodGC},
		{name: "nodelifecycle", configured: newNodeLifecycle},
		{name: "tainteviction", make: tainteviction.New},
	}
}

func newPodGC(with settings) ControllerFactory {
	threshold := with.flags.TerminatedPodGCThreshold
	if threshold == 0 {
		threshold = -1 // none is removed
	}
	return func(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
		return garbage.NewPods(engine, store, threshold, opts)
	}
}

func newNodeLifecycle(with settings) ControllerFactory {
	return nodeLifecycle(nodeLifecycleConfig(with.flags))
}

func nodeLifecycle(cfg nodelifecycle.Config) ControllerFactory {
	return func(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
		return nodelifecycle.New(engine, store, cfg, opts)
	}
}

func nodeLifecycleConfig(f workloads.Flags) nodelifecycle.Config {
	return nodelifecycle.Config{
		MonitorPeriod: f.NodeMonitorPeriod, GracePeriod: f.NodeMonitorGracePeriod, StartupGracePeriod: f.NodeStartupGracePeriod,
		EvictionRate: f.NodeEvictionRate, SecondaryEvictionRate: f.SecondaryNodeEvictionRate,
		UnhealthyZoneThreshold: f.UnhealthyZoneThreshold, LargeClusterSizeThreshold: f.LargeClusterSizeThreshold,
	}
}

// attachAdmission has the store ask admission, with the flags of the API server.
func attachAdmission(store *cluster.Store, f workloads.Flags) {
	admission.Attach(store).TolerateFailures(f.NotReadyToleration, f.UnreachableToleration)
}

// limited sets the limit of a controller's client where the flags do.
func limited(opts controller.Options, f workloads.Flags) controller.Options {
	if f.KubeAPIQPS > 0 {
		opts.QPS = f.KubeAPIQPS
		opts.Burst = max(opts.Burst, 1)
	}
	if f.KubeAPIBurst > 0 {
		opts.Burst = f.KubeAPIBurst
	}
	return opts
}

// slackRenewal is by how much a recorded renewal may be older than the interval of renewals allows.
const slackRenewal = 11 * time.Second

// recordedRenewal returns the last renewals of a recording as the controller asks for them. One that is not the last before
// a silence, as another outage came before, does not count.
func recordedRenewal(last map[string]time.Duration) func(string, sim.Time) (sim.Time, bool) {
	return func(node string, silent sim.Time) (sim.Time, bool) {
		at, known := last[node]
		age := silent.Sub(sim.Time(at))
		return sim.Time(at), known && age >= 0 && age < slackRenewal
	}
}
