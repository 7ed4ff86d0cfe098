package workloads

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// autoscaler reads the cluster autoscaler and its groups.
func (d *decoder) autoscaler(v value) *Autoscaler {
	a := DefaultAutoscaler()
	has := d.object(v, append([]field{
		into("groups", &a.Groups, some(d, d.autoscaledGroup)),
		into("expander", &a.Expander, d.expander),
		into("scaleDown", &a.ScaleDown, d.scaleDown),
	}, d.autoscalerFields(&a)...)...)
	d.require(v, has, "groups")
	return &a
}

// autoscalerFields are the fields that hold one value each, in the order in which they are written.
func (d *decoder) autoscalerFields(a *Autoscaler) []field {
	count, share := integer(d, 0, maxNodes), d.fraction
	least := integer(d, 1, maxNodes)
	return []field{
		into("scanInterval", &a.ScanInterval, d.longSpan),
		into("maxNodeProvisionTime", &a.MaxNodeProvisionTime, d.longSpan),
		into("maxNodesTotal", &a.MaxNodesTotal, count),
		into("maxNodesPerScaleUp", &a.MaxNodesPerScaleUp, least),
		into("newPodScaleUpDelay", &a.NewPodScaleUpDelay, d.span),
		into("balanceSimilarNodeGroups", &a.BalanceSimilarNodeGroups, d.boolean),
		into("ignoreDaemonSetsUtilization", &a.IgnoreDaemonSetsUtilization, d.boolean),
		into("skipNodesWithLocalStorage", &a.SkipNodesWithLocalStorage, d.boolean),
		into("skipNodesWithSystemPods", &a.SkipNodesWithSystemPods, d.boolean),
		into("expendablePodsPriorityCutoff", &a.ExpendablePriorityCutoff, integer(d, int32(math.MinInt32), math.MaxInt32)),
		into("maxPodEvictionTime", &a.MaxPodEvictionTime, d.span),
		into("maxGracefulTermination", &a.MaxGracefulTermination, d.span),
		into("maxScaleDownParallelism", &a.MaxScaleDownParallelism, least),
		into("maxDrainParallelism", &a.MaxDrainParallelism, count),
		into("maxBulkSoftTaintCount", &a.MaxBulkSoftTaintCount, count),
		into("nodeDeleteDelayAfterTaint", &a.NodeDeleteDelay, d.span),
		into("unremovableNodeRecheckTimeout", &a.UnremovableRecheck, d.longSpan),
		into("initialNodeGroupBackoff", &a.InitialNodeGroupBackoff, d.longSpan),
		into("maxNodeGroupBackoff", &a.MaxNodeGroupBackoff, d.longSpan),
		into("nodeGroupBackoffReset", &a.NodeGroupBackoffReset, d.longSpan),
		into("maxTotalUnreadyPercentage", &a.MaxTotalUnreadyPercent, func(v value) float64 { return d.upTo(v, 100) }),
		into("okTotalUnreadyCount", &a.OKTotalUnready, count),
		into("scaleDownGpuUtilizationThreshold", &a.ScaleDownGPUUtilization, share),
		into("daemonSetEvictionForEmptyNodes", &a.DaemonSetEvictionEmpty, d.boolean),
		into("daemonSetEvictionForOccupiedNodes", &a.DaemonSetEvictionDrained, d.boolean),
	}
}

func (d *decoder) scaleDown(v value) ScaleDown {
	s := DefaultAutoscaler().ScaleDown
	d.object(v,
		into("enabled", &s.Enabled, d.boolean),
		into("unneededTime", &s.UnneededTime, d.span),
		into("unreadyTime", &s.UnreadyTime, d.span),
		into("utilizationThreshold", &s.UtilizationThreshold, d.fraction),
		into("delayAfterAdd", &s.DelayAfterAdd, d.span),
		into("delayAfterDelete", &s.DelayAfterDelete, d.span),
		into("delayAfterFailure", &s.DelayAfterFailure, d.span),
	)
	return s
}

func (d *decoder) autoscaledGroup(v value) AutoscaledGroup {
	g := AutoscaledGroup{Provisioning: Constant{}, Template: NodeGroup{Count: 1}}
	sized := false
	d.nodesOf(v, &g.Template,
		into("name", &g.Name, d.identifier),
		into("min", &g.Min, integer(d, 0, maxNodes)),
		into("max", &g.Max, integer(d, 1, maxNodes)),
		field{"size", func(v value) { g.Size, sized = integer(d, 0, maxNodes)(v), true }},
		into("provisioning", &g.Provisioning, d.distribution),
		into("priority", &g.Priority, integer(d, 0, math.MaxInt32)),
		into("unavailable", &g.Unavailable, list(d, d.stockout)),
	)
	if !sized {
		g.Size = g.Min
	}
	g.Template.Name = g.Name + "-" + numberMark
	d.checkSizes(v, &g)
	return g
}

func (d *decoder) checkSizes(v value, g *AutoscaledGroup) {
	switch {
	case d.err != nil:
	case g.Name == "":
		d.fail(v, "name is missing")
	case strings.Contains(g.Name, numberMark):
		d.fail(v, "name: the nodes of %s are numbered by themselves: %s is not to stand in it", g.Name, numberMark)
	case g.Max == 0:
		d.fail(v, "max is missing")
	case g.Min > g.Max:
		d.fail(v, "min %d is over max %d", g.Min, g.Max)
	case g.Size < g.Min || g.Size > g.Max:
		d.fail(v, "size %d is not between min %d and max %d", g.Size, g.Min, g.Max)
	}
}

func (d *decoder) stockout(v value) Stockout {
	var s Stockout
	has := d.object(v, into("at", &s.At, d.span), into("for", &s.For, d.longSpan))
	d.require(v, has, "at")
	return s
}

// expander reads one expander or several with commas between them, as the flag --expander has them.
func (d *decoder) expander(v value) []string {
	var chain []string
	for _, name := range strings.Split(d.scalar(v, "an expander"), ",") {
		name = d.word(value{v.path, &yaml.Node{Kind: yaml.ScalarNode, Value: strings.TrimSpace(name), Line: v.node.Line}}, Expanders()...)
		if slices.Contains(chain, name) {
			d.fail(v, "%s comes twice", name)
		}
		chain = append(chain, name)
	}
	return chain
}

// fraction reads a number from 0 to 1.
func (d *decoder) fraction(v value) float64 { return d.upTo(v, 1) }

// upTo reads a number from 0 to most.
func (d *decoder) upTo(v value, most float64) float64 {
	text := d.scalar(v, "a number")
	x, err := strconv.ParseFloat(text, 64)
	if d.err == nil && (err != nil || !(x >= 0 && x <= most)) {
		d.fail(v, "not a number from 0 to %g: %s", most, quoteOdd(text))
	}
	return x
}

// price reads what an hour of a node costs.
func (d *decoder) price(v value) float64 {
	if v.node.Kind == yaml.ScalarNode && v.node.Value == "0" {
		return 0
	}
	return d.positive(v)
}

// checkGroupNames reports two groups of one name.
func (d *decoder) checkGroupNames(s *Scenario, claim func(field, names string)) {
	if s.Autoscaler == nil {
		return
	}
	for i := range s.Autoscaler.Groups {
		claim(fmt.Sprintf("autoscaler.groups[%d]", i), "node "+s.Autoscaler.Groups[i].Template.Name)
	}
}
