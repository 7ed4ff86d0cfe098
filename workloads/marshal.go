package workloads

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/wavetank/wavetank/sim/cluster"

	"gopkg.in/yaml.v3"
)

// Marshal writes the scenario with all its defaults. Decoding the result gives the same scenario.
func (s *Scenario) Marshal() ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(s.node()); err != nil {
		return nil, fmt.Errorf("writing scenario: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("writing scenario: %w", err)
	}
	return out.Bytes(), nil
}

func (s *Scenario) node() *yaml.Node {
	return object(
		pair{"name", text(s.Name)},
		pair{"seed", word(strconv.FormatUint(s.Seed, 10))},
		unless(s.Until == 0, "until", spanNode(s.Until)),
		pair{"cluster", sequence(s.Cluster, ClusterEntry.node)},
		pair{"workload", sequence(s.Workload, WorkloadEntry.node)},
		pair{"scheduler", s.Scheduler.node()},
		pair{"latency", s.Latency.node()},
		unless(s.Flags.node() == nil, "flags", s.Flags.node()),
		pair{"apps", sequence(s.Apps, App.node)},
		pair{"load", sequence(s.Load, ServiceLoad.node)},
		pair{"actions", sequence(s.Actions, Action.node)},
		pair{"faults", sequence(s.Faults, Fault.node)},
		pair{"results", s.Results.node()},
		unless(s.Autoscaler == nil, "autoscaler", s.Autoscaler.node()),
	)
}

func (e ClusterEntry) node() *yaml.Node {
	switch {
	case e.Trace != nil:
		return object(pair{"trace", e.Trace.node()})
	case e.Nodes != nil:
		return object(pair{"nodes", e.Nodes.node()})
	}
	return object(pair{"manifests", sequence(e.Manifests, text)})
}

func (g *NodeGroup) node() *yaml.Node {
	return object(append([]pair{{"count", intNode(g.Count)}, {"name", text(g.Name)}}, g.pairs()...)...)
}

// pairs writes what like nodes have in common.
func (g *NodeGroup) pairs() []pair {
	return []pair{
		{"capacity", g.Capacity.node()},
		{"allocatable", g.Allocatable.node()},
		{"zones", sequence(g.Zones, text)},
		{"regions", sequence(g.Regions, text)},
		{"labels", labelsNode(g.Labels)},
		{"taints", sequence(g.Taints, func(t cluster.Taint) *yaml.Node { return text(t.String()) })},
		{"gpus", intNode(g.GPUs)},
		unless(g.GPUModel == "", "gpuModel", text(g.GPUModel)),
		unless(g.Price == 0, "price", floatNode(g.Price)),
	}
}

func (c Capacity) node() *yaml.Node {
	r := c.Resources
	pairs := []pair{
		{string(cluster.CPU), word(formatCPU(r.MilliCPU))},
		{string(cluster.Memory), word(formatBytes(r.Memory))},
		{string(cluster.EphemeralStorage), word(formatBytes(r.EphemeralStorage))},
		{string(cluster.Pods), intNode(c.Pods)},
	}
	return object(append(pairs, extendedPairs(r.Extended)...)...)
}

func extendedPairs(extended []cluster.Amount) []pair {
	var pairs []pair
	for _, a := range extended {
		pairs = append(pairs, pair{string(a.Name), intNode(a.Value)})
	}
	return pairs
}

func (t *NodeTrace) node() *yaml.Node {
	return object(
		pair{"format", text(t.Format)},
		pair{"path", text(t.Path)},
		pair{"take", t.Take.node()},
		pair{"pods", intNode(t.Pods)},
	)
}

func (t Take) node() *yaml.Node {
	return object(
		unless(t.Every == 0, "every", intNode(t.Every)),
		unless(t.Nodes == 0, "nodes", intNode(t.Nodes)),
		unless(t.GPUs == 0, "gpus", intNode(t.GPUs)),
	)
}

func (e WorkloadEntry) node() *yaml.Node {
	switch {
	case e.Trace != nil:
		return object(pair{"trace", e.Trace.node()})
	case e.Synthetic != nil:
		return object(pair{"synthetic", e.Synthetic.node()})
	}
	return object(pair{"manifests", sequence(e.Manifests, text)}, pair{"at", spanNode(e.At)})
}

func (t *PodTrace) node() *yaml.Node {
	return object(
		pair{"format", text(t.Format)},
		pair{"path", text(t.Path)},
		pair{"timeScale", floatNode(t.TimeScale)},
		pair{"durationScale", floatNode(t.DurationScale)},
		unless(t.Count == 0, "count", intNode(t.Count)),
		pair{"namespace", text(t.Namespace)},
	)
}

