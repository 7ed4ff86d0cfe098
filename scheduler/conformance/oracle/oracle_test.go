package oracle

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

var started = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)

// manifest joins documents.
func manifest(documents ...string) []byte { return []byte(strings.Join(documents, "\n---\n")) }

func node(name, cpu string) string {
	return "apiVersion: v1\nkind: Node\nmetadata: {name: " + name + ", labels: {kubernetes.io/hostname: " + name + "}}\n" +
		"status: {capacity: {cpu: \"" + cpu + "\", memory: 8Gi, pods: \"110\"}}"
}

// pod is a pod that requests cpu; more is appended to its spec.
func pod(name, cpu, priority, more string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: default, labels: {app: a}}\nspec:\n  priority: " + priority +
		"\n  containers: [{name: c, image: i, resources: {requests: {cpu: \"" + cpu + "\", memory: 1Mi}}}]\n" + more
}

func running(name, cpu, priority, node string) string {
	return pod(name, cpu, priority, "  nodeName: "+node+"\nstatus: {phase: Running, startTime: \"2026-03-01T00:00:00Z\"}")
}

func open(t *testing.T, documents ...string) verdict.Scheduler {
	real, err := Open(manifest(documents...))
	require.NoError(t, err)
	t.Cleanup(real.Close)
	return real
}

func decideOne(t *testing.T, s verdict.Scheduler, name string) verdict.Verdict {
	v, err := s.Decide("default/" + name)
	require.NoError(t, err)
	return v
}

func TestLoadTreatsObjectsAsTheAPIServerWould(t *testing.T) {
	for name, c := range map[string]struct {
		documents []string
		err       string
	}{
		"unknown field":         {[]string{"apiVersion: v1\nkind: Node\nmetadata: {name: m}\nspec: {colour: red}"}, `document 1: strict decoding error: unknown field "spec.colour"`},
		"unknown kind":          {[]string{node("m", "1"), "apiVersion: v1\nkind: Ship\nmetadata: {name: m}"}, `document 2: no kind "Ship" is registered`},
		"a kind nobody reads":   {[]string{"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: default}"}, "is not a kind that the scheduler reads"},
		"negative request":      {[]string{pod("p", "-1", "0", "")}, "Invalid value: \"-1\": must be greater than or equal to 0"},
		"gates on a placed pod": {[]string{pod("p", "1", "0", "  nodeName: m\n  schedulingGates: [{name: g}]")}, "cannot be set until all schedulingGates have been cleared"},
		"unknown plugin argument": {[]string{"apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- pluginConfig:\n" +
			"  - {name: InterPodAffinity, args: {hardPodAffinityWeight: 101}}"}, "hardPodAffinityWeight"},
	} {
		_, err := Load(manifest(c.documents...))
		require.ErrorContains(t, err, c.err, name)
	}
}

func TestLoadLeavesOutFinishedPodsAndAddsNamespaces(t *testing.T) {
	finished := pod("done", "1", "0", "  nodeName: m\nstatus: {phase: Succeeded}")
	cluster, err := Load(manifest(node("m", "1"), finished, pod("p", "1", "0", "")))
	require.NoError(t, err)
	require.Equal(t, []string{"default/p"}, cluster.Pending)
	require.Len(t, cluster.Objects, 3, "node, pod, namespace default")
}

func TestDecidePlaces(t *testing.T) {
	v := decideOne(t, open(t, node("a", "1"), node("b", "4"), running("r", "900m", "0", "a"), pod("p", "500m", "0", "")), "p")
	require.Equal(t, []string{"b"}, v.Feasible)
	require.Equal(t, []string{"b"}, v.Best)
	require.Equal(t, verdict.Rejection{Plugin: "NodeResourcesFit", Code: "Unschedulable", Reasons: []string{"Insufficient cpu"}}, v.Filtered["a"])
	require.Equal(t, int64(300), v.Scores["b"].Plugins["TaintToleration"])
	require.Empty(t, v.Message)
}

