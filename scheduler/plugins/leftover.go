package plugins

import "github.com/wavetank/wavetank/sim/cluster"

// The exchange rates at which the fit policies add unlike resources up: those of the servers of the openb trace, which
// have 4 GiB of memory and 1/12 of a GPU for each core (96 cores, 384 GiB, 8 GPUs: the most common model in
// openb_node_list_all_node.csv of Weng et al., USENIX ATC 2023).
const (
	bytesPerMilliCPU    = 4 << 30 / 1000
	milliCPUPerMilliGPU = 12
)

// leftover is what would be left of the node with the pod on it, as bytes of memory of equal worth:
//
//	free memory + 4 GiB for each free core + 12 * 4 GiB for each free GPU
//
// The sum of what is left over all kinds of resources is the measure of BestFit and WorstFit in the artefact of "Beware of
// Fragmentation" (Weng et al., USENIX ATC 2023); the rates here also count memory.
func leftover(spec *cluster.PodSpec, node *cluster.NodeInfo) int64 {
	asked, used, has := spec.Requests(), &node.Requested, &node.Node.Allocatable
	milliGPU := -spec.GPU.Total()
	for _, free := range node.FreeGPU {
		milliGPU += free
	}
	milliCPU := has.MilliCPU - used.MilliCPU - asked.MilliCPU
	return has.Memory - used.Memory - asked.Memory + bytesPerMilliCPU*(milliCPU+milliCPUPerMilliGPU*milliGPU)
}
