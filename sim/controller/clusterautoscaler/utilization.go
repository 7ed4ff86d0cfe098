package clusterautoscaler

import (
	"github.com/wavetank/wavetank/sim/cluster"
)

// utilization is the larger of the shares of cpu and memory that the pods of a node ask for; on a node with GPUs it is the
// share of those alone (simulator/utilization/info.go: Calculate). The pods of DaemonSets count on neither side when they
// are to be ignored.
func utilization(info *cluster.NodeInfo, ignoreDaemons bool) float64 {
	if n := info.Node; n.GPUs > 0 {
		return gpuShare(info)
	} else if n.Allocatable.Get(gpuResource) > 0 {
		return share(info.Requested.Get(gpuResource), n.Allocatable.Get(gpuResource))
	}
	var daemons cluster.Resources
	if ignoreDaemons {
		for _, p := range info.Pods {
			if isDaemonPod(p) {
				daemons.Add(p.Spec.Requests())
			}
		}
	}
	of := func(name cluster.ResourceName) float64 {
		ignored := daemons.Get(name)
		return share(info.Requested.Get(name)-ignored, info.Node.Allocatable.Get(name)-ignored)
	}
	return max(of(cluster.CPU), of(cluster.Memory))
}

// gpuShare is the share of devices that can be shared which is taken.
func gpuShare(info *cluster.NodeInfo) float64 {
	var free int64
	for _, f := range info.FreeGPU {
		free += f
	}
	total := int64(info.Node.GPUs) * cluster.DeviceMilli
	return share(total-free, total)
}
