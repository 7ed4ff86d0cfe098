package traces

import (
	"errors"
	"slices"
	"strings"
)

// NodeInfo sums up a list of recorded nodes, in one stable order.
type NodeInfo struct {
	Nodes    int `json:"nodes"`
	GPUNodes int `json:"gpuNodes"` // nodes with at least one GPU
	GPUs     int `json:"gpus"`
	// Capacity is the sum over all nodes.
	Capacity Demand `json:"capacity"`
	// Models are sorted by name. Nodes without GPUs are not among them.
	Models []ModelCount `json:"models"`
}

// ModelCount is how many nodes have a model of GPU, and how many devices they have together.
type ModelCount struct {
	Model string `json:"model"`
	Nodes int    `json:"nodes"`
	GPUs  int    `json:"gpus"`
}

// SummariseNodes reads nodes to their end and sums them up; it does not close the reader. It fails when reading fails,
// and when the sum of the capacities exceeds an int64.
func SummariseNodes(nodes NodeReader) (NodeInfo, error) {
	info := NodeInfo{}
	models := map[string]ModelCount{}
	for row, ok := nodes.Next(); ok; row, ok = nodes.Next() {
		capacity := Demand{MilliCPU: row.MilliCPU, MemoryBytes: row.MemoryBytes, GPUMilli: int64(row.GPUs) * maxGPUMilli}
		if info.Capacity.overflows(capacity) {
			return NodeInfo{}, errors.New("the sum of the capacities is too large")
		}
		info.Capacity.add(capacity, 1)
		info.Nodes++
		info.GPUs += row.GPUs
		if row.GPUs > 0 {
			info.GPUNodes++
			m := models[row.GPUModel]
			models[row.GPUModel] = ModelCount{row.GPUModel, m.Nodes + 1, m.GPUs + row.GPUs}
		}
	}
	if nodes.Err() != nil {
		return NodeInfo{}, nodes.Err()
	}
	info.Models = sortedModels(models)
	return info, nil
}

func sortedModels(of map[string]ModelCount) []ModelCount {
	list := make([]ModelCount, 0, len(of))
	for _, m := range of {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b ModelCount) int { return strings.Compare(a.Model, b.Model) })
	return list
}
