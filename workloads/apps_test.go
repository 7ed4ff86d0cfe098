package workloads

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

func requireApps(t *testing.T, s *Scenario) {
	t.Helper()
	none := Constant{}
	require.Len(t, s.Apps, 4)
	web := s.Apps[0]
	require.Len(t, web.selector.Requirements, 2)
	web.selector = nil
	require.Equal(t, App{
		Selector: "app=web,tier notin (db)", Namespace: "shop", Container: "c", Startup: Lognormal{2 * time.Second, 0.3}, Stop: none,
		Crash: &Crash{MTBF: 12 * time.Hour, ExitCode: 137}, MilliCPU: 100, Memory: 64 << 20, ImageSize: 200e6,
	}, web)
	require.Equal(t, Constant{30 * time.Second}, s.Apps[1].RunTime)
	require.Equal(t, int32(3), s.Apps[1].ExitCode)
	require.True(t, s.Apps[1].NeverReady)
	require.False(t, s.Apps[1].Forever)
	require.True(t, s.Apps[2].Forever)
	require.Nil(t, s.Apps[2].RunTime)
	require.Equal(t, &Crash{Probability: 0.25, ExitCode: 1}, s.Apps[2].Crash)
	require.Equal(t, &Crash{After: Exponential{time.Hour}, ExitCode: 1}, s.Apps[3].Crash)
}

func requireActions(t *testing.T, s *Scenario) {
	t.Helper()
	two, yes := 2, true
	web := Ref{cluster.KindDeployment, cluster.NamespacedName{Namespace: "default", Name: "web"}}
	node := func(name string) Ref { return Ref{cluster.KindNode, cluster.NamespacedName{Name: name}} }
	inShop := func(k cluster.Kind, name string) Ref {
		return Ref{k, cluster.NamespacedName{Namespace: "shop", Name: name}}
	}
	require.Equal(t, []Action{
		{At: time.Hour, Verb: VerbSetImage, Target: inShop(cluster.KindDeployment, "web"), Image: "web:v2", Container: "c"},
		{At: 2 * time.Hour, Verb: VerbDrain, Nodes: NodeSet{Names: []string{"n-3"}}, Parallel: 1},
		{At: time.Hour, Every: time.Hour, Verb: VerbRollout, Target: web, Do: RolloutRestart},
		{At: 30 * time.Minute, Every: time.Hour, Verb: VerbScale, Replicas: 3,
			Target: Ref{cluster.KindStatefulSet, cluster.NamespacedName{Namespace: "default", Name: "db"}}},
		{When: &Condition{web, StateComplete}, Verb: VerbRollout, Target: web, Do: RolloutUndo, ToRevision: 2},
		{At: time.Minute, When: &Condition{inShop(cluster.KindPod, "web-0"), StateRunning}, Verb: VerbDelete, Target: inShop(cluster.KindPod, "web-0")},
		{Verb: VerbApply, Files: []string{"shop.yaml"}},
		{At: time.Second, Verb: VerbTaint, Target: node("n-0"), Taints: []cluster.Taint{{Key: "a", Value: "b", Effect: cluster.NoSchedule}}},
		{At: 2 * time.Second, Verb: VerbUntaint, Target: node("n-0"), Taints: []cluster.Taint{{Key: "a"}, {Key: "c", Effect: cluster.NoExecute}}},
		{At: 3 * time.Second, Verb: VerbLabel, Target: node("n-0"), Labels: cluster.Labels{"pool": "web"}, Remove: []string{"old"}},
		{At: 4 * time.Second, Verb: VerbPatch, Target: web, With: &Patch{Labels: cluster.Labels{"pool": "web"}, Replicas: &two, Paused: &yes,
			TemplateAnnotations: cluster.Labels{"pool": "db"}, Images: []ContainerImage{{"c", "i"}}}},
	}, s.Actions)
	require.Equal(t, []string{"nodes.yaml", "/etc/pods.json", "shop.yaml"}, s.Manifests())
	require.Equal(t, WorkloadEntry{Manifests: []string{"shop.yaml"}, At: 5 * time.Second}, s.Workload[4])
}

func TestAppSelects(t *testing.T) {
	pod := func(namespace string, labels cluster.Labels) *cluster.Pod {
		return &cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: namespace, Name: "p"}, Labels: labels}}
	}
	apps := decode(t, inScenario("apps: [{selector: 'app in (web, api),!old', namespace: shop}, {}]")).Apps
	require.True(t, apps[0].Selects(pod("shop", cluster.Labels{"app": "api"})))
	require.False(t, apps[0].Selects(pod("shop", cluster.Labels{"app": "api", "old": ""})))
	require.False(t, apps[0].Selects(pod("default", cluster.Labels{"app": "api"})))
	require.False(t, apps[0].Selects(pod("shop", nil)))
	require.True(t, apps[1].Selects(pod("any", nil)))
}

func TestLatencyProfiles(t *testing.T) {
	of := func(text string) Latency { return decode(t, inScenario("latency: "+text)).Latency }
	require.Equal(t, zeroLatency(), of("none"))
	require.Equal(t, KwokLatency(), of("kwok"))
	require.Equal(t, 20.0, of("cluster").QPS)
	changed := KwokLatency()
	changed.Start = Constant{time.Minute}
	require.Equal(t, changed, of("{start: 1m, profile: kwok}"), "what is named goes before the profile, in whatever order")
}

