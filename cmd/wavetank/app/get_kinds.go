package app

import (
	"fmt"
	"strings"

	"github.com/wavetank/wavetank/results/replay"
	"github.com/wavetank/wavetank/sim/cluster"
)

// kindView is how kubectl get prints a kind: its names and columns (upstream pkg/printers/internalversion/printers.go,
// v1.36.3).
type kindView struct {
	kind        cluster.Kind // 0: the events themselves
	names       []string
	clusterWide bool
	columns     []string // from NAME to AGE
	// cells returns the columns between NAME and AGE. Of a node it needs the number of pods there.
	cells func(o *replay.Object, pods int) []cell
}

var kindViews = []kindView{
	{cluster.KindPod, []string{"pods", "pod", "po"}, false, []string{"NAME", "READY", "STATUS", "NODE", "AGE"}, podCells},
	{cluster.KindNode, []string{"nodes", "node", "no"}, true, []string{"NAME", "STATUS", "PODS", "TAINTS", "AGE"}, nodeCells},
	{cluster.KindDeployment, []string{"deployments", "deployment", "deploy"}, false, []string{"NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"}, deploymentCells},
	{cluster.KindReplicaSet, []string{"replicasets", "replicaset", "rs"}, false, []string{"NAME", "DESIRED", "CURRENT", "READY", "AGE"}, replicaSetCells},
	{cluster.KindStatefulSet, []string{"statefulsets", "statefulset", "sts"}, false, []string{"NAME", "READY", "AGE"}, statefulSetCells},
	{cluster.KindDaemonSet, []string{"daemonsets", "daemonset", "ds"}, false, []string{"NAME", "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"}, daemonSetCells},
	{cluster.KindJob, []string{"jobs", "job"}, false, []string{"NAME", "STATUS", "ACTIVE", "SUCCEEDED", "FAILED", "AGE"}, jobCells},
	{cluster.KindHorizontalPodAutoscaler, []string{"horizontalpodautoscalers", "horizontalpodautoscaler", "hpa"}, false,
		[]string{"NAME", "REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE"}, autoscalerCells},
	{cluster.KindPodDisruptionBudget, []string{"poddisruptionbudgets", "poddisruptionbudget", "pdb"}, false,
		[]string{"NAME", "MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS", "AGE"}, budgetCells},
	{0, []string{"events", "event", "ev"}, false, eventColumns, nil},
}

func podCells(o *replay.Object, _ int) []cell {
	ready := "no"
	if o.Ready {
		ready = "yes"
	}
	return []cell{words(ready), words(podStatus(o)), words(o.Node).or("<none>")}
}

// podStatus is kubectl's STATUS column, as far as the events tell it: they say nothing about single containers.
func podStatus(o *replay.Object) string {
	switch {
	case o.Phase == cluster.Failed && o.Reason != "":
		return o.Reason
	case o.Phase == cluster.Failed:
		return "Error"
	case o.Phase == cluster.Succeeded:
		return "Completed"
	case o.Deleting:
		return "Terminating"
	case o.Phase == cluster.Running:
		return "Running"
	case o.Node != "":
		return "ContainerCreating"
	}
	return "Pending"
}

func nodeCells(o *replay.Object, pods int) []cell {
	status := "Ready"
	if !o.Ready {
		status = "NotReady"
	}
	if o.Cordoned {
		status += ",SchedulingDisabled"
	}
	return []cell{words(status), count(pods), words(strings.Join(o.Taints, ",")).or("<none>")}
}

// readyOf is kubectl's READY column of an object that keeps replicas.
func readyOf(o *replay.Object) cell {
	return words(fmt.Sprintf("%d/%d", o.Counts["ready"], o.Desired()))
}

func deploymentCells(o *replay.Object, _ int) []cell {
	return []cell{readyOf(o), count(o.Counts["updated"]), count(o.Counts["available"])}
}

func replicaSetCells(o *replay.Object, _ int) []cell {
	return []cell{count(o.Desired()), count(o.Counts["replicas"]), count(o.Counts["ready"])}
}

func statefulSetCells(o *replay.Object, _ int) []cell { return []cell{readyOf(o)} }

func daemonSetCells(o *replay.Object, _ int) []cell {
	return counts(o, "desired", "current", "ready", "updated", "available")
}

func jobCells(o *replay.Object, _ int) []cell {
	return append([]cell{words(jobStatus(o))}, counts(o, "active", "succeeded", "failed")...)
}

// autoscalerCells has the metrics as of the last event, not as of the instant: events do not tell of each new value.
func autoscalerCells(o *replay.Object, _ int) []cell {
	return []cell{words(o.Reference), words(o.Targets).or("<unknown>"), count(o.Min), count(o.Max), count(o.Counts["current"])}
}

// jobStatus follows kubectl: the first of these conditions that holds.
func jobStatus(o *replay.Object) string {
	for _, condition := range []string{"Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"} {
		if o.Conditions[condition] == "True" {
			return condition
		}
	}
	return "Running"
}

// budgetCells says N/A where a bound is not stated (upstream printPodDisruptionBudget).
func budgetCells(o *replay.Object, _ int) []cell {
	return []cell{words(o.MinAvailable).or("N/A"), words(o.MaxUnavailable).or("N/A"), count(o.Counts["allowed"])}
}

func counts(o *replay.Object, names ...string) []cell {
	var cells []cell
	for _, n := range names {
		cells = append(cells, count(o.Counts[n]))
	}
	return cells
}
