package workloads

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

const oneOfFaults = "one of node, nodes, selector, rack, racks, zone, zones, partition, slow, shutdown, pause, registry, crash, oom, badRollout is expected"

// requireFaults holds the faults of the full scenario, from the fourth on, against what they say.
func requireFaults(t *testing.T, faults []Fault) {
	t.Helper()
	const hour = time.Hour
	inShop := cluster.NamespacedName{Namespace: "shop", Name: "web"}
	want := []Fault{
		{Name: "cable", Kind: Partition, Nodes: Targets{Zones: "[ab]"}, At: hour, For: 10 * time.Minute},
		{Kind: SlowNodes, Nodes: Targets{Selector: "pool=web"}, Factor: 4, At: hour},
		{Kind: Shutdown, Nodes: Targets{Rack: "web", RackLabel: "pool"}, At: hour, For: hour},
		{Kind: Pause, Component: "kube-scheduler", At: hour, For: 5 * time.Minute},
		{Kind: RegistryOutage, At: hour, For: 5 * time.Minute},
		{Kind: CrashPods, Pods: PodTargets{Selector: "app=web", Namespace: "shop", Container: "c", Pods: 3, ExitCode: 3}, At: hour},
		{Kind: OOMPods, Pods: PodTargets{Share: 0.5}, At: hour},
		{Kind: BadRollouts, Rollout: BadRollout{Deployment: inShop, Image: "web:v3", Fails: FailsByCrash, After: 3 * time.Second}, At: hour, For: 10 * time.Minute},
		{Kind: BadRollouts, Rollout: BadRollout{Deployment: cluster.NamespacedName{Namespace: "default", Name: "web"}, Fails: NeverReady}, At: hour},
		{Kind: PowerLoss, Nodes: Targets{Nodes: "*"}, TimeBetween: Exponential{90 * 24 * hour}, Repair: Lognormal{30 * time.Minute, 1}, Domain: DomainNode},
		{Kind: PowerLoss, Nodes: Targets{Racks: "*", RackLabel: "pool"}, At: 24 * hour, TimeBetween: Weibull{0.7, 365 * 24 * hour}, Repair: Constant{3 * hour}, Domain: DomainRack},
		{Kind: Partition, Nodes: Targets{Nodes: "*"}, TimeBetween: Gamma{2, 365 * 24 * hour}, Repair: Constant{10 * time.Minute}, Domain: DomainZone},
		{Kind: CrashPods, Pods: PodTargets{Selector: "app=web", ExitCode: 1}, TimeBetween: Constant{24 * hour}},
		{Name: "racks", Kind: PowerLoss, Nodes: Targets{Nodes: "*", RackLabel: "row"}, TimeBetween: Exponential{13140 * hour}, Repair: Uniform{hour, 6 * hour}, Domain: DomainRack},
		{Name: "google-machine", Kind: PowerLoss, Nodes: Targets{Zone: "a"}, TimeBetween: Exponential{15768 * hour}, Repair: Constant{hour}, Domain: DomainNode},
	}
	require.Len(t, faults, len(want))
	for i, f := range faults {
		require.Equal(t, f.Nodes.Selector != "", f.Nodes.selector != nil)
		require.Equal(t, f.Kind.OnPods(), f.Pods.selector != nil)
		f.Nodes.selector, f.Pods.selector = nil, nil
		require.Equal(t, want[i], f)
	}
}

func TestTargetsMatchNodes(t *testing.T) {
	node := newNode("n-3", 0, "")
	node.Labels[cluster.LabelZone] = "a"
	node.Labels[cluster.LabelRack], node.Labels["row"] = "r1", "7"
	web := &cluster.Selector{Requirements: []cluster.Requirement{{Key: "row", Operator: cluster.In, Values: []string{"7"}}}}
	for _, c := range []struct {
		targets Targets
		want    bool
		text    string
	}{
		{Targets{Node: "n-3"}, true, "node n-3"},
		{Targets{Node: "n-33"}, false, "node n-33"},
		{Targets{Nodes: "n-*"}, true, "nodes n-*"},
		{Targets{Nodes: "*"}, true, "nodes *"},
		{Targets{Nodes: "m-*"}, false, "nodes m-*"},
		{Targets{Selector: "row=7", selector: web}, true, "selector row=7"},
		{Targets{Zone: "a"}, true, "zone a"},
		{Targets{Zone: "b"}, false, "zone b"},
		{Targets{Zones: "[ab]"}, true, "zones [ab]"},
		{Targets{Zones: "b*"}, false, "zones b*"},
		{Targets{Rack: "r1"}, true, "rack r1"},
		{Targets{Rack: "7"}, false, "rack 7"},
		{Targets{Rack: "7", RackLabel: "row"}, true, "rack 7"},
		{Targets{Racks: "r*"}, true, "racks r*"},
		{Targets{Racks: "*", RackLabel: "shelf"}, false, "racks *"},
	} {
		require.Equal(t, c.want, c.targets.Matches(node), c.text)
		require.Equal(t, c.text, c.targets.String())
	}
	bare := newNode("n", 0, "")
	for _, none := range []Targets{{}, {Zones: "*"}, {Racks: "*"}} {
		require.False(t, none.Matches(bare), "a node that is in none is in none of any name")
	}
	require.Equal(t, "no nodes", Targets{}.String())
	bare.Labels[cluster.LabelWavetankRack] = "r1"
	require.True(t, Targets{Rack: "r1"}.Matches(bare))
}

