package workloads

import (
	"time"

	"gopkg.in/yaml.v3"
)

// The named profiles. What they stand for is written out wherever a scenario is: a profile is a beginning, not a mode.
const (
	profileNone    = "none"
	profileKwok    = "kwok"
	profileCluster = "cluster"
)

func zeroLatency() Latency {
	none := Constant{}
	return Latency{Watch: none, Schedule: none, Bind: none, Pull: none, Start: none, Stop: none, Call: none}
}

// KwokLatency is a real control plane, kube-apiserver, kube-controller-manager and kube-scheduler v1.36.3 with their
// default flags, over the fake kubelets of kwok v0.8.0, on an idle machine of two cores. Where no other source is named the
// figures were measured on such a machine.
func KwokLatency() Latency {
	l := zeroLatency()
	// From a write to the informers that hear of it. A Deployment's ReplicaSet exists 12-19 ms after it: one watch and one
	// call; a ReplicaSet's status follows 5 ms after a pod is ready: one watch and half a call.
	l.Watch = Constant{4 * time.Millisecond}
	// A call: the batches of a ReplicaSet's slow start are separated by one round trip, 5-15 ms in a burst; where calls
	// come one at a time, as in the update of a DaemonSet (45 ms a node besides the delays of the kubelet), it is less.
	l.Call = Uniform{4 * time.Millisecond, 12 * time.Millisecond}
	// From a pod's creation to its binding the median is 4-13 ms: one watch, one cycle, one binding.
	l.Schedule = Constant{2 * time.Millisecond}
	l.Bind = Constant{4 * time.Millisecond}
	// kwok's stages: a pod is ready 2 s after its binding and gone 1 s after its deletion; each comes 5-15 ms late.
	l.Start = Uniform{2005 * time.Millisecond, 2015 * time.Millisecond}
	l.Stop = Uniform{1005 * time.Millisecond, 1015 * time.Millisecond}
	// The client of each controller (kube-controller-manager --kube-api-qps and --kube-api-burst, v1.36).
	l.QPS, l.Burst = 20, 30
	return l
}

// clusterLatency is the same control plane over real kubelets.
func clusterLatency() Latency {
	l := KwokLatency()
	// The kubelet learns from the container runtime once a second what has become of containers, so that between a
	// container's start or end and the pod's status there is up to a second (pkg/kubelet/kubelet.go:
	// genericPlegRelistPeriod, v1.36). The start itself, of a container whose image is there, is a few hundred
	// milliseconds; the whole stays far within the 5 s that Kubernetes promises for 99 % of pods without image pulls
	// (kubernetes/community sig-scalability/slos/pod_startup_latency.md).
	l.Start = Uniform{300 * time.Millisecond, 1300 * time.Millisecond}
	l.Stop = Uniform{0, time.Second}
	return l
}

// latency reads the name of a profile, or an object. An object may begin with a profile.
func (d *decoder) latency(v value) Latency {
	if v.node.Kind == yaml.ScalarNode {
		return d.profile(v)
	}
	l := zeroLatency()
	for i := 0; i+1 < len(v.node.Content) && v.node.Kind == yaml.MappingNode; i += 2 {
		if v.node.Content[i].Value == "profile" {
			l = d.profile(value{v.path + ".profile", v.node.Content[i+1]})
		}
	}
	has := d.object(v,
		field{"profile", func(value) {}},
		into("watch", &l.Watch, d.distribution),
		into("schedule", &l.Schedule, d.distribution),
		into("bind", &l.Bind, d.distribution),
		into("pull", &l.Pull, d.distribution),
		into("start", &l.Start, d.distribution),
		into("stop", &l.Stop, d.distribution),
		into("call", &l.Call, d.distribution),
		into("qps", &l.QPS, d.positive),
		into("burst", &l.Burst, integer(d, 1, maxCalls)),
	)
	if d.err == nil && (l.QPS > 0) != (l.Burst > 0) {
		d.fail(v, "qps and burst go together: %s is missing", map[bool]string{true: "burst", false: "qps"}[has["qps"]])
	}
	return l
}

// maxCalls bounds the burst of a client.
const maxCalls = 1_000_000

func (d *decoder) profile(v value) Latency {
	switch d.word(v, profileNone, profileKwok, profileCluster) {
	case profileKwok:
		return KwokLatency()
	case profileCluster:
		return clusterLatency()
	}
	return zeroLatency()
}
