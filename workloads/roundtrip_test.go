package workloads

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

// again decodes what a scenario is written as, and returns it without the lines that it came from.
func again(t require.TestingT, s *Scenario) *Scenario {
	out, err := s.Marshal()
	require.NoError(t, err)
	twin, err := Decode("manifest.yaml", out)
	require.NoError(t, err, string(out))
	second, err := twin.Marshal()
	require.NoError(t, err)
	require.Equal(t, string(out), string(second))
	twin.origin = origin{}
	return twin
}

func TestTheFullScenarioIsReadAsWritten(t *testing.T) {
	s := decode(t, full)
	twin := again(t, s)
	s.origin = origin{}
	require.Equal(t, s, twin)
}

func TestEveryScenarioIsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genScenario(t)
		require.Equal(t, s, again(t, s))
	})
}

// The generators below draw scenarios as decoding fills them in.

var (
	genName  = rapid.StringMatching(`[a-zA-Z0-9:#"'{}\[\]*&!|>%@~.-]{1,12}`)
	genText  = rapid.StringMatching(`[a-z0-9é:#"'{}\[\]*&!|>%@~. -]{1,12}`)
	genSpan  = rapid.Map(rapid.Int64Range(0, math.MaxInt64), func(n int64) time.Duration { return time.Duration(n) })
	genLong  = rapid.Map(rapid.Int64Range(1, math.MaxInt64), func(n int64) time.Duration { return time.Duration(n) })
	genScale = rapid.Float64Range(1e-9, 1e9)
	genShape = rapid.Float64Range(0.01, 100)
	genBytes = rapid.Int64Range(0, maxBytesOf)
)

func genScenario(t *rapid.T) *Scenario {
	s := &Scenario{
		Name: genText.Draw(t, "name"), Seed: rapid.Uint64().Draw(t, "seed"), Until: genSpan.Draw(t, "until"),
		Latency: Latency{genDist(t), genDist(t), genDist(t), genDist(t), genDist(t)},
		Results: Results{genSpan.Draw(t, "every"), rapid.Bool().Draw(t, "events"),
			rapid.SampledFrom([]DecisionLog{DecisionsOff, DecisionsSummary, DecisionsFull}).Draw(t, "decisions")},
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "cluster") {
		s.Cluster = append(s.Cluster, genCluster(t, i))
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "workload") {
		s.Workload = append(s.Workload, genWorkload(t, i))
	}
	for range rapid.IntRange(0, 2).Draw(t, "faults") {
		f := Fault{At: genSpan.Draw(t, "at"), For: genSpan.Draw(t, "for")}
		*rapid.SampledFrom([]*string{&f.Node, &f.Zone, &f.Nodes}).Draw(t, "kind") = rapid.StringMatching(`[a-z*?.-]{1,9}`).Draw(t, "what")
		s.Faults = append(s.Faults, f)
	}
	if rapid.Bool().Draw(t, "percentage") {
		n := rapid.IntRange(0, 100).Draw(t, "of nodes")
		s.Scheduler.PercentageOfNodesToScore = &n
	}
	switch rapid.IntRange(0, 2).Draw(t, "scheduler") {
	case 1:
		s.Scheduler.Policy = genName.Draw(t, "policy")
	case 2:
		s.Scheduler.Config = genText.Draw(t, "config")
	}
	return s
}

func genDist(t *rapid.T) Distribution {
	span, shape := genLong.Draw(t, "span"), genShape.Draw(t, "shape")
	lower := time.Duration(rapid.Int64Range(0, int64(span)).Draw(t, "lower"))
	return rapid.SampledFrom([]Distribution{
		Constant{lower}, Exponential{span}, Lognormal{span, shape}, Uniform{lower, span}, Weibull{shape, span}, Gamma{shape, span},
	}).Draw(t, "distribution")
}

// genNumbered makes names that differ between entries.
func genNumbered(t *rapid.T, i int) string {
	return rapid.StringMatching(`[a-z.:#-]{0,4}`).Draw(t, "before") + formatInt(i) + "-{i}" + rapid.StringMatching(`[a-z.-]{0,4}`).Draw(t, "after")
}

