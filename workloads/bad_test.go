package workloads

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inNodes and the like put one line of a scenario in its place: always line 3 of the file, or line 6.
func inNodes(line string) string {
	return "cluster:\n- nodes:\n    " + line + "\n    capacity: {cpu: 4, memory: 8Gi}\n" +
		"workload: [{synthetic: {arrivals: {every: 1s}, duration: 1s, requests: [{}], count: 1}}]\n"
}

func inEntry(line string) string {
	return "workload: [{synthetic: {arrivals: {every: 1s}, duration: 1s, requests: [{}], count: 1}}]\ncluster:\n- " + line + "\n"
}

func inSynthetic(line string) string {
	text := "cluster: [{nodes: {capacity: {cpu: 4, memory: 8Gi}}}]\nworkload:\n- synthetic:\n"
	for _, other := range []string{"arrivals: {every: 1s}", "duration: 1s", "requests: [{}]", "count: 1"} {
		key, _, _ := strings.Cut(other, ":")
		if !strings.HasPrefix(line, key+":") {
			text += "    " + other + "\n"
		}
	}
	return text + "    " + line + "\n"
}

func inScenario(line string) string { return small + line + "\n" }

type badCase struct{ name, text, want string }

func checkBad(t *testing.T, cases []badCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode("x.yaml", []byte(c.text))
			require.EqualError(t, err, "x.yaml"+c.want)
		})
	}
}

func TestBadFiles(t *testing.T) {
	checkBad(t, []badCase{
		{"empty", "", ": empty: a scenario is expected"},
		{"only a comment", "# nothing\n", ": empty: a scenario is expected"},
		{"null", "~\n", ":1: empty: an object is expected"},
		{"a text", "hello\n", ":1: an object is expected: hello"},
		{"a list", "- 1\n", ":1: an object is expected, not a list"},
		{"broken YAML", "a: 1\nb: [\n", ":2: broken YAML: did not find expected node content"},
		{"two documents", small + "---\n" + small, ":5: a second document: a scenario is one"},
		{"an anchor", "name: &a x\n", ":1: anchors and aliases are not supported"},
		{"an alias of itself", "name: &a [*a]\n", ":1: anchors and aliases are not supported"},
		{"a tag", "seed: !!str 1\n", ":1: tags are not supported: !!str"},
		{"no cluster", "name: x\nworkload: []\n", ":2: workload: an empty list"},
		{"nothing", "name: x\n", ":1: cluster is missing"},
		{"no workload", "cluster: [{nodes: {capacity: {cpu: 1, memory: 1}}}]\n", ":1: workload is missing"},
		{"a key that is a list", small + "[a]: 1\n", ":5: a field needs a name"},
		{"a key that is empty", small + "\"\": 1\n", ":5: a field needs a name"},
		{"a key given twice", "seed: 1\nname: x\nseed: 2\n", ":3: seed: given twice"},
	})
}

func TestBadScenarios(t *testing.T) {
	checkBad(t, []badCase{
		{"unknown field", inScenario("sede: 1"), ":5: sede: unknown field; did you mean seed?"},
		{"unknown field, nothing near", inScenario("zzz: 1"),
			":5: zzz: unknown field; known are name, seed, until, cluster, workload, scheduler, latency, flags, apps, load, actions, faults, results, autoscaler"},
		{"a name of control characters", inScenario(`name: "a\tb"`), `:5: name: control characters or broken UTF-8: "a\tb"`},
		{"an empty name", inScenario("name:"), ":5: name: empty: a text is expected"},
		{"a name in empty quotes", inScenario(`name: ""`), ":5: name: empty: a text is expected"},
		{"a name that is a list", inScenario("name: [a]"), ":5: name: a text is expected, not a list"},
		{"a negative seed", inScenario("seed: -1"), ":5: seed: negative: -1"},
		{"a seed that is too large", inScenario("seed: 18446744073709551616"), ":5: seed: over 18446744073709551615: 18446744073709551616"},
		{"a seed that is no number", inScenario("seed: 1.5"), ":5: seed: not a whole number: 1.5"},
		{"an end at once", inScenario("until: 0s"), ":5: until: not above 0: 0s"},
		{"an end without unit", inScenario("until: 10"), ":5: until: a duration without unit: 10; write 10s for seconds"},
		{"policy and config", inScenario("scheduler: {policy: a, config: b}"),
			":5: scheduler: policy and config are both given: the configuration names the policies"},
		{"a percentage over 100", inScenario("scheduler: {percentageOfNodesToScore: 101}"), ":5: scheduler.percentageOfNodesToScore: over 100: 101"},
		{"an unknown latency", inScenario("latency: fast"), ":5: latency: unknown: fast; known are none, kwok, cluster"},
		{"a negative latency", inScenario("latency: {bind: -1s}"), ":5: latency.bind: negative: -1s"},
		{"a fault of nothing", inScenario("faults: [{at: 1s}]"), ":5: faults[0]: " + oneOfFaults + ", none is given"},
		{"a fault of two kinds", inScenario("faults: [{at: 1s, node: a, zone: b}]"), ":5: faults[0]: " + oneOfFaults + ", not node and zone"},
		{"a fault without time", inScenario("faults: [{node: a}]"), ":5: faults[0]: one of at, timeBetween is expected, none is given"},
		{"a fault with a bad pattern", inScenario("faults: [{nodes: \"a[\", at: 1s}]"), ":5: faults[0].nodes: not a pattern of names such as n-*: a["},
		{"a fault without length", inScenario("faults: [{node: a, at: 1s, for: 0s}]"), ":5: faults[0].for: not above 0: 0s"},
		{"unknown decisions", inScenario("results: {decisions: ful}"), ":5: results.decisions: unknown: ful; did you mean full?"},
		{"events neither on nor off", inScenario("results: {events: yes}"), ":5: results.events: true or false is expected: yes"},
	})
}

