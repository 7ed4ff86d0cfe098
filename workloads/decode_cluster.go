package workloads

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/traces"

	"gopkg.in/yaml.v3"
)

// maxNodes bounds a group of nodes: a slip of the keyboard must not fill the memory.
const maxNodes = 1_000_000

// maxPerNode bounds the pods of one node.
const maxPerNode = 1_000_000

func (d *decoder) clusterEntry(v value) ClusterEntry {
	var e ClusterEntry
	has := d.object(v,
		into("nodes", &e.Nodes, d.nodeGroup),
		into("trace", &e.Trace, d.nodeTrace),
		into("manifests", &e.Manifests, some(d, d.text)),
	)
	d.exactlyOne(v, has, "nodes", "trace", "manifests")
	return e
}

func (d *decoder) nodeGroup(v value) *NodeGroup {
	g := &NodeGroup{Count: 1}
	count, name := into("count", &g.Count, integer(d, 1, maxNodes)), into("name", &g.Name, d.template)
	return d.nodesOf(v, g, count, name)
}

// nodesOf reads what like nodes have in common, and the other fields given.
func (d *decoder) nodesOf(v value, g *NodeGroup, others ...field) *NodeGroup {
	var allocatable *value
	has := d.object(v, append(others,
		into("capacity", &g.Capacity, d.nodeCapacity),
		into("allocatable", &allocatable, func(v value) *value { return &v }),
		into("zones", &g.Zones, list(d, d.identifier)),
		into("regions", &g.Regions, list(d, d.identifier)),
		into("labels", &g.Labels, d.labels),
		into("taints", &g.Taints, list(d, d.taint)),
		into("gpus", &g.GPUs, integer(d, 0, cluster.MaxDevices)),
		into("gpuModel", &g.GPUModel, d.identifier),
		into("price", &g.Price, d.price),
	)...)
	d.require(v, has, "capacity")
	g.Allocatable = Capacity{Resources: g.Capacity.Resources.Clone(), Pods: g.Capacity.Pods}
	if allocatable != nil && d.err == nil {
		g.Allocatable = d.allocatable(*allocatable, g)
	}
	d.checkGroup(v, g)
	return g
}

func (d *decoder) checkGroup(v value, g *NodeGroup) {
	if n := len(g.Regions); n > 1 && n != len(g.Zones) {
		d.fail(v, "%d regions for %d zones: one for all or one for each is expected", n, len(g.Zones))
	}
	if g.GPUModel != "" && g.GPUs == 0 {
		d.fail(v, "gpuModel without gpus")
	}
}

func (d *decoder) nodeCapacity(v value) Capacity {
	return d.capacity(v, Capacity{Pods: DefaultPods}, string(cluster.CPU), string(cluster.Memory))
}

// capacity reads a vector of resources; what it does not name, and is not required to, is as in base.
func (d *decoder) capacity(v value, base Capacity, required ...string) Capacity {
	c := Capacity{Resources: base.Resources.Clone(), Pods: base.Pods}
	has := keys{}
	d.members(v, func(key *yaml.Node, child value) {
		has[key.Value] = true
		if key.Value == string(cluster.Pods) {
			c.Pods = d.quantity(child, 1, maxPerNode, "1")
			return
		}
		d.resource(key, child, &c.Resources, string(cluster.Pods))
	})
	d.require(v, has, required...)
	return c
}

// resource reads the quantity of one resource, by its name in Kubernetes.
func (d *decoder) resource(key *yaml.Node, v value, into *cluster.Resources, others ...string) {
	name := cluster.ResourceName(key.Value)
	switch {
	case name == cluster.CPU:
		into.MilliCPU = d.cpu(v)
	case name == cluster.Memory:
		into.Memory = d.bytes(v)
	case name == cluster.EphemeralStorage:
		into.EphemeralStorage = d.bytes(v)
	case isExtended(key.Value) && !strings.ContainsFunc(key.Value, isOdd):
		into.Set(name, d.amount(v))
	default:
		known := append([]string{string(cluster.CPU), string(cluster.Memory), string(cluster.EphemeralStorage)}, others...)
		d.unknown(key, v, fieldsOf(known))
	}
}

func fieldsOf(names []string) []field {
	var fields []field
	for _, name := range names {
		fields = append(fields, field{key: name})
	}
	return fields
}

// allocatable reads what pods may ask for: no more than there is.
func (d *decoder) allocatable(v value, g *NodeGroup) Capacity {
	a := d.capacity(v, g.Capacity)
	rest := g.Capacity.Resources.Clone()
	rest.Sub(&a.Resources)
	if least := slices.MinFunc(slices.Concat(basics(&rest), rest.Extended), byAmount); least.Value < 0 {
		d.fail(v, "%s is more than the capacity", least.Name)
	}
	if a.Pods > g.Capacity.Pods {
		d.fail(v, "%s is more than the capacity", cluster.Pods)
	}
	return a
}

func basics(r *cluster.Resources) []cluster.Amount {
	return []cluster.Amount{
		{Name: cluster.CPU, Value: r.MilliCPU},
		{Name: cluster.Memory, Value: r.Memory},
		{Name: cluster.EphemeralStorage, Value: r.EphemeralStorage},
	}
}

func byAmount(a, b cluster.Amount) int { return cmp.Compare(a.Value, b.Value) }

// taint reads "key=value:NoSchedule" or "key:NoSchedule", as kubectl does.
func (d *decoder) taint(v value) cluster.Taint {
	text := d.identifier(v)
	rest, effect, _ := strings.Cut(text, ":")
	var t cluster.Taint
	t.Key, t.Value, _ = strings.Cut(rest, "=")
	for _, e := range []cluster.Effect{cluster.NoSchedule, cluster.PreferNoSchedule, cluster.NoExecute} {
		if e.String() == effect {
			t.Effect = e
		}
	}
	if d.err == nil && (t.Effect == 0 || t.Key == "") {
		d.fail(v, "not a taint such as key=value:NoSchedule, with NoSchedule, PreferNoSchedule or NoExecute: %s", text)
	}
	return t
}

func (d *decoder) nodeTrace(v value) *NodeTrace {
	t := &NodeTrace{Pods: DefaultPods}
	has := d.object(v,
		into("format", &t.Format, d.traceFormat),
		into("path", &t.Path, d.text),
		into("take", &t.Take, d.take),
		into("pods", &t.Pods, integer(d, int64(1), maxPerNode)),
	)
	d.require(v, has, "format", "path")
	return t
}

func (d *decoder) traceFormat(v value) string { return d.word(v, traces.Formats()...) }

func (d *decoder) take(v value) Take {
	var t Take
	has := d.object(v,
		into("every", &t.Every, integer(d, 1, maxNodes)),
		into("nodes", &t.Nodes, integer(d, 1, maxNodes)),
		into("gpus", &t.GPUs, integer(d, 1, maxNodes*cluster.MaxDevices)),
	)
	if len(has) == 0 {
		d.fail(v, "at least one of every, nodes, gpus is expected")
	}
	return t
}
