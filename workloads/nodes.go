package workloads

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/traces"
)

// BuildNodes creates the nodes of the scenario in the store, in the order of the file. Its errors are of trace files, of
// names that come twice, and of faults that no node answers to.
func (s *Scenario) BuildNodes(store *cluster.Store, paths Paths) error {
	for i, c := range s.Cluster {
		create := func(field string, node *cluster.Node) error {
			err := store.Create(node, cluster.ReasonCreated)
			if errors.Is(err, cluster.ErrAlreadyExists) {
				return s.Errorf(field, "node %s comes twice: another entry has it too", node.Name)
			}
			return err
		}
		if err := s.buildEntry(fmt.Sprintf("cluster[%d]", i), c, paths, create); err != nil {
			return err
		}
	}
	return s.checkFaults(store)
}

func (s *Scenario) buildEntry(field string, c ClusterEntry, paths Paths, create func(string, *cluster.Node) error) error {
	switch {
	case c.Trace != nil:
		field += ".trace"
		return s.buildTrace(field, c.Trace, paths, create)
	case c.Nodes == nil:
		return nil
	}
	field += ".nodes"
	for i := range c.Nodes.Count {
		if err := create(field, c.Nodes.Node(i)); err != nil {
			return err
		}
	}
	return nil
}

// Node makes the i-th node of the group, counted from 0.
func (g *NodeGroup) Node(i int) *cluster.Node {
	name := strings.Replace(g.Name, numberMark, strconv.Itoa(i), 1)
	node := newNode(name, g.GPUs, g.GPUModel)
	for key, value := range g.Labels {
		node.Labels[key] = value
	}
	if zone := i % max(1, len(g.Zones)); zone < len(g.Zones) {
		node.Labels[cluster.LabelZone] = g.Zones[zone]
	}
	if n := len(g.Regions); n > 0 {
		node.Labels[cluster.LabelRegion] = g.Regions[i%max(1, len(g.Zones))%n]
	}
	node.Capacity, node.Allocatable = g.Capacity.Resources, g.Allocatable.Resources
	node.AllocatablePods = g.Allocatable.Pods
	node.Taints, node.Price = slices.Clone(g.Taints), g.Price
	return node
}

// newNode gives a node the labels of a Linux machine, and that of its GPUs: those that the kubelet sets
// (pkg/kubelet/kubelet_node_status.go: initialNode, v1.36.3) and the older names that kube-controller-manager keeps beside
// them (pkg/controller/nodelifecycle/node_lifecycle_controller.go: labelReconcileInfo). Many manifests select by them.
func newNode(name string, gpus int, model string) *cluster.Node {
	node := &cluster.Node{GPUs: gpus}
	node.Name = name
	node.Labels = cluster.Labels{
		cluster.LabelHostname: name,
		"kubernetes.io/os":    "linux", "beta.kubernetes.io/os": "linux",
		"kubernetes.io/arch": "amd64", "beta.kubernetes.io/arch": "amd64",
	}
	if model != "" {
		node.Labels[cluster.LabelGPUModel] = model
	}
	return node
}

// buildTrace creates the nodes of a recorded list. It reads the list to its end even when the cut needs no more, so that
// a broken file is an error under every cut.
func (s *Scenario) buildTrace(field string, t *NodeTrace, paths Paths, create func(string, *cluster.Node) error) (err error) {
	file := paths.Trace(t.Path)
	rows, err := traces.OpenNodes(file, t.Format)
	if err != nil {
		return s.Errorf(field+".path", "%w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	cut := cutter{take: t.Take}
	for row, ok := rows.Next(); ok; row, ok = rows.Next() {
		if row.GPUs > cluster.MaxDevices {
			return s.Errorf(field+".path", "%s:%d: node %s has %d GPUs: over %d", file, row.Line, row.Name, row.GPUs, cluster.MaxDevices)
		}
		if !cut.keeps(row) {
			continue
		}
		if err = create(field, t.build(row)); err != nil {
			return err
		}
	}
	if rows.Err() != nil {
		return s.Errorf(field+".path", "%w", rows.Err())
	}
	return s.checkCut(field, file, cut)
}

func (t *NodeTrace) build(row traces.NodeRow) *cluster.Node {
	node := newNode(row.Name, row.GPUs, row.GPUModel)
	node.Capacity = cluster.Resources{MilliCPU: row.MilliCPU, Memory: row.MemoryBytes}
	node.Allocatable = node.Capacity
	node.AllocatablePods = t.Pods
	return node
}

// cutter decides row by row what a Take keeps.
type cutter struct {
	take  Take
	rows  int // seen
	nodes int // kept
	gpus  int // of the nodes kept
}

func (c *cutter) keeps(row traces.NodeRow) bool {
	number := c.rows
	c.rows++
	if c.take.Every > 0 && number%c.take.Every != 0 || c.full() {
		return false
	}
	c.nodes++
	c.gpus += row.GPUs
	return true
}

func (c *cutter) full() bool {
	return c.take.Nodes > 0 && c.nodes >= c.take.Nodes || c.take.GPUs > 0 && c.gpus >= c.take.GPUs
}

// checkCut reports a cut that asks for more than there is: the experiment would not be the one meant.
func (s *Scenario) checkCut(field, file string, c cutter) error {
	if (c.take.Nodes > 0 || c.take.GPUs > 0) && !c.full() {
		return s.Errorf(field+".take", "the file does not have so many: %d nodes with %d GPUs are all of it", c.nodes, c.gpus)
	}
	if c.nodes == 0 {
		return s.Errorf(field+".path", "no nodes in %s", file)
	}
	return nil
}

// checkFaults reports faults that no node answers to: a slip in a name must not make a run without faults.
func (s *Scenario) checkFaults(store *cluster.Store) error {
	for i, f := range s.Faults {
		matches := func(o cluster.Object) bool { return f.Nodes.Matches(o.(*cluster.Node)) }
		if f.Kind.OnNodes() && !slices.ContainsFunc(store.List(cluster.KindNode), matches) {
			return s.Errorf(fmt.Sprintf("faults[%d]", i), "no node of the cluster answers to it")
		}
	}
	return nil
}
