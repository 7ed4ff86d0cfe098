package manifest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

const mi = 1 << 20

// TestPodRequests covers what a pod asks for: defaulting, rounding, and what containers of each sort add up to.
func TestPodRequests(t *testing.T) {
	cases := []struct {
		name, spec       string
		cpu, memory      int64
		nonZeroCPU, gpus int64
	}{
		{name: "nothing stated", spec: one, nonZeroCPU: 100},
		{name: "stated", spec: "containers: [{name: c, resources: {requests: {cpu: 500m, memory: 1Gi}}}]", cpu: 500, memory: 1024 * mi, nonZeroCPU: 500},
		{name: "numbers", spec: "containers: [{name: c, resources: {requests: {cpu: 0.5, memory: 1048576}}}]", cpu: 500, memory: mi, nonZeroCPU: 500},
		{name: "limits stand in", spec: "containers: [{name: c, resources: {limits: {cpu: 2, memory: 1Mi}}}]", cpu: 2000, memory: mi, nonZeroCPU: 2000},
		{name: "limits stand in for what is missing only", spec: "containers: [{name: c, resources: {requests: {cpu: 1}, limits: {cpu: 2, memory: 1Mi}}}]", cpu: 1000, memory: mi, nonZeroCPU: 1000},
		{name: "a stated zero is no default", spec: "containers: [{name: c, resources: {requests: {cpu: 0}}}]", nonZeroCPU: 0},
		{name: "less than a thousandth counts as one", spec: "containers: [{name: c, resources: {requests: {cpu: 1u}}}]", cpu: 1, nonZeroCPU: 1},
		{name: "part of a byte counts as one", spec: "containers: [{name: c, resources: {requests: {memory: 100m}}}]", memory: 1, nonZeroCPU: 100},
		{name: "the largest init container", spec: one + "initContainers: [{name: a, resources: {requests: {cpu: 3}}}, {name: b, resources: {limits: {cpu: 2}}}]", cpu: 3000, nonZeroCPU: 3000},
		{name: "a sidecar adds up", spec: "containers: [{name: c, resources: {requests: {cpu: 1}}}]\ninitContainers: [{name: a, restartPolicy: Always, resources: {requests: {cpu: 2}}}]", cpu: 3000, nonZeroCPU: 3000},
		{name: "overhead", spec: one + "overhead: {cpu: 250m}", cpu: 250, nonZeroCPU: 350},
		{name: "extended", spec: "containers: [{name: c, resources: {limits: {nvidia.com/gpu: 2}}}]", nonZeroCPU: 100, gpus: 2},
		{name: "not a resource of a node", spec: "containers: [{name: c, resources: {requests: {made-up: 2}}}]", nonZeroCPU: 100},
		{name: "pod level", spec: "containers: [{name: c, resources: {requests: {cpu: 1}}}]\nresources: {requests: {cpu: 4}}", cpu: 4000, nonZeroCPU: 4000},
		{name: "pod-level limits take the containers' requests", spec: "containers: [{name: c, resources: {requests: {cpu: 1}}}]\nresources: {limits: {cpu: 4, memory: 8Mi}}", cpu: 1000, memory: 8 * mi, nonZeroCPU: 1000},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := readPod(t, c.spec).Spec
			require.Equal(t, c.cpu, s.Requests().MilliCPU)
			require.Equal(t, c.memory, s.Requests().Memory)
			require.Equal(t, c.nonZeroCPU, s.NonZeroMilliCPU())
			require.Equal(t, c.gpus, s.Requests().Get("nvidia.com/gpu"))
		})
	}
}

func TestPodLevelHugePagesDefaultToTheContainers(t *testing.T) {
	s := readPod(t, `
containers: [{name: c, resources: {limits: {hugepages-2Mi: 4Mi, memory: 1Mi}}}]
resources: {limits: {memory: 8Mi}}`).Spec
	require.Equal(t, int64(4*mi), s.Requests().Get("hugepages-2Mi"))
	require.Equal(t, int64(mi), s.Requests().Memory)
	require.True(t, s.PodRequestsMem)
	require.False(t, s.PodRequestsCPU)
}

