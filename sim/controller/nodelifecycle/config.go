package nodelifecycle

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/controller"
)

// Config holds the flags of the controller and where its loops stand.
type Config struct {
	MonitorPeriod      time.Duration // between two ticks (--node-monitor-period); above 0
	GracePeriod        time.Duration // of silence until a node is given up (--node-monitor-grace-period)
	StartupGracePeriod time.Duration // likewise, of a node whose kubelet has never reported (--node-startup-grace-period)

	EvictionRate              float64 // nodes a second that are tainted NoExecute, by zone (--node-eviction-rate)
	SecondaryEvictionRate     float64 // in a large zone that is partially disrupted (--secondary-node-eviction-rate)
	UnhealthyZoneThreshold    float64 // share of nodes not ready from which a zone is that (--unhealthy-zone-threshold)
	LargeClusterSizeThreshold int     // nodes up to which a zone is not large (--large-cluster-size-threshold)

	// MonitorPhase is the time of one tick, before or after which the others come; nil: drawn from the seed.
	MonitorPhase *time.Duration
	// LastRenewal returns the last renewal of a node's lease before it fell silent, if it is known; nil: it never is.
	LastRenewal func(node string, silent sim.Time) (sim.Time, bool)
}

// DefaultConfig returns the defaults of kube-controller-manager (pkg/controller/nodelifecycle/config/v1alpha1/defaults.go
// and cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go, v1.36.3).
func DefaultConfig() Config {
	return Config{
		MonitorPeriod: 5 * time.Second, GracePeriod: 50 * time.Second, StartupGracePeriod: time.Minute,
		EvictionRate: 0.1, SecondaryEvictionRate: 0.01, UnhealthyZoneThreshold: 0.55, LargeClusterSizeThreshold: 50,
	}
}

// The numbers of workers and periods that no flag changes (node_lifecycle_controller.go: nodeUpdateWorkerSize,
// scheduler/rate_limited_queue.go: NodeEvictionPeriod; pkg/controller/controller_utils.go: UpdateTaintBackoff, v1.36.3).
const (
	nodeWorkers   = 8
	evictionPass  = 100*time.Millisecond + passTime
	taintConflict = 100 * time.Millisecond
)

// passTime is how much later than the last the next pass begins besides the period, which counts from its end: about what a
// timer and a look at empty queues take.
const passTime = time.Millisecond / 2

// options returns the options of the three loops, which share one client.
func options(opts controller.Options) (monitor, tainter, evictor controller.Options) {
	opts.Client = &controller.Limiter{QPS: opts.QPS, Burst: opts.Burst}
	monitor, tainter, evictor = opts, opts, opts
	monitor.Workers, tainter.Workers, evictor.Workers = nodeWorkers, nodeWorkers, 1
	tainter.FirstBackoff, tainter.MostBackoff = taintConflict, taintConflict
	return monitor, tainter, evictor
}
