package plugins

import "github.com/wavetank/wavetank/scheduler/framework"

// InTree returns all plugins and policies of this package by name.
func InTree() framework.Registry {
	return framework.Registry{
		PrioritySort:                    newPrioritySort,
		SchedulingGates:                 newSchedulingGates,
		NodeUnschedulable:               newNodeUnschedulable,
		NodeName:                        newNodeName,
		TaintToleration:                 newTaintToleration,
		NodeAffinity:                    newNodeAffinity,
		NodePorts:                       newNodePorts,
		NodeResourcesFit:                newNodeResourcesFit,
		NodeResourcesBalancedAllocation: newNodeResourcesBalancedAllocation,
		ImageLocality:                   newImageLocality,
		DynamicResources:                newDynamicResources,
		DefaultBinder:                   newDefaultBinder,
		DefaultPreemption:               newDefaultPreemption,
		PodTopologySpread:               NewPodTopologySpread,
		InterPodAffinity:                NewInterPodAffinity,
		VolumeBinding:                   NewVolumeBinding,
		VolumeZone:                      NewVolumeZone,
		VolumeRestrictions:              NewVolumeRestrictions,
		NodeVolumeLimits:                NewNodeVolumeLimits,

		GPUShare: newGPUShare,
		Random:   newRandom,
		FirstFit: newFirstFit,
		BestFit:  newBestFit,
		WorstFit: newWorstFit,
	}
}