func TestHostPorts(t *testing.T) {
	cases := []struct {
		name, spec string
		want       []cluster.HostPort
	}{
		{"none", "containers: [{name: c, ports: [{containerPort: 80}]}]", nil},
		{"stated", "containers: [{name: c, ports: [{containerPort: 80, hostPort: 8080, hostIP: 10.0.0.1, protocol: UDP}]}]",
			[]cluster.HostPort{{IP: "10.0.0.1", Protocol: "UDP", Port: 8080}}},
		{"host network", "hostNetwork: true\ncontainers: [{name: c, ports: [{containerPort: 80}]}]",
			[]cluster.HostPort{{Protocol: "TCP", Port: 80}}},
		{"init containers do not count, sidecars do", one + "initContainers: [{name: a, ports: [{containerPort: 1, hostPort: 1}]}, {name: b, restartPolicy: Always, ports: [{containerPort: 2, hostPort: 2}]}]",
			[]cluster.HostPort{{Protocol: "TCP", Port: 2}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, readPod(t, c.spec).Spec.HostPorts)
		})
	}
}

func TestPodSpec(t *testing.T) {
	p := readPod(t, `
containers: [{name: c, image: nginx}]
priority: 7
preemptionPolicy: Never
schedulerName: mine
nodeSelector: {disk: ssd}
restartPolicy: OnFailure
terminationGracePeriodSeconds: 5
schedulingGates: [{name: wait}]
tolerations:
- {operator: Exists}
- {key: a, value: b, effect: NoExecute, tolerationSeconds: 30}
- {key: a, value: b, effect: NoSchedule}
volumes:
- {name: a, persistentVolumeClaim: {claimName: data, readOnly: true}}
- {name: b, ephemeral: {volumeClaimTemplate: {spec: {resources: {requests: {storage: 1Gi}}}}}}
- {name: c, emptyDir: {}}
- {name: d, gcePersistentDisk: {pdName: disk}}
- {name: e, awsElasticBlockStore: {volumeID: vol, readOnly: true}}
- {name: f, iscsi: {targetPortal: "1.2.3.4:3260", iqn: iqn, lun: 0}}
- {name: g, rbd: {monitors: [m], image: i}}
- {name: h, csi: {driver: d}}
- {name: i, image: {reference: models/a}}
`)
	want := &cluster.PodSpec{
		Containers:             []cluster.Container{{Name: "c", Image: "nginx", PullPolicy: cluster.PullAlways}},
		Priority:               7,
		PreemptionPolicy:       cluster.PreemptNever,
		SchedulerName:          "mine",
		NodeSelector:           cluster.Labels{"disk": "ssd"},
		RestartPolicy:          cluster.RestartOnFailure,
		TerminationGracePeriod: 5 * time.Second,
		SchedulingGates:        []string{"wait"},
		Tolerations: []cluster.Toleration{
			{Operator: cluster.TolerationExists, Forever: true},
			{Key: "a", Value: "b", Effect: cluster.NoExecute, For: 30 * time.Second},
			{Key: "a", Value: "b", Effect: cluster.NoSchedule, Forever: true},
		},
		Volumes: []cluster.Volume{
			{Name: "a", Claim: "data", ReadOnly: true},
			{Name: "b", Ephemeral: true},
			{Name: "d", GCEDisk: "disk"},
			{Name: "e", AWSDisk: "vol", ReadOnly: true},
			{Name: "f", ISCSI: "iqn"},
			{Name: "g", RBD: &cluster.RBDImage{Monitors: []string{"m"}, Pool: "rbd", Image: "i"}},
			{Name: "h", CSIDriver: "d"},
		},
		ImageVolumes: []string{"models/a"}, LocalVolumes: []string{"c"},
	}
	require.Equal(t, want.Complete(), p.Spec)
	require.Equal(t, cluster.Forever, p.RunTime)
}

func TestDefaultsOfAPod(t *testing.T) {
	s := readPod(t, one+"schedulerName: default-scheduler").Spec
	require.Equal(t, 30*time.Second, s.TerminationGracePeriod)
	require.Equal(t, cluster.RestartAlways, s.RestartPolicy)
	require.Empty(t, s.SchedulerName)
	require.Nil(t, s.Tolerations, "admission plugins add none")
	require.Nil(t, s.PodRequests)
}

