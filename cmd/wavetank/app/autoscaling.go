package app

import (
	"fmt"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/hpa"
	"github.com/wavetank/wavetank/workloads"
)

// hpaConfig is the configuration of the autoscaler by the flags of kube-controller-manager. With a period of 0 the real
// one would sync all the time; here no time would pass.
func hpaConfig(f workloads.Flags, metrics hpa.Metrics) (hpa.Config, error) {
	if f.HPASyncPeriod <= 0 {
		return hpa.Config{}, fmt.Errorf("horizontal-pod-autoscaler-sync-period: %v is not above 0", f.HPASyncPeriod)
	}
	return hpa.Config{
		SyncPeriod: f.HPASyncPeriod, DownscaleStabilization: f.HPADownscaleStabilization, Tolerance: f.HPATolerance,
		CPUInitializationPeriod: f.HPACPUInitializationPeriod, InitialReadinessDelay: f.HPAInitialReadinessDelay, Metrics: metrics,
	}, nil
}

// autoscaler returns the factory of the horizontal pod autoscaler for a scenario: its flags, and its metrics if it has any.
func (s *simulation) autoscaler() (ControllerFactory, error) {
	cfg, err := hpaConfig(s.scenario.Flags, s.metrics)
	if err != nil {
		return nil, s.scenario.Errorf("flags", "%w", err)
	}
	return func(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
		return hpa.New(engine, store, cfg, opts)
	}, nil
}

// checkAutoscaler refuses an autoscaler that cannot work: one that syncs for ever in a run without an end, and one that
// asks for a recommender that is not there.
func (a *applications) checkAutoscaler(h *cluster.HorizontalPodAutoscaler) error {
	if a.s.scenario.Until == 0 {
		return fmt.Errorf("until is missing: HorizontalPodAutoscaler %v never ends", h.NamespacedName)
	}
	return hpa.AllRecommenders().Check(h)
}