func TestPodTargets(t *testing.T) {
	app := &cluster.Selector{Requirements: []cluster.Requirement{{Key: "app", Operator: cluster.In, Values: []string{"web"}}}}
	p := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "shop", Name: "p"}, Labels: cluster.Labels{"app": "web"}}}
	for _, c := range []struct {
		targets PodTargets
		want    bool
		text    string
	}{
		{PodTargets{selector: &cluster.Selector{}}, true, "all pods"},
		{PodTargets{Selector: "app=web", selector: app}, true, "app=web"},
		{PodTargets{Selector: "app=web", selector: app, Namespace: "shop"}, true, "app=web in shop"},
		{PodTargets{selector: &cluster.Selector{}, Namespace: "other"}, false, "all pods in other"},
	} {
		require.Equal(t, c.want, c.targets.Selects(p), c.text)
		require.Equal(t, c.text, c.targets.String())
	}
}

// inFaults puts one fault into a scenario that ends, and has no manifests: line 6 of the file.
func inFaults(fault string) string { return small + "until: 1h\nfaults: [" + fault + "]\n" }

func TestBadFaults(t *testing.T) {
	const at = ":6: faults[0]: "
	cases := []badCase{
		{"an unknown key", inFaults("{nodez: a}"), ":6: faults[0].nodez: unknown field; did you mean node?"},
		{"two kinds", inFaults("{zone: a, pause: x, at: 1s}"), at + oneOfFaults + ", not zone and pause"},
		{"a pattern that is none", inFaults(`{racks: "a[", at: 1s}`), ":6: faults[0].racks: not a pattern of names such as n-*: a["},
		{"an empty selector", inFaults(`{selector: "", at: 1s}`), ":6: faults[0].selector: empty: a selector of labels such as pool=web is expected"},
		{"a partition of nothing", inFaults("{partition: {}, at: 1s}"), ":6: faults[0].partition: one of node, nodes, selector, rack, racks, zone, zones is expected, none is given"},
		{"a partition between", inFaults("{partition: {zone: a, node: b}, at: 1s}"),
			":6: faults[0].partition: one of node, nodes, selector, rack, racks, zone, zones is expected, not node and zone"},
		{"slow without factor", inFaults("{slow: {node: a}, at: 1s}"), ":6: faults[0].slow: factor is missing"},
		{"a factor of nothing", inFaults("{slow: {node: a, factor: 0}, at: 1s}"), ":6: faults[0].slow.factor: below 1e-09: 0"},
		{"a registry that is something else", inFaults("{registry: down, at: 1s}"), ":6: faults[0].registry: unknown: down; known are outage"},
		{"a rollout of a StatefulSet", inFaults("{badRollout: sts/db, at: 1s}"), ":6: faults[0].badRollout: this cannot be done to a statefulset"},
		{"a failure that is none", inFaults("{badRollout: deploy/a, fails: often, at: 1s}"), ":6: faults[0].fails: unknown: often; known are neverReady, crash"},
		{"after without crash", inFaults("{badRollout: deploy/a, after: 1s, at: 1s}"), at + "after goes with fails: crash alone"},
		{"an image of nodes", inFaults("{node: a, image: i, at: 1s}"), at + "image goes with badRollout alone"},
		{"fails of nodes", inFaults("{node: a, fails: crash, at: 1s}"), at + "fails goes with badRollout alone"},
		{"a rack label without racks", inFaults("{node: a, rackLabel: row, at: 1s}"), at + "rackLabel goes with racks alone"},
		{"a domain of what happens once", inFaults("{nodes: a, domain: rack, at: 1s}"), at + "domain goes with nodes that fail at random alone"},
		{"a domain of pods", inFaults("{crash: {}, domain: rack, timeBetween: 1s}"), at + "domain goes with nodes that fail at random alone"},
		{"an unknown domain", inFaults("{nodes: a, domain: row, timeBetween: 1s, repair: 1s}"), ":6: faults[0].domain: unknown: row; known are node, rack, zone"},
		{"pods and a share", inFaults("{crash: {pods: 1, share: 0.5}, at: 1s}"), ":6: faults[0].crash: one of pods, share is expected, not both"},
		{"an exit code of what is killed", inFaults("{oom: {exitCode: 1}, at: 1s}"), ":6: faults[0].oom.exitCode: unknown field; known are selector, namespace, container, pods, share"},
		{"a crash that lasts", inFaults("{crash: {}, at: 1s, for: 1s}"), at + "crash is over as soon as it has happened: it has neither for nor repair"},
		{"a crash that is repaired", inFaults("{oom: {}, timeBetween: 1s, repair: 1s}"), at + "oom is over as soon as it has happened: it has neither for nor repair"},
		{"so many pods at random", inFaults("{crash: {pods: 3}, timeBetween: 1s}"), at + "pods and share do not go with timeBetween: each pod fails by itself"},
		{"no time at all", inFaults("{pause: a}"), at + "one of at, timeBetween is expected, none is given"},
		{"for at random", inFaults("{node: a, timeBetween: 1s, for: 1s}"), at + "for does not go with timeBetween: repair is expected"},
		{"no repair", inFaults("{node: a, timeBetween: 1s}"), at + "repair is missing"},
		{"repair of what happens once", inFaults("{node: a, at: 1s, repair: 1s}"), at + "repair does not go without timeBetween: for is expected"},
		{"no time between", inFaults("{node: a, timeBetween: 0s, repair: 1s}"), ":6: faults[0].timeBetween: a mean above 0 is expected: time has to pass between two failures"},
		{"rollouts at random", inFaults("{badRollout: deploy/a, timeBetween: 1s, repair: 1s}"), at + "timeBetween does not go with badRollout"},
		{"an unknown preset", inFaults("{preset: google}"), ":6: faults[0].preset: unknown: google; known are google-machine, google-rack, meta-llama3, meta-rsc1, meta-rsc2"},
		{"a preset that says nothing of repair", inFaults("{preset: meta-rsc1}"), at + "repair is missing: the source of meta-rsc1 does not give it"},
		{"a preset of pods", inFaults("{preset: google-rack, pause: a}"), at + "preset goes with nodes alone"},
		{"a rollout without Deployments", inFaults("{badRollout: deploy/a, at: 1s}"), at + "badRollout does not go without manifests: nothing else makes Deployments"},
		{"a registry without images", inFaults("{registry: outage, at: 1s}"), at + "registry does not go without manifests: nothing else makes pods that name images"},
		{"no end", small + "faults: [{nodes: n, timeBetween: 1s, repair: 1s}]\n", ":5: faults[0]: until is missing: failures at random never end"},
		{"no end of a preset", small + "faults: [{preset: google-rack}]\n", ":5: faults[0]: until is missing: failures at random never end"},
		{"critical pods with more than there is", small + "flags: {shutdown-grace-period: 10s, shutdown-grace-period-critical-pods: 20s}\nfaults: [{shutdown: {node: a}, at: 1s}]\n",
			at + "shutdown-grace-period-critical-pods is over shutdown-grace-period, of which it is a part"},
	}
	checkBad(t, cases)
}

