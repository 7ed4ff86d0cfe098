package workloads

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Flags are the flags of the control plane's components that are modelled. Their names in a scenario are those of the
// command lines, without the dashes.
type Flags struct {
	NodeMonitorPeriod         time.Duration // between two looks at all nodes
	NodeMonitorGracePeriod    time.Duration // without a heartbeat until a node is given up
	NodeStartupGracePeriod    time.Duration // likewise, of a node that has never sent one
	NodeEvictionRate          float64       // nodes a second, of a healthy zone
	SecondaryNodeEvictionRate float64       // of an unhealthy one
	UnhealthyZoneThreshold    float64       // share of nodes not ready that makes a zone unhealthy
	LargeClusterSizeThreshold int           // nodes of a zone up to which the secondary rate is 0
	TerminatedPodGCThreshold  int

	NotReadyToleration    time.Duration // tolerationSeconds that pods get at admission
	UnreachableToleration time.Duration

	HPASyncPeriod              time.Duration
	HPADownscaleStabilization  time.Duration
	HPACPUInitializationPeriod time.Duration
	HPAInitialReadinessDelay   time.Duration
	HPATolerance               float64
	MetricResolution           time.Duration // of metrics-server

	KubeAPIQPS   float64 // of each controller's client; 0: as the latency profile says
	KubeAPIBurst int

	// ShutdownGracePeriod is what the kubelet gives its pods when the machine is told to shut down (its configuration
	// shutdownGracePeriod), and the last part of it that critical pods have for themselves; 0: nothing is waited for.
	ShutdownGracePeriod             time.Duration
	ShutdownGracePeriodCriticalPods time.Duration
}

// DefaultFlags returns what the components have when nothing is said (kube-controller-manager, kube-apiserver and kubelet
// v1.36; metrics-server v0.8 manifests: --metric-resolution=15s).
func DefaultFlags() Flags {
	return Flags{
		NodeMonitorPeriod: 5 * time.Second, NodeMonitorGracePeriod: 50 * time.Second, NodeStartupGracePeriod: time.Minute,
		NodeEvictionRate: 0.1, SecondaryNodeEvictionRate: 0.01, UnhealthyZoneThreshold: 0.55, LargeClusterSizeThreshold: 50,
		TerminatedPodGCThreshold: 12500,
		NotReadyToleration:       300 * time.Second, UnreachableToleration: 300 * time.Second,
		HPASyncPeriod: 15 * time.Second, HPADownscaleStabilization: 5 * time.Minute, HPACPUInitializationPeriod: 5 * time.Minute,
		HPAInitialReadinessDelay: 30 * time.Second, HPATolerance: 0.1, MetricResolution: 15 * time.Second,
	}
}

// settings are the flags by name.
func (f *Flags) settings() map[string]any {
	return map[string]any{
		"node-monitor-period": period{&f.NodeMonitorPeriod}, "node-monitor-grace-period": &f.NodeMonitorGracePeriod,
		"node-startup-grace-period": &f.NodeStartupGracePeriod, "node-eviction-rate": &f.NodeEvictionRate,
		"secondary-node-eviction-rate": &f.SecondaryNodeEvictionRate, "unhealthy-zone-threshold": share{&f.UnhealthyZoneThreshold},
		"large-cluster-size-threshold": &f.LargeClusterSizeThreshold, "terminated-pod-gc-threshold": &f.TerminatedPodGCThreshold,
		"default-not-ready-toleration-seconds":                seconds{&f.NotReadyToleration},
		"default-unreachable-toleration-seconds":              seconds{&f.UnreachableToleration},
		"horizontal-pod-autoscaler-sync-period":               period{&f.HPASyncPeriod},
		"horizontal-pod-autoscaler-downscale-stabilization":   &f.HPADownscaleStabilization,
		"horizontal-pod-autoscaler-cpu-initialization-period": &f.HPACPUInitializationPeriod,
		"horizontal-pod-autoscaler-initial-readiness-delay":   &f.HPAInitialReadinessDelay,
		"horizontal-pod-autoscaler-tolerance":                 &f.HPATolerance,
		"metric-resolution":                                   period{&f.MetricResolution},
		"kube-api-qps":                                        &f.KubeAPIQPS,
		"kube-api-burst":                                      &f.KubeAPIBurst,
		"shutdown-grace-period":                               &f.ShutdownGracePeriod,
		"shutdown-grace-period-critical-pods":                 &f.ShutdownGracePeriodCriticalPods,
	}
}

// seconds is a span that a flag takes as a number of seconds.
type seconds struct{ of *time.Duration }

// share is a number from 0 to 1.
type share struct{ of *float64 }

// period is a span between two beats of a loop: without any it would never end.
type period struct{ of *time.Duration }

// FlagNames lists the flags that are modelled, sorted.
func FlagNames() []string {
	var f Flags
	return slices.Sorted(maps.Keys(f.settings()))
}

// Set sets a flag by name, with or without its dashes, to a value as on a command line.
func (f *Flags) Set(name, value string) error {
	name = strings.TrimLeft(name, "-")
	target, ok := f.settings()[name]
	if !ok {
		if near := Nearest(name, FlagNames()); near != "" {
			return fmt.Errorf("unknown flag %s; did you mean %s?", name, near)
		}
		return fmt.Errorf("unknown flag %s; modelled are %s", name, strings.Join(FlagNames(), ", "))
	}
	switch to := target.(type) {
	case *time.Duration:
		return setSpan(to, value)
	case period:
		return setPeriod(to.of, value)
	case seconds:
		if n, err := strconv.ParseInt(value, 10, 32); err == nil && n >= 0 {
			*to.of = time.Duration(n) * time.Second
			return nil
		}
		return setSpan(to.of, value)
	case *float64:
		return setNumber(to, value, 1e9, "not a number from 0")
	case share:
		return setNumber(to.of, value, 1, "not a number from 0 to 1")
	case *int:
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < 0 {
			return fmt.Errorf("not an integer from 0: %s", quoteOdd(value))
		}
		*to = int(n)
	}
	return nil
}

func setSpan(to *time.Duration, value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		return fmt.Errorf("not a span of time such as 50s: %s", quoteOdd(value))
	}
	*to = d
	return nil
}

func setPeriod(to *time.Duration, value string) error {
	var d time.Duration
	if err := setSpan(&d, value); err != nil {
		return err
	}
	if d == 0 {
		return fmt.Errorf("not above 0: %s", quoteOdd(value))
	}
	*to = d
	return nil
}

func setNumber(to *float64, value string, most float64, wrong string) error {
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || !(x >= 0 && x <= most) {
		return fmt.Errorf("%s: %s", wrong, quoteOdd(value))
	}
	*to = x
	return nil
}
