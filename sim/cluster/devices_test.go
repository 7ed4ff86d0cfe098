package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

func TestPickDevices(t *testing.T) {
	ask := func(devices int, milli int64) cluster.GPURequest {
		return cluster.GPURequest{Devices: devices, Milli: milli}
	}
	tests := []struct {
		name string
		free []int64
		want cluster.GPURequest
		set  cluster.DeviceSet
		ok   bool
	}{
		{"nothing asked of nothing", nil, ask(0, 0), 0, true},
		{"a share of no device", nil, ask(1, 100), 0, false},
		{"the tightest fit", []int64{1000, 400, 300, 200}, ask(1, 300), 0b0100, true},
		{"the lowest number on a tie", []int64{1000, 400, 400}, ask(1, 300), 0b010, true},
		{"no device has enough, though all together have", []int64{200, 200}, ask(1, 300), 0, false},
		{"one whole device", []int64{999, 1000, 1000}, ask(1, 1000), 0b010, true},
		{"two whole devices", []int64{1000, 999, 1000, 1000}, ask(2, 1000), 0b0101, true},
		{"too few whole devices", []int64{1000, 999}, ask(2, 1000), 0b01, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			set, ok := cluster.PickDevices(test.free, test.want)
			require.Equal(t, test.ok, ok)
			if ok {
				require.Equal(t, test.set, set)
			}
		})
	}
}

// TestPickDevicesAgainstAllSubsets tries every set of devices: one is picked if and only if any will do, the first of
// those for whole devices, that with the least left for a share.
func TestPickDevicesAgainstAllSubsets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		free := rapid.SliceOfN(rapid.SampledFrom([]int64{0, 100, 300, 500, 900, 1000}), 0, 8).Draw(t, "free")
		want := cluster.GPURequest{Devices: rapid.IntRange(1, 4).Draw(t, "devices"), Milli: 1000}
		if want.Devices == 1 {
			want.Milli = rapid.Int64Range(1, 1000).Draw(t, "milli")
		}
		best, found := cluster.DeviceSet(0), false
		for set := range cluster.DeviceSet(1) << len(free) {
			if set.Len() == want.Devices && allHave(free, set, want.Milli) && (!found || left(free, set) < left(free, best)) {
				best, found = set, true
			}
		}
		got, ok := cluster.PickDevices(free, want)
		require.Equal(t, found, ok)
		if found {
			require.Equal(t, best, got)
		}
	})
}

func allHave(free []int64, set cluster.DeviceSet, milli int64) bool {
	for i, f := range free {
		if set&(1<<i) != 0 && f < milli {
			return false
		}
	}
	return true
}

func left(free []int64, set cluster.DeviceSet) (sum int64) {
	for i, f := range free {
		if set&(1<<i) != 0 {
			sum += f
		}
	}
	return sum
}