func TestPodStatus(t *testing.T) {
	cases := []struct {
		name, text string
		want       cluster.PodStatus
	}{
		{"waits", "spec: {containers: [{name: c}]}", cluster.PodStatus{}},
		{"nominated", "spec: {containers: [{name: c}]}\nstatus: {phase: Pending, nominatedNodeName: n}", cluster.PodStatus{NominatedNode: "n"}},
		{"placed", "spec: {nodeName: n, containers: [{name: c}]}", cluster.PodStatus{Phase: cluster.Running, Ready: true}},
		{"placed, not started", "spec: {nodeName: n, containers: [{name: c}]}\nstatus: {phase: Pending}", cluster.PodStatus{}},
		{"not ready", "spec: {nodeName: n, containers: [{name: c}]}\nstatus: {phase: Running, conditions: [{type: Ready, status: 'False'}]}", cluster.PodStatus{Phase: cluster.Running}},
		{"evicted", "spec: {nodeName: n, containers: [{name: c}]}\nstatus: {phase: Failed, reason: Evicted, message: m}", cluster.PodStatus{Phase: cluster.Failed, Reason: "Evicted", Message: "m"}},
		{"silent node", "spec: {nodeName: n, containers: [{name: c}]}\nstatus: {phase: Unknown}", cluster.PodStatus{Phase: cluster.Running, Ready: true}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			set := read(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"+c.text)
			require.Equal(t, c.want, set.Pods[0].Status)
		})
	}
}

// TestDisrupted: a pod that ends because another preempted it is told from one that its owner deletes.
func TestDisrupted(t *testing.T) {
	const deleted, condition = ", deletionTimestamp: 2024-01-01T00:00:00Z", "{type: DisruptionTarget, status: 'True', reason: PreemptionByScheduler}"
	cases := []struct {
		name, meta, conditions string
		want                   cluster.Reason
	}{
		{"preempted", deleted, condition, cluster.ReasonPreempted},
		{"not deleted yet", "", condition, ""},
		{"deleted by its owner", deleted, "", ""},
		{"disrupted by another", deleted, "{type: DisruptionTarget, status: 'True', reason: EvictionByEvictionAPI}", ""},
		{"the disruption failed", deleted, "{type: DisruptionTarget, status: 'False', reason: PreemptionByScheduler}", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := read(t, "{apiVersion: v1, kind: Pod, metadata: {name: web"+c.meta+"}, spec: {nodeName: n, containers: [{name: c}]}, status: {conditions: ["+c.conditions+"]}}").Pods[0]
			require.Equal(t, c.want, p.Status.Disrupted)
			require.Equal(t, c.meta != "", p.Deleting)
		})
	}
}

// TestTimesKeepTheirOrder states three start times and leaves one out: the snapshot is a second after the newest.
func TestTimesKeepTheirOrder(t *testing.T) {
	text := ""
	for _, p := range []string{
		"{name: old}, status: {startTime: 2024-05-01T10:00:00Z}", "{name: new}, status: {startTime: '2024-05-01T10:00:09Z'}",
		"{name: end, deletionTimestamp: 2024-05-01T10:00:04Z}, status: {startTime: 2024-05-01T10:00:03Z, phase: Failed, containerStatuses: [{name: c, state: {terminated: {exitCode: 1, finishedAt: 2024-05-01T10:00:05Z}}}]}",
		"{name: unknown}",
	} {
		text += "---\n{apiVersion: v1, kind: Pod, spec: {nodeName: n, containers: [{name: c}]}, metadata: " + p + "}\n"
	}
	pods := read(t, text).Pods
	seconds := func(s int64) sim.Time { return sim.Time(s * int64(time.Second)) }
	require.Equal(t, seconds(-10), pods[0].Status.StartedAt)
	require.Equal(t, seconds(-1), pods[1].Status.StartedAt)
	require.Equal(t, seconds(-7), pods[2].Status.StartedAt)
	require.Equal(t, seconds(-5), pods[2].Status.FinishedAt)
	require.Equal(t, seconds(-6), pods[2].DeletingSince)
	require.True(t, pods[2].Deleting)
	require.Zero(t, pods[3].Status.StartedAt)
}

// TestEqualSpecsAreOne shares a spec between pods that differ in what no scheduler sees, and in nothing else.
func TestEqualSpecsAreOne(t *testing.T) {
	pod := func(name, labels, spec string) string {
		return "---\n{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", labels: {" + labels + "}}, spec: {containers: [{name: c, resources: {" + spec + "}}]}}\n"
	}
	pods := read(t, pod("a", "", "requests: {cpu: 1}")+pod("b", "x: y", "requests: {cpu: 1000m}")+
		pod("c", "", "requests: {cpu: 1}, limits: {cpu: 1}")+pod("d", "", "limits: {cpu: 1}")).Pods
	require.Same(t, pods[0].Spec, pods[1].Spec)
	require.NotSame(t, pods[0].Spec, pods[2].Spec)
	require.Same(t, pods[2].Spec, pods[3].Spec)
}
