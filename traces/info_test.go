package traces

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func summarise(t testing.TB, header, rows string) Info {
	t.Helper()
	pods, err := NewPods(strings.NewReader(header+"\n"+rows), "pods.csv", "openb")
	require.NoError(t, err)
	info, err := Summarise(pods)
	require.NoError(t, err)
	require.NoError(t, pods.Close())
	return info
}

const fullHeader = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time"

// The form of the JSON is part of the interface: names, units and order.
func TestSummarise(t *testing.T) {
	info := summarise(t, fullHeader, `a,1000,1,0,0,,LS,Running,10,110,10
b,2000,2,1,500,,BE,Failed,20,30,25
c,4000,4,1,1000,T4,BE,Pending,30,50,
d,8000,8,2,1000,,BE,Running,40,90,60
e,8000,8,2,1000,,LS,Running,40,,50
f,2000,2,1,500,,LS,Running,200,200,200
`)
	text, err := json.MarshalIndent(info, "", "  ")
	require.NoError(t, err)
	require.Equal(t, `{
  "rows": 6,
  "cpuPods": 1,
  "sharePods": 2,
  "wholePods": 1,
  "multiPods": 2,
  "shapes": 4,
  "firstSubmitSeconds": 10,
  "lastSubmitSeconds": 200,
  "lastEndSeconds": 200,
  "durationSeconds": {
    "min": 0,
    "median": 20,
    "p90": 100,
    "max": 100
  },
  "runsForever": 1,
  "requests": {
    "cpuMilli": 25000,
    "memoryBytes": 26214400,
    "gpuMilli": 6000
  },
  "peak": {
    "cpuMilli": 21000,
    "memoryBytes": 22020096,
    "gpuMilli": 5000
  },
  "phases": [
    {
      "name": "Failed",
      "pods": 1
    },
    {
      "name": "Pending",
      "pods": 1
    },
    {
      "name": "Running",
      "pods": 4
    }
  ],
  "qos": [
    {
      "name": "BE",
      "pods": 3
    },
    {
      "name": "LS",
      "pods": 3
    }
  ]
}`, string(text))
}

func TestSummariseNothing(t *testing.T) {
	require.Equal(t, Info{Phases: []Count{}, QoS: []Count{}}, summarise(t, fullHeader, ""))
}

// A list without times: everything is there from the start and stays.
func TestSummariseWithoutTimes(t *testing.T) {
	info := summarise(t, "name,cpu_milli,memory_mib,num_gpu,gpu_milli", "a,1,1,1,250\nb,2,2,8,1000\n")
	require.Equal(t, 2, info.RunsForever)
	require.Equal(t, Demand{MilliCPU: 3, MemoryBytes: 3 << 20, GPUMilli: 8250}, info.Peak)
	require.Equal(t, info.Requests, info.Peak)
	require.Equal(t, []Count{{Name: "", Pods: 2}}, info.QoS)
}

func TestSummariseErrors(t *testing.T) {
	for _, tt := range []struct{ name, rows, want string }{
		{"a row out of order", "a,1,1,0,0,5\nb,1,1,0,0,4\n", "line 3: b was submitted before a of line 2: a summary needs pods in order of submission"},
		{"a broken row", "a,1,1,0,0,5\nb,x,1,0,0,5\n", "pods.csv:3: cpu_milli: not a whole number: x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pods, err := NewPods(strings.NewReader(timedHeader+tt.rows), "pods.csv", "openb")
			require.NoError(t, err)
			info, err := Summarise(pods)
			require.EqualError(t, err, tt.want)
			require.Equal(t, Info{}, info)
		})
	}
}

func TestSummariseNoticesOverflow(t *testing.T) {
	huge := []Row{{Name: "a", MemoryBytes: math.MaxInt64 - 5}, {Name: "b", MemoryBytes: 6}}
	_, err := Summarise(&sortedPods{huge})
	require.EqualError(t, err, "the sum of the requests is too large")
	huge[1].MemoryBytes = 5
	_, err = Summarise(&sortedPods{huge})
	require.NoError(t, err)
}

func TestQuantilesAreByNearestRank(t *testing.T) {
	span := func(n int) []time.Duration {
		var list []time.Duration
		for i := range n {
			list = append(list, time.Duration(i+1)*time.Second)
		}
		return list
	}
	for n, want := range map[int]Quantiles{
		0:   {},
		1:   {1, 1, 1, 1},
		2:   {1, 1, 2, 2},
		3:   {1, 2, 3, 3},
		10:  {1, 5, 9, 10},
		11:  {1, 6, 10, 11},
		100: {1, 50, 90, 100},
	} {
		require.Equal(t, want, quantiles(span(n)), "of %d", n)
	}
}