func (s *Synthetic) node() *yaml.Node {
	duration := word(forever)
	if s.Duration != nil {
		duration = distributionNode(s.Duration)
	}
	return object(
		pair{"name", text(s.Name)},
		pair{"namespace", text(s.Namespace)},
		pair{"arrivals", s.Arrivals.node()},
		pair{"duration", duration},
		pair{"requests", sequence(s.Requests, Request.node)},
		unless(s.Count == 0, "count", intNode(s.Count)),
		unless(s.Until == 0, "until", spanNode(s.Until)),
	)
}

func (a Arrivals) node() *yaml.Node {
	switch {
	case a.Poisson != nil:
		return object(pair{"poisson", word(a.Poisson.String())})
	case a.Gaps != nil:
		return object(pair{"gaps", distributionNode(a.Gaps)})
	case a.At != nil:
		return object(pair{"at", spanNode(*a.At)})
	}
	return object(pair{"every", spanNode(a.Every)})
}

func (r Request) node() *yaml.Node {
	return object(
		pair{"name", text(r.Name)},
		pair{"weight", floatNode(r.Weight)},
		unless(!r.StatesCPU, "cpu", word(formatCPU(r.MilliCPU))),
		unless(!r.StatesMemory, "memory", word(formatBytes(r.Memory))),
		pair{"ephemeral-storage", word(formatBytes(r.EphemeralStorage))},
		unless(len(r.Extended) == 0, "extended", object(extendedPairs(r.Extended)...)),
		pair{"gpus", intNode(r.GPUs)},
		unless(r.GPUMilli == 0, "gpuMilli", intNode(r.GPUMilli)),
		pair{"priority", intNode(r.Priority)},
		pair{"nodeSelector", labelsNode(r.NodeSelector)},
	)
}

func (s Scheduler) node() *yaml.Node {
	pairs := []pair{
		unless(s.Policy == "", "policy", text(s.Policy)),
		unless(s.Config == "", "config", text(s.Config)),
	}
	if p := s.PercentageOfNodesToScore; p != nil {
		pairs = append(pairs, pair{"percentageOfNodesToScore", intNode(*p)})
	}
	return object(pairs...)
}

func (l Latency) node() *yaml.Node {
	return object(
		pair{"watch", distributionNode(l.Watch)},
		pair{"schedule", distributionNode(l.Schedule)},
		pair{"bind", distributionNode(l.Bind)},
		pair{"pull", distributionNode(l.Pull)},
		pair{"start", distributionNode(l.Start)},
		pair{"stop", distributionNode(l.Stop)},
		pair{"call", distributionNode(l.Call)},
		unless(l.QPS == 0, "qps", floatNode(l.QPS)),
		unless(l.Burst == 0, "burst", intNode(l.Burst)),
	)
}

func (r Results) node() *yaml.Node {
	return object(
		pair{"sampleEvery", spanNode(r.SampleEvery)},
		pair{"events", word(strconv.FormatBool(r.Events))},
		pair{"decisions", text(string(r.Decisions))},
	)
}

// pair is a member of an object. One without value is left out.
type pair struct {
	key   string
	value *yaml.Node
}

func unless(absent bool, key string, value *yaml.Node) pair {
	if absent {
		return pair{}
	}
	return pair{key, value}
}

// object writes members. An object without members is left out by its parent: nil.
func object(pairs ...pair) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, p := range pairs {
		if p.value != nil {
			node.Content = append(node.Content, text(p.key), p.value)
		}
	}
	if len(node.Content) == 0 {
		return nil
	}
	return node
}

// sequence writes a list. An empty list is left out by its parent: nil.
func sequence[T any](list []T, write func(T) *yaml.Node) *yaml.Node {
	node := &yaml.Node{Kind: yaml.SequenceNode}
	for _, e := range list {
		node.Content = append(node.Content, write(e))
	}
	if len(node.Content) == 0 {
		return nil
	}
	return node
}

func labelsNode(labels cluster.Labels) *yaml.Node {
	var pairs []pair
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, pair{key, text(labels[key])})
	}
	return object(pairs...)
}

// text writes a text, in quotes where it would be read as something else.
func text(s string) *yaml.Node {
	node := &yaml.Node{}
	node.SetString(s)
	return node
}

// word writes a number, a quantity or a duration: never in quotes.
func word(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

func intNode[T int | int32 | int64](n T) *yaml.Node { return word(strconv.FormatInt(int64(n), 10)) }
