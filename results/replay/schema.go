package replay

import "github.com/wavetank/wavetank/sim/cluster"

// fieldSpec is a field that an event has.
type fieldSpec struct {
	key      string
	number   bool
	optional bool
}

func texts(keys ...string) []fieldSpec {
	var specs []fieldSpec
	for _, k := range keys {
		specs = append(specs, fieldSpec{key: k})
	}
	return specs
}

func numbers(keys ...string) []fieldSpec {
	specs := texts(keys...)
	for i := range specs {
		specs[i].number = true
	}
	return specs
}

// vocabulary is the events of one kind, with their fields in the order in which they stand.
type vocabulary map[string][]fieldSpec

// plain is the vocabulary of the kinds that have none of their own.
var plain = vocabulary{"created": nil, "deleted": nil}

// schema is what may happen to an object, by kind (results/README.md, events.jsonl).
var schema = map[cluster.Kind]vocabulary{
	cluster.KindPod: {
		"created":   {{key: "owner", optional: true}, {key: "priority", number: true, optional: true}},
		"scheduled": texts("node"), "nominated": texts("node"), "unschedulable": texts("reason", "message"),
		"preempted": texts("node"), "evicted": texts("node", "reason"), "deleting": texts("node", "reason"), "running": texts("node"),
		"ready": nil, "unready": nil, "succeeded": texts("node"), "failed": texts("node", "reason"),
		"deleted": texts("node", "phase", "reason"),
	},
	cluster.KindNode: {
		"created": nil, "deleted": nil, "ready": nil, "notready": {{key: "status", optional: true}, {key: "reason", optional: true}}, "tainted": texts("taint"), "untainted": texts("taint"),
		"cordoned": nil, "uncordoned": nil, "down": nil, "up": nil, "isolated": nil, "connected": nil,
	},
	cluster.KindReplicaSet:  scalable("replicas", "ready", "available"),
	cluster.KindDeployment:  conditional(scalable("replicas", "updated", "ready", "available", "unavailable")),
	cluster.KindStatefulSet: scalable("replicas", "ready", "available", "current", "updated"),
	cluster.KindDaemonSet: {
		"created": nil, "deleted": nil, "status": numbers("desired", "current", "ready", "available", "updated", "misscheduled"),
	},
	cluster.KindJob: conditional(vocabulary{
		"created": nil, "deleted": nil, "status": numbers("active", "ready", "succeeded", "failed", "terminating"),
	}),
	cluster.KindHorizontalPodAutoscaler: conditional(vocabulary{
		"created": autoscaled, "changed": autoscaled, "deleted": nil,
		"status": append(append(numbers("current", "desired"), fieldSpec{key: "utilization", number: true, optional: true}, fieldSpec{key: "avg", optional: true}), texts("targets")...),
	}),
	cluster.KindPodDisruptionBudget: conditional(vocabulary{
		"created": bounds, "changed": bounds, "deleted": nil,
		"status": numbers("allowed", "healthy", "desired", "disrupted", "expected"),
	}),
}

// KindFault stands in events for a fault, which is no object of the store.
const KindFault = cluster.Kind(255)

// faultWords is what may happen to a fault.
var faultWords = vocabulary{"began": faultFields, "ended": faultFields}

var faultFields = []fieldSpec{{key: "id", number: true}, {key: "type"}, {key: "nodes", number: true}}

// autoscaled is what an autoscaler says of itself.
var autoscaled = append(append(texts("target"), numbers("min", "max")...), texts("targets")...)

// bounds are what a PodDisruptionBudget may ask for: a number or a percentage.
var bounds = []fieldSpec{{key: "minAvailable", optional: true}, {key: "maxUnavailable", optional: true}}

func scalable(counts ...string) vocabulary {
	return vocabulary{
		"created": numbers("replicas"), "deleted": nil, "scaled": numbers("from", "to"), "status": numbers(counts...),
	}
}

func conditional(v vocabulary) vocabulary {
	v["condition"] = texts("type", "status", "reason")
	return v
}

func vocabularyOf(kind cluster.Kind) vocabulary {
	if kind == KindFault {
		return faultWords
	}
	if v, own := schema[kind]; own {
		return v
	}
	return plain
}