func genCluster(t *rapid.T, i int) ClusterEntry {
	if rapid.Bool().Draw(t, "trace") {
		take := Take{rapid.IntRange(0, 9).Draw(t, "every"), rapid.IntRange(0, 9).Draw(t, "nodes"), rapid.IntRange(0, 9).Draw(t, "gpus")}
		return ClusterEntry{Trace: &NodeTrace{"openb", formatInt(i) + genText.Draw(t, "path"), take, rapid.Int64Range(1, maxPerNode).Draw(t, "pods")}}
	}
	g := &NodeGroup{Count: rapid.IntRange(1, maxNodes).Draw(t, "count"), Name: genNumbered(t, i)}
	g.Capacity = Capacity{cluster.Resources{
		MilliCPU: rapid.Int64Range(0, maxMilliCPU).Draw(t, "cpu"), Memory: genBytes.Draw(t, "memory"),
		EphemeralStorage: genBytes.Draw(t, "storage"), Extended: genExtended(t),
	}, rapid.Int64Range(0, maxPerNode).Draw(t, "pods")}
	g.Allocatable = Capacity{g.Capacity.Resources.Clone(), g.Capacity.Pods}
	g.Allocatable.Resources.MilliCPU /= 2
	g.Allocatable.Pods /= 3
	g.Zones = rapid.SliceOfN(genName, 1, 3).Draw(t, "zones")
	if rapid.Bool().Draw(t, "regions") {
		g.Regions = rapid.SliceOfN(genName, len(g.Zones), len(g.Zones)).Draw(t, "regions")
	}
	g.Labels = genLabels(t)
	if rapid.Bool().Draw(t, "taint") {
		key := rapid.StringMatching(`[a-z./]{1,6}`).Draw(t, "key")
		g.Taints = []cluster.Taint{{Key: key, Value: rapid.StringMatching(`[a-z=]{0,3}`).Draw(t, "value"), Effect: cluster.NoExecute}}
	}
	if g.GPUs = rapid.IntRange(0, 64).Draw(t, "gpus"); g.GPUs > 0 {
		g.GPUModel = rapid.SampledFrom([]string{"", "G2", "1e3", "null"}).Draw(t, "model")
	}
	return ClusterEntry{Nodes: g}
}

func genExtended(t *rapid.T) []cluster.Amount {
	var r cluster.Resources
	for range rapid.IntRange(0, 2).Draw(t, "extended") {
		name := rapid.StringMatching(`(a|b|hugepages)\.(com|org)/[a-z]{1,4}|hugepages-[0-9]Mi`).Draw(t, "resource")
		r.Set(cluster.ResourceName(name), rapid.Int64Range(0, maxCount).Draw(t, "amount"))
	}
	return r.Extended
}

func genLabels(t *rapid.T) cluster.Labels {
	labels := cluster.Labels(rapid.MapOfN(genName, rapid.OneOf(genText, rapid.Just("")), 0, 3).Draw(t, "labels"))
	if len(labels) == 0 {
		return nil
	}
	return labels
}

func genWorkload(t *rapid.T, i int) WorkloadEntry {
	count := rapid.Int64Range(1, math.MaxInt64).Draw(t, "count")
	if rapid.Bool().Draw(t, "trace") {
		return WorkloadEntry{Trace: &PodTrace{"openb", formatInt(i) + genText.Draw(t, "path"), genScale.Draw(t, "scale"), genScale.Draw(t, "scale"), count, genName.Draw(t, "namespace")}}
	}
	s := &Synthetic{Name: genNumbered(t, i), Namespace: genName.Draw(t, "namespace"), Count: count, Until: genSpan.Draw(t, "until")}
	at := genSpan.Draw(t, "at")
	per := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour}).Draw(t, "per")
	s.Arrivals = rapid.SampledFrom([]Arrivals{
		{Poisson: &Rate{rapid.Float64Range(1e-9, 1e8).Draw(t, "rate"), per}}, {Every: genLong.Draw(t, "every")}, {Gaps: Exponential{genLong.Draw(t, "gap")}}, {At: &at},
	}).Draw(t, "arrivals")
	if rapid.Bool().Draw(t, "ends") {
		s.Duration = genDist(t)
	}
	for range rapid.IntRange(1, 3).Draw(t, "classes") {
		s.Requests = append(s.Requests, genRequest(t))
	}
	return WorkloadEntry{Synthetic: s}
}

func genRequest(t *rapid.T) Request {
	r := Request{
		Name: genName.Draw(t, "class"), Weight: genScale.Draw(t, "weight"), EphemeralStorage: genBytes.Draw(t, "storage"),
		Extended: genExtended(t), Priority: rapid.Int32Range(math.MinInt32, maxPriority).Draw(t, "priority"), NodeSelector: genLabels(t),
	}
	if r.StatesCPU = rapid.Bool().Draw(t, "states cpu"); r.StatesCPU {
		r.MilliCPU = rapid.Int64Range(0, maxMilliCPU).Draw(t, "cpu")
	}
	if r.StatesMemory = rapid.Bool().Draw(t, "states memory"); r.StatesMemory {
		r.Memory = genBytes.Draw(t, "memory")
	}
	if r.GPUs = rapid.IntRange(0, 3).Draw(t, "gpus"); r.GPUs > 0 {
		r.GPUMilli = 1000
	}
	return r
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(full))
	for _, text := range []string{"", "{}", "a: [", "name: &a [*a]", inNodes("labels: {? a : b}"), inSynthetic("duration: !!str 1s"), small + "---\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Decode("x.yaml", data)
		if err != nil {
			require.Nil(t, s)
			return
		}
		twin := again(t, s)
		s.origin = origin{}
		require.Equal(t, s, twin)
	})
}