// Controllers run where faults mean something to them alone. The workload is needed all the same.
func TestFaultsThatNeedControllers(t *testing.T) {
	for fault, want := range map[string]bool{
		"{zone: a, at: 1s}":                                   false,
		"{slow: {node: a, factor: 2}, at: 1s}":                false,
		"{nodes: '*', timeBetween: 1d, repair: 1h}":           false,
		"{partition: {zone: a}, at: 1s}":                      true,
		"{shutdown: {node: a}, at: 1s}":                       true,
		"{pause: kube-scheduler, at: 1s}":                     true,
		"{crash: {}, at: 1s}":                                 true,
		"{oom: {}, at: 1s}":                                   true,
		"{partition: {zone: a}, timeBetween: 1d, repair: 1h}": true,
	} {
		require.Equal(t, want, decode(t, inFaults(fault)).Reconciled(), fault)
	}
	_, err := Decode("x.yaml", []byte("cluster: [{nodes: {capacity: {cpu: 1, memory: 1}}}]\nfaults: [{pause: a, at: 1s}]\n"))
	require.EqualError(t, err, "x.yaml:1: workload is missing")
}

// Every preset names its source, and says what it says to the hour.
func TestPresets(t *testing.T) {
	days := map[string]float64{"google-machine": 657, "google-rack": 547.5, "meta-rsc1": 1000 / 6.5, "meta-rsc2": 1000 / 2.34, "meta-llama3": 54 * 2048 / 419.}
	require.Len(t, PresetNames(), len(days))
	for name, p := range Presets() {
		require.NotEmpty(t, p.Source, name)
		require.InDelta(t, days[name], p.TimeBetween.Mean().Hours()/24, 1./48, name)
		require.NotEmpty(t, p.Domain)
	}
	rack := Presets()["google-rack"].Repair
	require.Equal(t, Uniform{time.Hour, 6 * time.Hour}, rack)
}