func TestDecideIsRepeatable(t *testing.T) {
	s := open(t, node("a", "1"), running("r", "1", "0", "a"), pod("p", "500m", "10", ""))
	first := decideOne(t, s, "p")
	require.NotNil(t, first.Preemption)
	require.Equal(t, first, decideOne(t, s, "p"), "a dry run deletes nothing")
}

func TestDecideHoldsAGatedPod(t *testing.T) {
	v := decideOne(t, open(t, node("a", "1"), pod("p", "1m", "0", "  schedulingGates: [{name: g}]")), "p")
	require.Equal(t, &verdict.Rejection{Plugin: "SchedulingGates", Code: "UnschedulableAndUnresolvable",
		Reasons: []string{"waiting for scheduling gates: [g]"}}, v.Gate)
	require.Empty(t, v.Feasible)
}

func TestDecideReportsAPreFilterRejection(t *testing.T) {
	v := decideOne(t, open(t, node("a", "1"), pod("p", "1m", "0", "  volumes: [{name: v, persistentVolumeClaim: {claimName: x}}]")), "p")
	require.Equal(t, "VolumeRestrictions", v.Prefilter.Plugin)
	require.Equal(t, *v.Prefilter, v.Filtered["a"])
	require.Equal(t, `0/1 nodes are available: persistentvolumeclaim "x" not found. not found`, v.Message)
}

func TestAssumeTakesRoom(t *testing.T) {
	s := open(t, node("a", "1"), pod("p", "600m", "0", ""), pod("q", "600m", "0", ""))
	require.Error(t, s.Assume("default/p", "a", started), "not decided")
	require.Equal(t, []string{"a"}, decideOne(t, s, "p").Best)
	require.NoError(t, s.Assume("default/p", "a", started))
	require.Empty(t, decideOne(t, s, "q").Feasible)
}

func TestPreemptFreesRoomForTheNominatedPodAlone(t *testing.T) {
	s := open(t, node("a", "1"), running("r", "900m", "0", "a"), pod("p", "600m", "10", ""), pod("q", "600m", "0", ""))
	p := decideOne(t, s, "p").Preemption
	require.Equal(t, "a", p.Node)
	require.Equal(t, []string{"default/r"}, p.Victims)
	require.NoError(t, s.Preempt("default/p", p.Node, p.Victims))
	require.Empty(t, decideOne(t, s, "q").Feasible, "the nomination of a pod of higher priority counts as if it ran")
	require.Equal(t, []string{"a"}, decideOne(t, s, "p").Feasible)
	require.ErrorContains(t, s.Preempt("default/p", "a", []string{"default/r"}), "not on a node")
}

func TestPreemptClearsNominationsOfLowerPriority(t *testing.T) {
	nominated := pod("old", "600m", "5", "status: {phase: Pending, nominatedNodeName: a}")
	s := open(t, node("a", "1"), running("r", "900m", "0", "a"), nominated, pod("p", "600m", "10", ""), pod("q", "300m", "1", ""))
	p := decideOne(t, s, "p").Preemption
	require.NoError(t, s.Preempt("default/p", p.Node, p.Victims))
	require.Equal(t, []string{"a"}, decideOne(t, s, "q").Feasible, "600m nominated for p, nothing for old")
}

func TestPreemptionTies(t *testing.T) {
	v := decideOne(t, open(t, node("a", "1"), node("b", "1"), running("r", "1", "0", "a"), running("s", "1", "0", "b"), pod("p", "1", "10", "")), "p")
	require.Equal(t, "a", v.Preemption.Node)
	require.Len(t, v.Preemption.Ties, 2, "equal in priority, number and start time")
}

func TestANominatedPodThatFitsSeesItsNodeAlone(t *testing.T) {
	v := decideOne(t, open(t, node("a", "1"), node("b", "4"), pod("pending", "500m", "0", "status: {phase: Pending, nominatedNodeName: a}")), "pending")
	require.Equal(t, []string{"a"}, v.Feasible)
	require.Empty(t, v.Filtered)
}

func TestOpenRefusesABrokenManifest(t *testing.T) {
	_, err := Open([]byte("kind: Pod"))
	require.Error(t, err)
}
