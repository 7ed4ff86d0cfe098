package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestResizedPods counts what a pod may be using while it is resized in place
// (component-helpers resource/helpers_test.go: TestPodRequestsWithStatusResources, v0.36).
func TestResizedPods(t *testing.T) {
	const node, asks1 = "nodeName: n, ", "containers: [{name: c, resources: {requests: {cpu: 1, memory: 4Mi}}}]"
	reports := func(effective, allotted string) string {
		return "containerStatuses: [{name: c, resources: {requests: {" + effective + "}}, allocatedResources: {" + allotted + "}}]"
	}
	infeasible := "conditions: [{type: PodResizePending, status: 'True', reason: Infeasible}], "
	cases := []struct {
		name, spec, status string
		cpu, memory        int64
	}{
		{"nothing reported", node + asks1, "", 1000, 4 * mi},
		{"no resources reported", node + asks1, "containerStatuses: [{name: c, allocatedResources: {cpu: 3}}]", 1000, 4 * mi},
		{"grows: asks for more than it has", node + asks1, reports("cpu: 500m", "cpu: 500m"), 1000, 4 * mi},
		{"shrinks: has more than it asks for", node + asks1, reports("cpu: 3", "cpu: 1"), 3000, 4 * mi},
		{"allotted, not in effect yet", node + asks1, reports("cpu: 1", "cpu: 2, memory: 5Mi"), 2000, 5 * mi},
		{"infeasible: what it asks for does not count", node + asks1, infeasible + reports("cpu: 500m, memory: 1Mi", "cpu: 200m, memory: 2Mi"), 500, 2 * mi},
		{"infeasible and not reported", node + asks1, infeasible + reports("cpu: 500m", ""), 500, 0},
		{"deferred: it may still come", node + asks1, "conditions: [{type: PodResizePending, status: 'True', reason: Deferred}], " + reports("cpu: 500m", ""), 1000, 4 * mi},
		{"another container", node + asks1, "containerStatuses: [{name: d, resources: {requests: {cpu: 3}}}]", 1000, 4 * mi},
		{"not placed yet", asks1, reports("cpu: 3", ""), 1000, 4 * mi},
		{"a sidecar", node + "containers: [{name: c}], initContainers: [{name: s, restartPolicy: Always, resources: {requests: {cpu: 1}}}]",
			"initContainerStatuses: [{name: s, resources: {requests: {cpu: 2}}}]", 2000, 0},
		{"an init container that ends", node + "containers: [{name: c}], initContainers: [{name: s, resources: {requests: {cpu: 1}}}]",
			"initContainerStatuses: [{name: s, resources: {requests: {cpu: 2}}}]", 1000, 0},
		{"the pod as a whole", node + "resources: {requests: {cpu: 1}}, containers: [{name: c, resources: {requests: {memory: 1Mi}}}]",
			"resources: {requests: {cpu: 3, memory: 9Mi}}, allocatedResources: {cpu: 2}", 3000, mi},
		{"the pod as a whole, which states limits only", node + "resources: {limits: {cpu: 2}}, containers: [{name: c}]",
			"resources: {requests: {cpu: 1}}, allocatedResources: {cpu: 1}", 2000, 0},
		{"the pod as a whole, infeasible", node + "resources: {requests: {cpu: 2}}, containers: [{name: c}]",
			infeasible + "resources: {requests: {memory: 1Mi}}, allocatedResources: {cpu: 1}", 1000, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := read(t, "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {"+c.spec+"}, status: {"+c.status+"}}").Pods[0].Spec
			require.Equal(t, c.cpu, s.Requests().MilliCPU)
			require.Equal(t, c.memory, s.Requests().Memory)
		})
	}
}

// TestDefaultsOfResizedPods: what is reported for a container counts as stated.
func TestDefaultsOfResizedPods(t *testing.T) {
	s := read(t, `{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {nodeName: n, containers: [{name: c}]},
		status: {containerStatuses: [{name: c, resources: {requests: {cpu: 10m}}}]}}`).Pods[0].Spec
	require.Equal(t, int64(10), s.NonZeroMilliCPU())
	require.Equal(t, int64(200*mi), s.NonZeroMemory())
}
