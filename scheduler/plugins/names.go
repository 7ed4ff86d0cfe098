package plugins

// The names of the plugins, as in kube-scheduler's configuration (plugins/names/names.go, v1.36).
const (
	PrioritySort                    = "PrioritySort"
	SchedulingGates                 = "SchedulingGates"
	NodeUnschedulable               = "NodeUnschedulable"
	NodeName                        = "NodeName"
	TaintToleration                 = "TaintToleration"
	NodeAffinity                    = "NodeAffinity"
	NodePorts                       = "NodePorts"
	NodeResourcesFit                = "NodeResourcesFit"
	NodeResourcesBalancedAllocation = "NodeResourcesBalancedAllocation"
	ImageLocality                   = "ImageLocality"
	DynamicResources                = "DynamicResources"
	DefaultBinder                   = "DefaultBinder"
	PodTopologySpread               = "PodTopologySpread"
	InterPodAffinity                = "InterPodAffinity"
	VolumeBinding                   = "VolumeBinding"
	VolumeZone                      = "VolumeZone"
	VolumeRestrictions              = "VolumeRestrictions"
	NodeVolumeLimits                = "NodeVolumeLimits"
)

// The names of our own plugins and policies.
const (
	GPUShare = "GPUShare"
	Random   = "Random"
	FirstFit = "FirstFit"
	BestFit  = "BestFit"
	WorstFit = "WorstFit"
)
