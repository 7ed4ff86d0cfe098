package simtest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// line formats one thing that happened: "0s      pod/a  Scheduled n1".
func line(at sim.Time, what, how string) string {
	return strings.TrimRight(fmt.Sprintf("%-8s%-6s %s", at, what, how), " ") + "\n"
}

// name returns "pod/a", with the namespace where it is not the default one.
func name(key cluster.Key) string {
	kind := strings.ToLower(key.Kind.String())
	if key.Namespace == "default" {
		return kind + "/" + key.Name
	}
	return kind + "/" + key.NamespacedName.String()
}

// changeLine tells of one change.
func changeLine(c *cluster.Change) string { return line(c.At, name(c.Key()), change(c)) }

func change(c *cluster.Change) string {
	switch c.Verb {
	case cluster.Added:
		return "Added"
	case cluster.Deleted:
		return "Deleted " + string(c.Reason)
	}
	before, after := c.Pods()
	if after == nil {
		return string(c.Reason)
	}
	return podChange(before, after, c.Reason)
}

// podChange names the phase a pod has come to, or else the reason of the write.
func podChange(before, after *cluster.Pod, reason cluster.Reason) string {
	switch {
	case after.Status.Phase == cluster.Failed && before.Status.Phase != cluster.Failed:
		return strings.TrimRight("Failed "+after.Status.Reason, " ")
	case after.Status.Phase != before.Status.Phase:
		return after.Status.Phase.String() + " " + after.NodeName
	case reason == cluster.ReasonScheduled:
		return "Scheduled " + after.NodeName + devices(after.GPUs)
	case reason == cluster.ReasonNominated:
		return "Nominated " + after.Status.NominatedNode
	}
	return string(reason)
}

// devices lists the members of a set: " gpus=0,2".
func devices(set cluster.DeviceSet) string {
	var numbers []string
	for i := range cluster.MaxDevices {
		if set&(1<<i) != 0 {
			numbers = append(numbers, strconv.Itoa(i))
		}
	}
	if numbers == nil {
		return ""
	}
	return " gpus=" + strings.Join(numbers, ",")
}

// decisionLine tells of a decision that found no place; of one that did, the binding tells.
func decisionLine(d *framework.Decision) string {
	if d.Placed() {
		return ""
	}
	verdict := "Unschedulable "
	if d.Err != "" {
		verdict = "Error "
	}
	return line(d.At, name(d.Pod), verdict+d.Message())
}

// nodeState is one line of the command state.
func nodeState(n *cluster.NodeInfo) string {
	condition := "up"
	if n.Node.Down {
		condition = "down"
	}
	if n.Node.Unschedulable {
		condition += " cordoned"
	}
	s := fmt.Sprintf("node/%s %s pods=%d cpu=%d/%dm mem=%d/%dMi", n.Name(), condition, len(n.Pods),
		n.Requested.MilliCPU, n.Node.Allocatable.MilliCPU, n.Requested.Memory>>20, n.Node.Allocatable.Memory>>20)
	if n.Node.GPUs > 0 {
		s += fmt.Sprintf(" free-gpu=%v", n.FreeGPU)
	}
	return s + "\n"
}

func podState(p *cluster.Pod) string {
	s := fmt.Sprintf("%s %v", name(cluster.KeyOf(p)), p.Status.Phase)
	if p.NodeName != "" {
		s += " " + p.NodeName + devices(p.GPUs)
	}
	if p.Status.Reason != "" {
		s += " " + p.Status.Reason
	}
	if p.Deleting {
		s += " deleting"
	}
	return s + "\n"
}
