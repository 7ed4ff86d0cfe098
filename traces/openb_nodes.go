package traces

import (
	"io"
	"strings"
)

// The columns of a list of nodes.
const (
	openbNode = iota
	openbNodeCPU
	openbNodeMemory
	openbNodeGPUs
	openbNodeModel
)

var openbNodeColumns = []column{
	openbNode:       {name: "sn"},
	openbNodeCPU:    {name: "cpu_milli"},
	openbNodeMemory: {name: "memory_mib"},
	openbNodeGPUs:   {name: "gpu"},
	openbNodeModel:  {name: "model"},
}

type openbNodes struct {
	*table
	names *nameSet
}

func newOpenbNodes(src io.ReadCloser, name string, names *nameSet) (NodeReader, error) {
	t, err := newTable(src, name, openbNodeColumns)
	if err != nil {
		return nil, err
	}
	return &openbNodes{table: t, names: names}, nil
}

func (n *openbNodes) Next() (NodeRow, bool) {
	if !n.next() {
		return NodeRow{}, false
	}
	row := NodeRow{
		Name:        strings.Clone(n.identifier(openbNode)),
		MilliCPU:    n.integer(openbNodeCPU, maxMilliCPU),
		MemoryBytes: n.integer(openbNodeMemory, maxMiB) * mebibyte,
		GPUs:        int(n.integer(openbNodeGPUs, maxGPUs)),
		GPUModel:    n.model(),
		Line:        n.line,
	}
	switch {
	case row.GPUs > 0 && row.GPUModel == "":
		n.fail(openbNodeModel, "empty, but gpu is %d", row.GPUs)
	case row.GPUs == 0 && row.GPUModel != "":
		n.fail(openbNodeModel, "%s, but gpu is 0", row.GPUModel)
	}
	if n.err == nil {
		n.checkName(n.names, openbNode, row.Name)
	}
	if n.err != nil {
		return NodeRow{}, false
	}
	return row, true
}

func (n *openbNodes) model() string {
	if n.text(openbNodeModel) == "" {
		return ""
	}
	return strings.Clone(n.identifier(openbNodeModel))
}

func (n *openbNodes) Err() error   { return n.err }
func (n *openbNodes) Close() error { return n.src.Close() }