func TestBadClusters(t *testing.T) {
	checkBad(t, []badCase{
		{"an entry of no kind", inEntry("{}"), ":3: cluster[0]: one of nodes, trace, manifests is expected, none is given"},
		{"an entry of two kinds", inEntry("{nodes: {capacity: {cpu: 1, memory: 1}}, trace: {format: openb, path: a}}"),
			":3: cluster[0]: one of nodes, trace, manifests is expected, not nodes and trace"},
		{"an unknown kind", inEntry("{machines: [a]}"), ":3: cluster[0].machines: unknown field; known are nodes, trace, manifests"},
		{"a negative count", inNodes("count: -3"), ":3: cluster[0].nodes.count: negative: -3"},
		{"no nodes at all", inNodes("count: 0"), ":3: cluster[0].nodes.count: below 1: 0"},
		{"too many nodes", inNodes("count: 1000001"), ":3: cluster[0].nodes.count: over 1000000: 1000001"},
		{"a number beyond all", inNodes("count: 99999999999999999999"), ":3: cluster[0].nodes.count: over 1000000: 99999999999999999999"},
		{"a count in words", inNodes("count: many"), ":3: cluster[0].nodes.count: not a whole number: many"},
		{"a count that is an object", inNodes("count: {a: 1}"), ":3: cluster[0].nodes.count: a whole number is expected, not an object"},
		{"a misspelt field", inNodes("cuont: 3"), ":3: cluster[0].nodes.cuont: unknown field; did you mean count?"},
		{"a name without number", inNodes("name: n"), ":3: cluster[0].nodes.name: {i} must stand in it once, for the number: n"},
		{"a name with a blank", inNodes("name: \"n {i}\""), `:3: cluster[0].nodes.name: blanks, control characters or broken UTF-8 in a name: "n {i}"`},
		{"a name that is too long", inNodes("name: \"{i}" + strings.Repeat("n", 253) + "\""), ":3: cluster[0].nodes.name: a name of over 253 bytes"},
		{"zones that are no list", inNodes("zones: a"), ":3: cluster[0].nodes.zones: a list is expected: a"},
		{"regions that do not go with the zones", inNodes("regions: [a, b]"),
			":3: cluster[0].nodes: 2 regions for 0 zones: one for all or one for each is expected"},
		{"a label that is a list", inNodes("labels: {a: [b]}"), ":3: cluster[0].nodes.labels.a: a text is expected, not a list"},
		{"a label without value", inNodes("labels: {a: }"), ":3: cluster[0].nodes.labels.a: empty: a text is expected"},
		{"a label with a blank", inNodes("labels: {a b: c}"), `:3: cluster[0].nodes.labels: blanks, control characters or broken UTF-8 in a key: "a b"`},
		{"a taint without effect", inNodes("taints: [a=b]"),
			":3: cluster[0].nodes.taints[0]: not a taint such as key=value:NoSchedule, with NoSchedule, PreferNoSchedule or NoExecute: a=b"},
		{"a model without devices", inNodes("gpuModel: G2"), ":3: cluster[0].nodes: gpuModel without gpus"},
		{"too many devices", inNodes("gpus: 65"), ":3: cluster[0].nodes.gpus: over 64: 65"},
		{"more allocatable cpu than there is", inNodes("allocatable: {cpu: 5}"), ":3: cluster[0].nodes.allocatable: cpu is more than the capacity"},
		{"more allocatable of what is not there", inNodes("allocatable: {example.com/a: 5}"),
			":3: cluster[0].nodes.allocatable: example.com/a is more than the capacity"},
		{"more allocatable pods than there are", inNodes("allocatable: {pods: 111}"), ":3: cluster[0].nodes.allocatable: pods is more than the capacity"},
		{"no capacity", inEntry("nodes: {count: 1}"), ":3: cluster[0].nodes: capacity is missing"},
		{"no memory", inEntry("nodes: {capacity: {cpu: 1}}"), ":3: cluster[0].nodes.capacity: memory is missing"},
		{"a misspelt resource", inEntry("nodes: {capacity: {cpus: 1}}"), ":3: cluster[0].nodes.capacity.cpus: unknown field; did you mean cpu?"},
		{"negative memory", inEntry("nodes: {capacity: {cpu: 1, memory: -1Gi}}"), ":3: cluster[0].nodes.capacity.memory: negative: -1Gi"},
		{"memory of half a byte", inEntry("nodes: {capacity: {cpu: 1, memory: 0.5}}"), ":3: cluster[0].nodes.capacity.memory: finer than a byte: 0.5"},
		{"cpu that is too fine", inEntry("nodes: {capacity: {cpu: 0.5m}}"), ":3: cluster[0].nodes.capacity.cpu: finer than 1m: 0.5m"},
		{"too much cpu", inEntry("nodes: {capacity: {cpu: 2M}}"), ":3: cluster[0].nodes.capacity.cpu: over 1000000: 2M"},
		{"cpu in an object", inEntry("nodes: {capacity: {cpu: {}}}"), ":3: cluster[0].nodes.capacity.cpu: a quantity is expected, not an object"},
		{"cpu that is none", inEntry("nodes: {capacity: {cpu: two}}"),
			":3: cluster[0].nodes.capacity.cpu: not a quantity such as 4, 500m or 64Gi: two"},
		{"a trace without path", inEntry("trace: {format: openb}"), ":3: cluster[0].trace: path is missing"},
		{"a trace without format", inEntry("trace: {path: a.csv}"), ":3: cluster[0].trace: format is missing"},
		{"a cut without measure", inEntry("trace: {format: openb, path: a, take: {}}"),
			":3: cluster[0].trace.take: at least one of every, nodes, gpus is expected"},
		{"the same list twice", inEntry("trace: {format: openb, path: a}\n- trace: {format: openb, path: ./a}"),
			":4: cluster[1].trace: the same names as cluster[0].trace"},
		{"the same names twice", inEntry("nodes: {name: \"a{i}\", capacity: {cpu: 1, memory: 1}}\n- nodes: {name: \"a{i}\", capacity: {cpu: 1, memory: 1}}"),
			":4: cluster[1].nodes: the same names as cluster[0].nodes"},
	})
}