// The sweep finds the same peak as counting, at every submission, the pods that exist then.
func TestPeakIsThatOfADumbCount(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		rows := randomRows(rng, rng.IntN(40))
		info, err := Summarise(&sortedPods{slices.Clone(rows)})
		require.NoError(t, err)
		require.Equal(t, dumbPeak(rows), info.Peak)
	}
}

func randomRows(rng *rand.Rand, n int) []Row {
	rows := make([]Row, n)
	var now time.Duration
	for i := range rows {
		now += time.Duration(rng.IntN(4))
		rows[i] = Row{
			Name: fmt.Sprint(i), Submit: now, Scheduled: NeverScheduled, Duration: time.Duration(rng.IntN(12) - 1),
			MilliCPU: rng.Int64N(10), MemoryBytes: rng.Int64N(10), GPUs: 1, GPUMilli: 1 + rng.Int64N(1000),
		}
		if rng.IntN(2) == 0 {
			rows[i].Scheduled = now + time.Duration(rng.IntN(5))
		}
	}
	return rows
}

func dumbPeak(rows []Row) Demand {
	var peak Demand
	for _, at := range rows {
		var sum Demand
		for _, row := range rows {
			end, ends := row.End()
			if row.Submit <= at.Submit && (!ends || at.Submit < end) {
				sum.add(Demand{row.MilliCPU, row.MemoryBytes, row.TotalGPUMilli()}, 1)
			}
		}
		peak = Demand{max(peak.MilliCPU, sum.MilliCPU), max(peak.MemoryBytes, sum.MemoryBytes), max(peak.GPUMilli, sum.GPUMilli)}
	}
	return peak
}

func TestSummariseNodes(t *testing.T) {
	nodes, err := NewNodes(strings.NewReader("sn,cpu_milli,memory_mib,gpu,model\na,1000,1,2,T4\nb,2000,2,0,\nc,4000,4,8,G2\nd,8000,8,1,T4\n"),
		"nodes.csv", "openb")
	require.NoError(t, err)
	info, err := SummariseNodes(nodes)
	require.NoError(t, err)
	text, err := json.Marshal(info)
	require.NoError(t, err)
	require.Equal(t, `{"nodes":4,"gpuNodes":3,"gpus":11,"capacity":{"cpuMilli":15000,"memoryBytes":15728640,"gpuMilli":11000},`+
		`"models":[{"model":"G2","nodes":1,"gpus":8},{"model":"T4","nodes":2,"gpus":3}]}`, string(text))
}

func TestSummariseNodesErrors(t *testing.T) {
	nodes, err := NewNodes(strings.NewReader("sn,cpu_milli,memory_mib,gpu,model\na,1,1,1,\n"), "nodes.csv", "openb")
	require.NoError(t, err)
	_, err = SummariseNodes(nodes)
	require.EqualError(t, err, "nodes.csv:2: model: empty, but gpu is 1")
}

// The figures of the public list were taken from the file by other means.
func TestPublicSummary(t *testing.T) {
	pods, err := OpenPods(publicTrace(t, "openb_pod_list_default.csv"), "openb")
	require.NoError(t, err)
	info, err := Summarise(pods)
	require.NoError(t, err)
	require.NoError(t, pods.Close())
	require.Equal(t, 8152, info.Rows)
	require.Equal(t, []int{1088, 3078, 3911, 16 + 15 + 44}, []int{info.CPUPods, info.SharePods, info.WholePods, info.MultiPods})
	require.EqualValues(t, 6_086_800, info.Requests.GPUMilli)
	require.EqualValues(t, 303_546_211<<20, info.Requests.MemoryBytes)
	require.EqualValues(t, 65_590, info.Peak.GPUMilli)
	require.Equal(t, 12_901_761.0, info.LastSubmit)
	require.Equal(t, 12_902_960.0, info.LastEnd)
	require.Equal(t, []Count{{"Failed", 1870}, {"Pending", 897}, {"Running", 5193}, {"Succeeded", 192}}, info.Phases)
	require.Equal(t, []Count{{"BE", 3398}, {"Burstable", 100}, {"Guaranteed", 7}, {"LS", 4647}}, info.QoS)
}
