package app

import (
	"fmt"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/hpa"
)

// newAutoscaler makes the horizontal pod autoscaler by the flags of kube-controller-manager.
func newAutoscaler(with settings) ControllerFactory {
	f := with.flags
	cfg := hpa.Config{
		SyncPeriod: f.HPASyncPeriod, DownscaleStabilization: f.HPADownscaleStabilization, Tolerance: f.HPATolerance,
		CPUInitializationPeriod: f.HPACPUInitializationPeriod, InitialReadinessDelay: f.HPAInitialReadinessDelay, Metrics: with.metrics,
	}
	return func(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
		return hpa.New(engine, store, cfg, opts)
	}
}

// checkAutoscaler refuses an autoscaler that cannot work: one that syncs for ever in a run without an end, and one that
// asks for a recommender that is not there.
func (a *applications) checkAutoscaler(h *cluster.HorizontalPodAutoscaler) error {
	if a.s.scenario.Until == 0 {
		return fmt.Errorf("until is missing: HorizontalPodAutoscaler %v never ends", h.NamespacedName)
	}
	return hpa.AllRecommenders().Check(h)
}