func TestUnknownTraceFormatIsNamed(t *testing.T) {
	_, err := Decode("x.yaml", []byte(inEntry("trace: {format: opneb, path: a.csv}")))
	require.EqualError(t, err, "x.yaml:3: cluster[0].trace.format: unknown: opneb; did you mean openb?")
}

func TestBadWorkloads(t *testing.T) {
	dup := "workload:\n- synthetic: {name: \"a{i}\", arrivals: {every: 1s}, duration: 1s, requests: [{}], count: 1}\n"
	nodes := "cluster: [{nodes: {capacity: {cpu: 4, memory: 8Gi}}}]\n"
	checkBad(t, []badCase{
		{"an entry of no kind", nodes + "workload:\n- {}\n", ":3: workload[0]: one of trace, synthetic, manifests is expected, none is given"},
		{"an entry of two kinds", nodes + "workload:\n- trace: {format: openb, path: a}\n  synthetic: {arrivals: {every: 1s}, duration: 1s, requests: [{}], count: 1}\n",
			":3: workload[0]: one of trace, synthetic, manifests is expected, not trace and synthetic"},
		{"the same names twice", nodes + dup + strings.TrimPrefix(dup, "workload:\n"),
			":4: workload[1].synthetic: the same names as workload[0].synthetic"},
		{"a time scale of 0", nodes + "workload:\n- trace: {format: openb, path: a, timeScale: 0}\n", ":3: workload[0].trace.timeScale: below 1e-09: 0"},
		{"a negative time scale", nodes + "workload:\n- trace: {format: openb, path: a, timeScale: -2}\n", ":3: workload[0].trace.timeScale: negative: -2"},
		{"a time scale without end", nodes + "workload:\n- trace: {format: openb, path: a, timeScale: .inf}\n", ":3: workload[0].trace.timeScale: not a number: .inf"},
		{"the same trace twice", nodes + "workload:\n- trace: {format: openb, path: a}\n- trace: {format: openb, path: a}\n",
			":4: workload[1].trace: the same names as workload[0].trace"},
		{"no arrivals", nodes + "workload:\n- synthetic: {duration: 1s, requests: [{}], count: 1}\n", ":3: workload[0].synthetic: arrivals is missing"},
		{"arrivals of two kinds", inSynthetic("arrivals: {every: 1s, at: 0s}"),
			":7: workload[0].synthetic.arrivals: one of poisson, every, gaps, at is expected, not every and at"},
		{"a rate without unit", inSynthetic("arrivals: {poisson: 2}"),
			":7: workload[0].synthetic.arrivals.poisson: not a rate such as 2/s, 30/m, 10/h or 5/d: 2"},
		{"a negative rate", inSynthetic("arrivals: {poisson: -2/s}"), ":7: workload[0].synthetic.arrivals.poisson: negative: -2"},
		{"a rate beyond the clock", inSynthetic("arrivals: {poisson: 1e10/s}"), ":7: workload[0].synthetic.arrivals.poisson: over 1e+09: 1e10"},
		{"a rate without number", inSynthetic("arrivals: {poisson: /s}"), ":7: workload[0].synthetic.arrivals.poisson: empty: a number is expected"},
		{"gaps without length", inSynthetic("arrivals: {gaps: 0s}"), ":7: workload[0].synthetic.arrivals.gaps: gaps without length: the mean is 0"},
		{"an unknown distribution", inSynthetic("duration: {lognorm: {median: 5m, sigma: 1}}"),
			":7: workload[0].synthetic.duration.lognorm: unknown field; did you mean lognormal?"},
		{"a distribution of none", inSynthetic("duration: {}"),
			":7: workload[0].synthetic.duration: one of constant, exponential, lognormal, uniform, weibull, gamma is expected, none is given"},
		{"a distribution without mean", inSynthetic("duration: {exponential: {}}"), ":7: workload[0].synthetic.duration.exponential: mean is missing"},
		{"a mean of 0", inSynthetic("duration: {exponential: 0s}"), ":7: workload[0].synthetic.duration.exponential: not above 0: 0s"},
		{"a sigma out of range", inSynthetic("duration: {lognormal: {median: 5m, sigma: 101}}"),
			":7: workload[0].synthetic.duration.lognormal.sigma: not between 0.01 and 100: 101"},
		{"limits in the wrong order", inSynthetic("duration: {uniform: {min: 2s, max: 1s}}"),
			":7: workload[0].synthetic.duration.uniform: min 2s is over max 1s"},
		{"no requests", inSynthetic("requests: []"), ":7: workload[0].synthetic.requests: an empty list"},
		{"a weight of 0", inSynthetic("requests: [{weight: 0}]"), ":7: workload[0].synthetic.requests[0].weight: below 1e-09: 0"},
		{"a share of no device", inSynthetic("requests: [{gpuMilli: 500}]"), ":7: workload[0].synthetic.requests[0]: gpuMilli without gpus"},
		{"a share of two devices", inSynthetic("requests: [{gpus: 2, gpuMilli: 500}]"),
			":7: workload[0].synthetic.requests[0]: gpuMilli 500 of each of 2 gpus: only one gpu can be shared"},
		{"a priority that is the system's", inSynthetic("requests: [{priority: 2000000000}]"),
			":7: workload[0].synthetic.requests[0].priority: over 1000000000: 2000000000"},
		{"a priority below all", inSynthetic("requests: [{priority: -3000000000}]"),
			":7: workload[0].synthetic.requests[0].priority: below -2147483648: -3000000000"},
		{"an extended resource without domain", inSynthetic("requests: [{extended: {disk: 1}}]"),
			":7: workload[0].synthetic.requests[0].extended.disk: not the name of an extended resource, such as example.com/disk"},
		{"no end", nodes + "workload:\n- synthetic: {arrivals: {every: 1s}, duration: 1s, requests: [{}]}\n",
			":3: workload[0].synthetic: count is missing: the arrivals would never end"},
		{"no end at one instant", nodes + "workload:\n- synthetic: {arrivals: {at: 1s}, duration: 1s, requests: [{}], until: 2s}\n",
			":3: workload[0].synthetic: count is missing: the arrivals would never end"},
	})
}