func TestBadAppsAndActions(t *testing.T) {
	app := func(text string) string { return inScenario("apps: [{" + text + "}]") }
	action := func(text string) string { return inScenario("actions: [{" + text + "}]") }
	checkBad(t, []badCase{
		{"unknown key of an app", app("startUp: 1s"), ":5: apps[0].startUp: unknown field; did you mean startup?"},
		{"selector", app("selector: 'app in web'"), ":5: apps[0].selector: not a selector of labels such as app=web: unable to parse requirement: found 'web' expected: '('"},
		{"two crashes", app("crash: {mtbf: 1h, probability: 0.5}"), ":5: apps[0].crash: one of mtbf, after, probability is expected, not mtbf and probability"},
		{"no crash", app("crash: {exitCode: 1}"), ":5: apps[0].crash: one of mtbf, after, probability is expected, none is given"},
		{"probability", app("crash: {probability: 2}"), ":5: apps[0].crash.probability: not a probability above 0 and up to 1: 2"},
		{"a crash that succeeds", app("crash: {mtbf: 1h, exitCode: 0}"), ":5: apps[0].crash.exitCode: below 1: 0"},
		{"no verb", action("at: 1h"), ":5: actions[0]: one of apply, delete, scale, setImage, rollout, cordon, uncordon, drain, upgrade, taint, untaint, label, patch is expected, none is given"},
		{"two verbs", action("at: 1h, cordon: node/a, drain: node/a"), ":5: actions[0]: one of apply, delete, scale, setImage, rollout, cordon, uncordon, drain, upgrade, taint, untaint, label, patch is expected, not cordon and drain"},
		{"unknown verb", action("at: 1h, drian: node/a"), ":5: actions[0].drian: unknown field; did you mean drain?"},
		{"no time", action("drain: node/a"), ":5: actions[0]: one of at, every, when is expected, none is given"},
		{"every and when", action("drain: node/a, every: 1h, when: job/a complete"), ":5: actions[0]: every and when do not go together: a condition is waited for once"},
		{"no object", action("at: 1h, drain: n-0"), ":5: actions[0].drain: a node such as node/n-0 or node/n-* is expected: n-0"},
		{"unknown kind", action("at: 1h, delete: deploymnt/a"), ":5: actions[0].delete: unknown: deploymnt; did you mean deployment?"},
		{"wrong kind", action("at: 1h, drain: deployment/a"), ":5: actions[0].drain: this cannot be done to a deployment"},
		{"namespace of a node", action("at: 1h, drain: node/a/b"), ":5: actions[0].drain: a node such as node/n-0 or node/n-* is expected: node/a/b"},
		{"missing parameter", action("at: 1h, scale: deployment/a"), ":5: actions[0]: replicas is missing"},
		{"wrong parameter", action("at: 1h, scale: deployment/a, replicas: 1, image: b"), ":5: actions[0]: image does not go with scale"},
		{"nothing to label", action("at: 1h, label: node/a"), ":5: actions[0]: one of labels, remove is expected, none is given"},
		{"undo of a set", action("at: 1h, rollout: sts/a, do: undo"), ":5: actions[0]: undo can be done to a deployment alone"},
		{"revision of a pause", action("at: 1h, rollout: deploy/a, do: pause, toRevision: 1"), ":5: actions[0]: toRevision does not go with pause"},
		{"unknown state", action("when: job/a completed, delete: job/a"), ":5: actions[0].when: unknown: completed; did you mean complete?"},
		{"no state", action("when: job/a, delete: job/a"), ":5: actions[0].when: a condition such as deployment/web complete is expected"},
		{"patch of what cannot be", action("at: 1h, patch: deployment/a, with: {spec: {strategy: {}}}"), ":5: actions[0].with.spec.strategy: unknown field; known are replicas, paused, template"},
		{"patch of another kind", action("at: 1h, patch: node/a, with: {spec: {replicas: 1}}"), ":5: actions[0].with.spec.replicas: unknown field; known are unschedulable"},
		{"taint without effect", action("at: 1h, taint: node/a, taints: [b]"), ":5: actions[0].taints[0]: not a taint such as key=value:NoSchedule, with NoSchedule, PreferNoSchedule or NoExecute: b"},
		{"no manifests", inEntry("manifests: []"), ":3: cluster[0].manifests: an empty list"},
		{"time of a trace", "cluster: [{nodes: {capacity: {cpu: 1, memory: 1}}}]\nworkload: [{trace: {format: openb, path: a}, at: 1s}]\n", ":2: workload[0]: at goes with manifests alone"},
		{"profile", inScenario("latency: kwock"), ":5: latency: unknown: kwock; did you mean kwok?"},
		{"a limit without burst", inScenario("latency: {qps: 5}"), ":5: latency: qps and burst go together: burst is missing"},
	})
}

// TestManifestsNeedNoOtherWorkload: what is in the cluster from the begin, or what actions do, is workload enough.
func TestManifestsNeedNoOtherWorkload(t *testing.T) {
	require.True(t, decode(t, "cluster: [{manifests: [a.yaml]}]\n").Reconciled())
	require.True(t, decode(t, "cluster: [{nodes: {capacity: {cpu: 1, memory: 1}}}]\nactions: [{at: 1h, apply: [a.yaml]}]\n").Reconciled())
	require.False(t, decode(t, small).Reconciled())
}
