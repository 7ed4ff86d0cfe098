package scheduler_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/plugins"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// explainPending decides about the pod "pending" of a manifest with the default profile.
func explainPending(t *testing.T, text string) scheduler.Explanation {
	t.Helper()
	set, err := manifest.Read("test.yaml", strings.NewReader(text))
	require.NoError(t, err)
	store := cluster.NewStore(sim.New(1))
	require.NoError(t, manifest.Load(set, store))
	view := cluster.NewSnapshot(store)
	for _, n := range set.Nodes {
		view.AddNode(n)
	}
	for _, p := range set.Pods {
		if p.NodeName != "" {
			view.AddPod(p)
		} else {
			view.Nominate(p)
		}
	}
	cfg, err := config.Default(plugins.InTree())
	require.NoError(t, err)
	pending := store.Pod(cluster.NamespacedName{Namespace: "default", Name: "pending"})
	e := profile(t, cfg.Profiles[0], true).Explain(pending, view, 0)
	fast := profile(t, cfg.Profiles[0], false).Schedule([]*cluster.Pod{pending}, view)[0]
	require.Equal(t, e.Message, fast.Message())
	require.Equal(t, e.Decision.Evict, fast.Evict)
	return e
}

// documents makes a manifest of nodes of one core and pods, each given as "name: what differs".
func documents(nodes, pods []string) string {
	text := ""
	for _, n := range nodes {
		name, spec, _ := strings.Cut(n, ": ")
		text += "---\n{apiVersion: v1, kind: Node, metadata: {name: " + name + "}, spec: {" + spec + "}, status: {capacity: {cpu: 1, memory: 1Gi, pods: 9}}}\n"
	}
	for _, p := range pods {
		text += "---\n{apiVersion: v1, kind: Pod, " + p + "}\n"
	}
	return text
}

// running is a pod that holds half a node.
func running(name, node, priority, more string) string {
	return "metadata: {name: " + name + "}, spec: {nodeName: " + node + ", priority: " + priority + ", containers: [{name: c, resources: {requests: {cpu: 500m}}}]}" + more
}

func pending(spec, more string) string {
	return "metadata: {name: pending}, spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]" + spec + "}" + more
}

// TestPreemptionIsThatOfKubeScheduler holds cases that the real scheduler decided in the comparison with it.
func TestPreemptionIsThatOfKubeScheduler(t *testing.T) {
	const wantsA = ", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [a]}]}]}}}"
	tests := []struct {
		name        string
		nodes, pods []string
		message     string
		node        string // where room is made
		victims     string
	}{
		{
			name:    "the pod that the kubelet took on last goes, even if its containers do not run yet",
			nodes:   []string{"a", "b"},
			message: "0/2 nodes are available: 2 Insufficient cpu.", node: "b", victims: "default/late",
			pods: []string{
				running("early", "a", "0", ", status: {phase: Pending, startTime: 2024-01-01T00:00:00Z}"),
				running("late", "b", "0", ", status: {phase: Running, startTime: 2024-01-02T00:00:00Z}"),
				pending(", priority: 1", ""),
			},
		},
		{
			name:    "a pod that no kubelet has taken on is the last",
			nodes:   []string{"a", "b"},
			message: "0/2 nodes are available: 2 Insufficient cpu.", node: "a", victims: "default/none",
			pods: []string{
				running("none", "a", "0", ", status: {phase: Pending}"),
				running("late", "b", "0", ", status: {phase: Running, startTime: 2024-01-02T00:00:00Z}"),
				pending(", priority: 1", ""),
			},
		},
		{
			name:    "room is being made on its nominated node already",
			nodes:   []string{"a", "b"},
			message: "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node.",
			pods: []string{
				strings.Replace(running("ends", "a", "0", ", status: {conditions: [{type: DisruptionTarget, status: 'True', reason: PreemptionByScheduler}]}"),
					"name: ends", "name: ends, deletionTimestamp: 2024-01-01T00:00:00Z", 1),
				running("other", "b", "0", ""),
				pending(", priority: 1", ", status: {nominatedNodeName: a}"),
			},
		},
		{
			name:    "a pod that no node can ever take evicts nobody, and DynamicResources misses its state",
			nodes:   []string{"a"},
			message: "0/1 nodes are available: persistentvolumeclaim \"gone\" not found. not found",
			pods: []string{
				running("low", "a", "0", ""),
				pending(", priority: 1, volumes: [{name: v, persistentVolumeClaim: {claimName: gone}}]", ""),
			},
		},
		{
			name:    "the nominated node was looked at although the affinity leaves it out",
			nodes:   []string{"a", "b: unschedulable: true", "c"},
			message: "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity NodeUnschedulable], 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
			pods: []string{
				running("same", "a", "1", ""),
				pending(", priority: 1"+wantsA, ", status: {nominatedNodeName: b}"),
			},
		},
		{
			name:    "the nominated node is counted once",
			nodes:   []string{"a", "b"},
			message: "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity NodeResourcesFit]. no new claims to deallocate, preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
			pods: []string{
				running("same", "a", "1", ""),
				pending(", priority: 1"+wantsA, ", status: {nominatedNodeName: a}"),
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := explainPending(t, documents(tt.nodes, tt.pods))
			require.Equal(t, tt.message, e.Message)
			require.Equal(t, tt.node, e.Decision.Nominated)
			victims := ""
			for _, v := range e.Decision.Evict {
				victims += v.NamespacedName.String()
			}
			require.Equal(t, tt.victims, victims)
		})
	}
}
