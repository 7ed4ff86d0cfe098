package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/nodelifecycle"
	"github.com/wavetank/wavetank/workloads"
)

func TestDefaultFlagsAreTheControllersDefaults(t *testing.T) {
	require.Equal(t, nodelifecycle.DefaultConfig(), nodeLifecycleConfig(workloads.DefaultFlags()))
}

func TestLimitsFromFlags(t *testing.T) {
	profile := controller.Options{QPS: 20, Burst: 30}
	for _, c := range []struct {
		name    string
		options controller.Options
		qps     float64
		burst   int
		want    controller.Options
	}{
		{"none", profile, 0, 0, profile},
		{"both", profile, 500, 1000, controller.Options{QPS: 500, Burst: 1000}},
		{"the rate", profile, 500, 0, controller.Options{QPS: 500, Burst: 30}},
		{"the burst", profile, 0, 7, controller.Options{QPS: 20, Burst: 7}},
		{"the rate of an unlimited client", controller.Options{}, 5, 0, controller.Options{QPS: 5, Burst: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, limited(c.options, workloads.Flags{KubeAPIQPS: c.qps, KubeAPIBurst: c.burst}))
		})
	}
}

// A recorded renewal counts for the outage that it was the last before, and for no other.
func TestRecordedRenewal(t *testing.T) {
	last := recordedRenewal(map[string]time.Duration{"n": 14 * time.Second})
	for silent, want := range map[time.Duration]bool{15 * time.Second: true, 24 * time.Second: true, 13 * time.Second: false, 300 * time.Second: false} {
		at, known := last("n", sim.Time(silent))
		require.Equal(t, want, known, "%v", silent)
		require.Equal(t, sim.Time(14*time.Second), at)
	}
	_, known := last("other", sim.Time(15*time.Second))
	require.False(t, known)
}
