package hpa

import (
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// fake is a metrics API with values by hand. Keys are resources, "resource/container", and names of metrics.
type fake struct {
	perPod   map[string]map[string]Sample
	object   map[string]Sample
	external map[string][]Sample
}

func (f *fake) Resource(p *cluster.Pod, container string, resource cluster.ResourceName) (Sample, bool) {
	key := string(resource)
	if container != "" {
		key += "/" + container
	}
	s, ok := f.perPod[key][p.Name]
	return s, ok
}

func (f *fake) Pods(p *cluster.Pod, metric string, _ *cluster.Selector) (Sample, bool) {
	s, ok := f.perPod[metric][p.Name]
	return s, ok
}

func (f *fake) Object(_ string, _ cluster.ObjectRef, metric string, _ *cluster.Selector) (Sample, bool) {
	s, ok := f.object[metric]
	return s, ok
}

func (f *fake) External(_, metric string, _ *cluster.Selector) ([]Sample, bool) {
	s, ok := f.external[metric]
	return s, ok
}

// defaults is the configuration of kube-controller-manager.
func defaults(m Metrics) Config {
	return Config{
		SyncPeriod: 15 * time.Second, DownscaleStabilization: 5 * time.Minute, Tolerance: 0.1,
		CPUInitializationPeriod: 5 * time.Minute, InitialReadinessDelay: 30 * time.Second, Metrics: m,
	}
}
