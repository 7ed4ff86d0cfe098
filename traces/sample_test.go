package traces

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sampleSeed is the seed of the sample in data/. Another one makes another sample, of the same distributions.
const sampleSeed = 20230601

// TestSample proves that the sample in data/ is made by the generator below and by nothing else. With -rewrite (a flag
// of the script tests) it writes the files anew.
func TestSample(t *testing.T) {
	for name, want := range map[string][]byte{
		"openb_sample_nodes.csv": sampleNodes(),
		"openb_sample_pods.csv":  samplePods(rand.New(rand.NewPCG(sampleSeed, 0))),
	} {
		path := filepath.Join("data", name)
		if flag.Lookup("rewrite").Value.String() == "true" {
			require.NoError(t, os.WriteFile(path, want, 0o644))
		}
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), "%s is not what the generator makes", path)
		require.Less(t, len(got), 200<<10, "%s is too large for a sample", path)
	}
}

// The sample must have every kind of pod, and ask for more than its nodes have, so that pods wait.
func TestSampleIsOfUse(t *testing.T) {
	nodes, err := OpenNodes("data/openb_sample_nodes.csv", "openb")
	require.NoError(t, err)
	has, err := SummariseNodes(nodes)
	require.NoError(t, err)
	require.NoError(t, nodes.Close())
	require.Equal(t, 60, has.Nodes)
	require.Equal(t, 64, has.GPUs)
	require.Len(t, has.Models, 5)

	pods, err := OpenPods("data/openb_sample_pods.csv", "openb")
	require.NoError(t, err)
	asks, err := Summarise(pods)
	require.NoError(t, err)
	require.NoError(t, pods.Close())
	require.Equal(t, sampleCount, asks.Rows)
	for _, n := range []int{asks.CPUPods, asks.SharePods, asks.WholePods, asks.MultiPods} {
		require.Greater(t, n, 50)
	}
	require.Len(t, asks.QoS, 4)
	require.Len(t, asks.Phases, 4)
	require.Zero(t, asks.RunsForever)
	require.Greater(t, asks.Peak.GPUMilli, has.Capacity.GPUMilli*11/10)
	require.Less(t, asks.Peak.MilliCPU, has.Capacity.MilliCPU, "the CPU is not what pods wait for")
}

// All draws are of whole numbers, so that the sample is the same on every machine.

func sampleNodes() []byte {
	var out bytes.Buffer
	out.WriteString("sn,cpu_milli,memory_mib,gpu,model\n")
	number := 0
	for _, kind := range []struct {
		count, cores, gib, gpus int
		model                   string
	}{
		{12, 32, 128, 0, ""}, {23, 64, 256, 0, ""},
		{2, 96, 512, 8, "G2"}, {2, 64, 256, 4, "G2"}, {1, 96, 512, 8, "V100M32"}, {4, 48, 192, 2, "V100M16"},
		{4, 48, 192, 2, "P100"}, {4, 48, 192, 2, "T4"}, {8, 24, 96, 1, "T4"},
	} {
		for range kind.count {
			fmt.Fprintf(&out, "node-%02d,%d,%d,%d,%s\n", number, kind.cores*1000, kind.gib*1024, kind.gpus, kind.model)
			number++
		}
	}
	return out.Bytes()
}

const (
	sampleCount = 1200
)

// sampleArrivals are weights of the hours of the day: a quiet night, a busy morning and afternoon.
var sampleArrivals = weights{3, 2, 2, 2, 2, 3, 5, 8, 12, 16, 18, 16, 12, 14, 18, 18, 16, 12, 9, 8, 7, 6, 5, 4}

type weights []int

func (w weights) draw(rng *rand.Rand) int {
	sum := 0
	for _, weight := range w {
		sum += weight
	}
	at := rng.IntN(sum)
	for i, weight := range w {
		if at < weight {
			return i
		}
		at -= weight
	}
	panic("unreachable")
}

