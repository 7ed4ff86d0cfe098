package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

// TestRequests follows component-helpers resource/helpers_test.go of v0.36 in the cases that a scheduler meets.
func TestRequests(t *testing.T) {
	cpu := func(milli int64) cluster.Container {
		return cluster.Container{Requests: cluster.Resources{MilliCPU: milli, Memory: milli}, RequestsCPU: true, RequestsMemory: true}
	}
	sidecar := func(milli int64) cluster.Container {
		c := cpu(milli)
		c.Sidecar = true
		return c
	}
	type containers = []cluster.Container
	const defaultCPU, defaultMem = 100, 200 << 20
	tests := []struct {
		name                string
		spec                cluster.PodSpec
		cpu, mem            int64
		nonZeroCPU, nonZero int64
	}{
		{"nothing", cluster.PodSpec{}, 0, 0, 0, 0},
		{"containers add up", cluster.PodSpec{Containers: containers{cpu(100), cpu(200)}}, 300, 300, 300, 300},
		{"a container that states nothing counts with defaults", cluster.PodSpec{Containers: containers{{}}}, 0, 0, defaultCPU, defaultMem},
		{"a stated zero stays zero", cluster.PodSpec{Containers: containers{cpu(0)}}, 0, 0, 0, 0},
		{"only cpu is stated", cluster.PodSpec{Containers: containers{{Requests: cluster.Resources{MilliCPU: 7}, RequestsCPU: true}}}, 7, 0, 7, defaultMem},
		{"the largest init container", cluster.PodSpec{InitContainers: containers{cpu(500), cpu(400)}, Containers: containers{cpu(100)}}, 500, 500, 500, 500},
		{"init containers that are smaller than the rest", cluster.PodSpec{InitContainers: containers{cpu(50)}, Containers: containers{cpu(100)}}, 100, 100, 100, 100},
		{"a sidecar runs beside the containers", cluster.PodSpec{InitContainers: containers{sidecar(50)}, Containers: containers{cpu(100)}}, 150, 150, 150, 150},
		{"an init container runs beside the sidecars before it",
			cluster.PodSpec{InitContainers: containers{sidecar(50), cpu(120)}, Containers: containers{cpu(100)}}, 170, 170, 170, 170},
		{"and not beside those after it",
			cluster.PodSpec{InitContainers: containers{cpu(120), sidecar(50)}, Containers: containers{cpu(30)}}, 120, 120, 120, 120},
		{"sidecars add up among themselves",
			cluster.PodSpec{InitContainers: containers{sidecar(50), sidecar(60), cpu(20)}, Containers: containers{cpu(10)}}, 130, 130, 130, 130},
		{"overhead comes on top", cluster.PodSpec{Containers: containers{cpu(100)}, Overhead: cluster.Resources{MilliCPU: 5, Memory: 6}}, 105, 106, 105, 106},
		{"pod-level requests replace the sum",
			cluster.PodSpec{Containers: containers{cpu(100)}, PodRequests: &cluster.Resources{MilliCPU: 700}, PodRequestsCPU: true}, 700, 100, 700, 100},
		{"overhead comes on top of those too",
			cluster.PodSpec{Containers: containers{cpu(100)}, Overhead: cluster.Resources{MilliCPU: 5}, PodRequests: &cluster.Resources{MilliCPU: 700, Memory: 800}, PodRequestsCPU: true, PodRequestsMem: true}, 705, 800, 705, 800},
		{"pod-level requests leave no room for defaults",
			cluster.PodSpec{Containers: containers{{}}, PodRequests: &cluster.Resources{MilliCPU: 700, Memory: 9}, PodRequestsCPU: true, PodRequestsMem: true}, 700, 9, 700, 9},
		{"pod-level cpu alone: memory by default where no container states it",
			cluster.PodSpec{Containers: containers{{}}, PodRequests: &cluster.Resources{MilliCPU: 700}, PodRequestsCPU: true}, 700, 0, 700, defaultMem},
		{"pod-level cpu alone: no default where another container states memory",
			cluster.PodSpec{Containers: containers{{}, cpu(3)}, PodRequests: &cluster.Resources{MilliCPU: 700}, PodRequestsCPU: true}, 700, 3, 700, 3},
		{"pod-level cpu alone: no default where the overhead states memory",
			cluster.PodSpec{Containers: containers{{}}, Overhead: cluster.Resources{Memory: 5}, PodRequests: &cluster.Resources{MilliCPU: 700}, PodRequestsCPU: true}, 700, 5, 700, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := test.spec.Complete()
			require.Equal(t, cluster.Resources{MilliCPU: test.cpu, Memory: test.mem}, *s.Requests())
			require.Equal(t, test.nonZeroCPU, s.NonZeroMilliCPU(), "cpu with defaults")
			require.Equal(t, test.nonZero, s.NonZeroMemory(), "memory with defaults")
		})
	}
}

func TestRequestsOfExtendedResources(t *testing.T) {
	amounts := func(a, b int64) cluster.Resources {
		var r cluster.Resources
		r.Set("b.x/b", b)
		r.Set("a.x/a", a)
		return r
	}
	s := (&cluster.PodSpec{
		InitContainers: []cluster.Container{{Requests: amounts(5, 1)}},
		Containers:     []cluster.Container{{Requests: amounts(1, 1)}, {Requests: amounts(1, 2)}},
	}).Complete()
	require.Equal(t, []cluster.Amount{{Name: "a.x/a", Value: 5}, {Name: "b.x/b", Value: 3}}, s.Requests().Extended)
	require.Equal(t, int64(1), s.Containers[0].Requests.Get("a.x/a"), "what the containers state is left alone")
}

func TestIncompleteSpecPanics(t *testing.T) {
	require.PanicsWithValue(t, "cluster: PodSpec used before Complete", func() { (&cluster.PodSpec{}).Requests() })
}

func TestResources(t *testing.T) {
	var r cluster.Resources
	for i, name := range []cluster.ResourceName{cluster.CPU, cluster.Memory, cluster.EphemeralStorage, "z.x/z", "a.x/a"} {
		require.Zero(t, r.Get(name))
		r.Set(name, int64(i+1))
		require.Equal(t, int64(i+1), r.Get(name), name)
	}
	c := r.Clone()
	c.Set("a.x/a", 50)
	c.Set("m.x/m", 0)
	require.Equal(t, int64(5), r.Get("a.x/a"), "a clone shares nothing")
	require.False(t, r.Equal(&c))
	c.Set("a.x/a", 5)
	require.True(t, r.Equal(&c), "what is absent equals zero")
	require.True(t, c.Equal(&r))
	sum := r.Clone()
	sum.Add(&c)
	require.Equal(t, int64(10), sum.Get("a.x/a"))
	sum.Sub(&r)
	require.True(t, sum.Equal(&r))
	sum.Max(&cluster.Resources{MilliCPU: 9, Extended: []cluster.Amount{{Name: "a.x/a", Value: 1}, {Name: "q.x/q", Value: 2}}})
	require.Equal(t, []int64{9, 2, 5, 2}, []int64{sum.MilliCPU, sum.Memory, sum.Get("a.x/a"), sum.Get("q.x/q")})
}
