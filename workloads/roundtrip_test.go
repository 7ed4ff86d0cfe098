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

func genFlags(t *rapid.T) Flags {
	f := DefaultFlags()
	f.NodeMonitorPeriod, f.UnreachableToleration = genLong.Draw(t, "period"), genSpan.Draw(t, "toleration")
	f.NodeEvictionRate = rapid.Float64Range(0, 1e9).Draw(t, "rate")
	f.KubeAPIBurst = rapid.IntRange(0, 1e6).Draw(t, "burst")
	return f
}

func genScenario(t *rapid.T) *Scenario {
	s := &Scenario{
		Name: genText.Draw(t, "name"), Seed: rapid.Uint64().Draw(t, "seed"), Until: genSpan.Draw(t, "until"),
		Latency: genLatency(t), Flags: genFlags(t),
		Results: Results{genSpan.Draw(t, "every"), rapid.Bool().Draw(t, "events"),
			rapid.SampledFrom([]DecisionLog{DecisionsOff, DecisionsSummary, DecisionsFull}).Draw(t, "decisions")},
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "cluster") {
		s.Cluster = append(s.Cluster, genCluster(t, i))
	}
	s.Apps = genList(t, "apps", genApp)
	s.Actions = genList(t, "actions", genAction)
	s.Load = genLoads(t)
	for i := range rapid.IntRange(1, 3).Draw(t, "workload") {
		s.Workload = append(s.Workload, genWorkload(t, i))
	}
	for range rapid.IntRange(0, 2).Draw(t, "faults") {
		s.Faults = append(s.Faults, genFault(t, s))
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

func genLatency(t *rapid.T) Latency {
	l := Latency{Watch: genDist(t), Schedule: genDist(t), Bind: genDist(t), Pull: genDist(t), Start: genDist(t), Stop: genDist(t), Call: genDist(t)}
	if rapid.Bool().Draw(t, "limited") {
		l.QPS, l.Burst = genScale.Draw(t, "qps"), rapid.IntRange(1, 100).Draw(t, "burst")
	}
	return l
}

// genList draws up to two entries; none is nil.
func genList[T any](t *rapid.T, name string, draw func(*rapid.T) T) []T {
	var list []T
	for range rapid.IntRange(0, 2).Draw(t, name) {
		list = append(list, draw(t))
	}
	return list
}

func genFiles(t *rapid.T) []string { return rapid.SliceOfN(genText, 1, 2).Draw(t, "files") }

func genApp(t *rapid.T) App {
	a := App{
		Startup: genDist(t), Stop: genDist(t), ExitCode: rapid.Int32Range(0, 255).Draw(t, "exit"), selector: &cluster.Selector{},
		MilliCPU: rapid.Int64Range(0, maxMilliCPU).Draw(t, "cpu"), Memory: genBytes.Draw(t, "memory"), ImageSize: genBytes.Draw(t, "image"),
		NeverReady: rapid.Bool().Draw(t, "never"),
	}
	if rapid.Bool().Draw(t, "selects") {
		a.Selector = "app=web"
		a.selector = &cluster.Selector{Requirements: []cluster.Requirement{{Key: "app", Operator: cluster.In, Values: []string{"web"}}}}
	}
	if rapid.Bool().Draw(t, "named") {
		a.Namespace, a.Container = genName.Draw(t, "namespace"), genName.Draw(t, "container")
	}
	switch rapid.IntRange(0, 2).Draw(t, "runs") {
	case 1:
		a.Forever = true
	case 2:
		a.RunTime = genDist(t)
	}
	code := rapid.Int32Range(1, 255).Draw(t, "code")
	a.Crash = rapid.SampledFrom([]*Crash{
		nil, {MTBF: genLong.Draw(t, "mtbf"), ExitCode: code}, {After: genDist(t), ExitCode: code},
		{Probability: rapid.Float64Range(0.001, 1).Draw(t, "p"), ExitCode: code},
	}).Draw(t, "crash")
	return a
}

func genRef(t *rapid.T, kinds ...cluster.Kind) Ref {
	r := Ref{Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	r.Name = rapid.StringMatching(`[a-z0-9.-]{1,9}`).Draw(t, "name")
	if !clusterWide(r.Kind) {
		r.Namespace = rapid.SampledFrom([]string{"default", "shop"}).Draw(t, "namespace")
	}
	return r
}

func genAction(t *rapid.T) Action {
	a := Action{At: genSpan.Draw(t, "at")}
	switch rapid.IntRange(0, 2).Draw(t, "time") {
	case 1:
		a.Every = genLong.Draw(t, "every")
	case 2:
		a.When = &Condition{genRef(t, cluster.KindPod, cluster.KindJob), rapid.SampledFrom([]State{StateExists, StateGone, StateFailed}).Draw(t, "state")}
	}
	rule := rapid.SampledFrom(verbRules).Draw(t, "verb")
	switch a.Verb = rule.verb; a.Verb {
	case VerbApply:
		a.Files = genFiles(t)
		return a
	case VerbDrain, VerbUpgrade:
		genNodeAction(t, &a)
		return a
	}
	if rule.kinds == nil {
		rule.kinds = []cluster.Kind{cluster.KindNode, cluster.KindConfigMap}
	}
	a.Target = genRef(t, rule.kinds...)
	genParameters(t, &a)
	return a
}

func genParameters(t *rapid.T, a *Action) {
	taint := cluster.Taint{Key: "a", Value: "b", Effect: cluster.NoExecute}
	switch a.Verb {
	case VerbScale:
		a.Replicas = rapid.IntRange(0, math.MaxInt32).Draw(t, "replicas")
	case VerbSetImage:
		a.Image, a.Container = genName.Draw(t, "image"), rapid.SampledFrom([]string{"", "c"}).Draw(t, "container")
	case VerbRollout:
		a.Do = RolloutRestart
		if a.Target.Kind == cluster.KindDeployment {
			a.Do, a.ToRevision = RolloutUndo, rapid.IntRange(0, 3).Draw(t, "revision")
		}
	case VerbTaint:
		a.Taints = []cluster.Taint{taint}
	case VerbUntaint:
		a.Taints = []cluster.Taint{taint, {Key: "c"}}
	case VerbLabel:
		a.Remove = []string{genName.Draw(t, "remove")}
		a.Labels = genLabels(t)
	case VerbPatch:
		a.With = genPatch(t, a.Target.Kind)
	}
}

func genPatch(t *rapid.T, k cluster.Kind) *Patch {
	p := &Patch{Labels: genLabels(t), Annotations: genLabels(t)}
	three, yes := 3, true
	switch k {
	case cluster.KindDeployment, cluster.KindStatefulSet:
		p.Replicas = &three
		p.TemplateAnnotations = genLabels(t)
		p.Images = rapid.SampledFrom([][]ContainerImage{nil, {{"c", "web:v2"}}}).Draw(t, "images")
		if k == cluster.KindStatefulSet {
			p.Partition = &three
		}
	case cluster.KindJob:
		p.Suspend, p.Parallelism = &yes, &three
	case cluster.KindNode:
		p.Unschedulable = &yes
	}
	return p
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
	if rapid.IntRange(0, 3).Draw(t, "manifests") == 0 {
		return ClusterEntry{Manifests: genFiles(t)}
	}
	if rapid.Bool().Draw(t, "trace") {
		take := Take{rapid.IntRange(0, 9).Draw(t, "every"), rapid.IntRange(0, 9).Draw(t, "nodes"), rapid.IntRange(0, 9).Draw(t, "gpus")}
		return ClusterEntry{Trace: &NodeTrace{"openb", formatInt(i) + genText.Draw(t, "path"), take, rapid.Int64Range(1, maxPerNode).Draw(t, "pods")}}
	}
	return ClusterEntry{Nodes: genNodes(t, i)}
}

func genNodes(t *rapid.T, i int) *NodeGroup {
	g := &NodeGroup{Count: rapid.IntRange(1, maxNodes).Draw(t, "count"), Name: genNumbered(t, i)}
	g.Price = rapid.SampledFrom([]float64{0, 0.1, 2.5}).Draw(t, "price")
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
	return g
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
	if rapid.IntRange(0, 3).Draw(t, "manifests") == 0 {
		return WorkloadEntry{Manifests: genFiles(t), At: genSpan.Draw(t, "at")}
	}
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
	f.Add([]byte(small + "autoscaler: {expander: 'price,random', scaleDown: {unneededTime: 1m}, groups: [{name: a, min: 1, max: 3, capacity: {cpu: 1, memory: 1Gi}, provisioning: {exponential: 1m}, unavailable: [{at: 1h, for: 5m}]}]}\n"))
	f.Add([]byte(small + "flags: {node-monitor-grace-period: 40s, node-eviction-rate: 0.5, kube-api-qps: 20, shutdown-grace-period: 30s}\n"))
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