// The README names every preset with its source.
func TestReadmeNamesPresets(t *testing.T) {
	text := readme(t)
	for _, name := range PresetNames() {
		require.True(t, strings.Contains(text, "`"+name+"`"), name)
	}
}

func genTargets(t *rapid.T) Targets {
	var targets Targets
	p := rapid.SampledFrom(targets.named()).Draw(t, "by")
	*p.text = rapid.StringMatching(`[a-z*?.-]{1,9}`).Draw(t, "what")
	if p.key == "selector" {
		targets.Selector = "app=web"
		targets.selector = &cluster.Selector{Requirements: []cluster.Requirement{{Key: "app", Operator: cluster.In, Values: []string{"web"}}}}
	}
	return targets
}

// genFault draws a fault that the scenario has room for.
func genFault(t *rapid.T, s *Scenario) Fault {
	f := Fault{Name: rapid.SampledFrom([]string{"", "a fault"}).Draw(t, "name"), At: genSpan.Draw(t, "at")}
	kinds := []FaultKind{PowerLoss, Partition, SlowNodes, Pause, CrashPods, OOMPods}
	if s.managed() {
		kinds = append(kinds, RegistryOutage, BadRollouts)
	}
	f.Kind = rapid.SampledFrom(kinds).Draw(t, "kind")
	switch f.Kind {
	case Pause:
		f.Component = genName.Draw(t, "component")
	case CrashPods, OOMPods:
		f.Pods = PodTargets{selector: &cluster.Selector{}, Container: rapid.SampledFrom([]string{"", "c"}).Draw(t, "container"), Pods: rapid.IntRange(0, 3).Draw(t, "pods")}
		if f.Kind == CrashPods {
			f.Pods.ExitCode = rapid.Int32Range(1, 255).Draw(t, "code")
		}
	case BadRollouts:
		f.Rollout = BadRollout{Deployment: genRef(t, cluster.KindDeployment).NamespacedName, Image: rapid.SampledFrom([]string{"", "i:1"}).Draw(t, "image"), Fails: NeverReady}
		if rapid.Bool().Draw(t, "crashes") {
			f.Rollout.Fails, f.Rollout.After = FailsByCrash, genSpan.Draw(t, "after")
		}
	case SlowNodes:
		f.Factor = genScale.Draw(t, "factor")
	}
	if f.Kind.OnNodes() {
		f.Nodes = genTargets(t)
	}
	genTimes(t, s, &f)
	return f
}

func genTimes(t *rapid.T, s *Scenario, f *Fault) {
	lasts := !f.Kind.OnPods()
	if s.Until == 0 || f.Kind == BadRollouts || rapid.Bool().Draw(t, "once") {
		if lasts && rapid.Bool().Draw(t, "ends") {
			f.For = genLong.Draw(t, "for")
		}
		return
	}
	f.Pods.Pods = 0
	f.TimeBetween = Exponential{genLong.Draw(t, "between")}
	if lasts {
		f.Repair = genDist(t)
	}
	if f.Kind.OnNodes() {
		f.Domain = rapid.SampledFrom([]Domain{DomainNode, DomainRack, DomainZone}).Draw(t, "domain")
		if f.Domain == DomainRack {
			f.Nodes.RackLabel = rapid.SampledFrom([]string{"", "row"}).Draw(t, "label")
		}
	}
}