func samplePods(rng *rand.Rand) []byte {
	submits := make([]int, sampleCount)
	for i := range submits {
		submits[i] = sampleArrivals.draw(rng)*3600 + rng.IntN(3600)
	}
	slices.SortFunc(submits, cmp.Compare[int])
	var out bytes.Buffer
	out.WriteString("name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n")
	for i, submit := range submits {
		fmt.Fprintf(&out, "pod-%04d,%s,%s\n", i, sampleRequest(rng), sampleLife(rng, submit))
	}
	return out.Bytes()
}

// sampleRequest draws a kind of pod and its request: cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec.
func sampleRequest(rng *rand.Rand) string {
	switch (weights{20, 35, 37, 4, 3, 1}).draw(rng) {
	case 0:
		cores := 1 << rng.IntN(5)
		return fmt.Sprintf("%d,%d,0,0,", cores*1000, cores<<rng.IntN(3)*1024)
	case 1:
		return fmt.Sprintf("%d,%d,1,%d,%s", 1000*(1+rng.IntN(8)), 1024*(2+2*rng.IntN(12)), 50*(1+rng.IntN(19)), sampleModels(rng, 1))
	case 2:
		return fmt.Sprintf("%d,%d,1,1000,%s", 1000*(2+2*rng.IntN(6)), 4096*(1+rng.IntN(8)), sampleModels(rng, 1))
	case 3:
		return fmt.Sprintf("%d,%d,2,1000,%s", 1000*(8+4*rng.IntN(4)), 8192*(2+rng.IntN(7)), sampleModels(rng, 2))
	case 4:
		return fmt.Sprintf("%d,%d,4,1000,", 1000*(16+8*rng.IntN(4)), 16384*(2+rng.IntN(6)))
	}
	return fmt.Sprintf("%d,%d,8,1000,", 1000*(48+16*rng.IntN(3)), 65536*(2+rng.IntN(4)))
}

// sampleModels names allowed models for one pod in seven, and only such as some node has enough of.
func sampleModels(rng *rand.Rand, gpus int) string {
	if rng.IntN(7) > 0 {
		return ""
	}
	choices := []string{"G2", "V100M16|V100M32", "P100|T4", "T4"}
	return choices[rng.IntN(len(choices)-(gpus-1))]
}

// sampleLife draws what became of a pod: qos,pod_phase,creation_time,deletion_time,scheduled_time.
func sampleLife(rng *rand.Rand, submit int) string {
	qos := []string{"LS", "BE", "Burstable", "Guaranteed"}[weights{55, 35, 7, 3}.draw(rng)]
	run := sampleRun(rng)
	if rng.IntN(20) == 0 {
		return fmt.Sprintf("%s,Pending,%d,%d,", qos, submit, submit+run)
	}
	start := submit + rng.IntN(30)
	phase := []string{"Running", "Succeeded", "Failed"}[weights{55, 25, 20}.draw(rng)]
	return fmt.Sprintf("%s,%s,%d,%d,%d", qos, phase, submit, start+run, start)
}

// sampleRun draws a run time in seconds: a power of two from 1 to 256 minutes, then evenly up to the next. Most pods are
// short, and most of the time is that of the long ones.
func sampleRun(rng *rand.Rand) int {
	low := 60 << (weights{6, 9, 12, 15, 17, 16, 12, 9, 4}).draw(rng)
	return low + rng.IntN(low)
}

func TestSampleWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var drawn [3]int
	for range 6000 {
		drawn[weights{1, 0, 2}.draw(rng)]++
	}
	require.InDelta(t, 2000, drawn[0], 200)
	require.Zero(t, drawn[1])
	require.InDelta(t, 4000, drawn[2], 200)
}

func TestSampleDependsOnTheSeed(t *testing.T) {
	one := samplePods(rand.New(rand.NewPCG(1, 0)))
	require.Equal(t, one, samplePods(rand.New(rand.NewPCG(1, 0))))
	require.NotEqual(t, one, samplePods(rand.New(rand.NewPCG(2, 0))))
	require.Equal(t, sampleCount+1, strings.Count(string(one), "\n"))
}
