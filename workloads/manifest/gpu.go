package manifest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The names under which the openb trace and the simulators around it speak of GPUs that pods share (constants of
// open-gpu-share in the artefact of "Beware of Fragmentation", Weng et al., USENIX ATC 2023): resources and a label of
// nodes, annotations of pods.
const (
	gpuCount = "alibabacloud.com/gpu-count"      // devices
	gpuMilli = "alibabacloud.com/gpu-milli"      // nodes: thousandths over all devices; pods: of each device
	gpuModel = "alibabacloud.com/gpu-card-model" // pods: several, separated by |
	gpuIndex = "alibabacloud.com/gpu-index"      // of a placed pod: its devices, separated by -
)

// nodeGPUs moves the GPUs of a node from its extended resources to its devices.
func nodeGPUs(c *check, n *cluster.Node) {
	count := n.Allocatable.Get(gpuCount)
	if count == 0 {
		return
	}
	if count > cluster.MaxDevices {
		c.fail("status.allocatable", "%d GPUs on one node are more than %d", count, cluster.MaxDevices)
		return
	}
	milli := n.Allocatable.Get(gpuMilli)
	c.want(milli == 0 || milli == count*cluster.DeviceMilli, under("status.allocatable", gpuMilli),
		"%d does not go with %d GPUs of %d each", milli, count, cluster.DeviceMilli)
	n.GPUs = int(count)
	dropGPUs(&n.Allocatable)
	dropGPUs(&n.Capacity)
	if model := n.Labels[gpuModel]; model != "" {
		labels := maps.Clone(n.Labels)
		labels[cluster.LabelGPUModel] = model
		n.Labels = labels
	}
}

func dropGPUs(r *cluster.Resources) {
	var kept []cluster.Amount
	for _, a := range r.Extended {
		if a.Name != gpuCount && a.Name != gpuMilli {
			kept = append(kept, a)
		}
	}
	r.Extended = kept
}

// podGPUs reads what a pod's annotations ask of GPUs. Milli alone asks for one device.
func podGPUs(c *check, path string, annotations map[string]string, s *cluster.PodSpec) {
	count := annotatedInt(c, path, annotations, gpuCount, cluster.MaxDevices)
	milli := annotatedInt(c, path, annotations, gpuMilli, cluster.DeviceMilli)
	if count == 0 && milli == 0 {
		return
	}
	if count == 0 {
		count = 1
	}
	if milli == 0 {
		milli = cluster.DeviceMilli
	}
	c.want(count == 1 || milli == cluster.DeviceMilli, under(path, gpuMilli),
		"a pod of %d GPUs cannot share them", count)
	s.GPU = cluster.GPURequest{Devices: int(count), Milli: milli}
	if models := annotations[gpuModel]; models != "" {
		s.GPUModels = strings.Split(models, "|")
	}
}

// devicesHeld reads which devices of its node a pod has been given.
func devicesHeld(c *check, p *cluster.Pod) cluster.DeviceSet {
	var held cluster.DeviceSet
	if p.Spec.GPU.Devices == 0 {
		return held
	}
	for _, index := range strings.FieldsFunc(p.Annotations[gpuIndex], func(r rune) bool { return r == '-' }) {
		i, err := strconv.Atoi(index)
		if err != nil || i >= cluster.MaxDevices {
			c.fail(under("metadata.annotations", gpuIndex), "%q is no device of a node", index)
			return held
		}
		held |= 1 << i
	}
	return held
}

func annotatedInt(c *check, path string, annotations map[string]string, name string, most int64) int64 {
	value := annotations[name]
	if value == "" {
		return 0
	}
	i, err := strconv.ParseInt(value, 10, 64)
	if err != nil || i < 0 || i > most {
		c.fail(under(path, name), "%q is no whole number from 0 to %d", value, most)
		return 0
	}
	return i
}

// placeGPUs gives devices to the pods that hold a node and do not say which, in order, as their scheduler would have.
// A pod that does not fit any more keeps none.
func (r *reader) placeGPUs() {
	free := map[string][]int64{}
	for _, n := range r.set.Nodes {
		if n.GPUs > 0 {
			free[n.Name] = slices.Repeat([]int64{cluster.DeviceMilli}, n.GPUs)
		}
	}
	for _, p := range r.set.Pods {
		takeDevices(free[p.NodeName], p)
	}
	for _, p := range r.set.Pods {
		devices := free[p.NodeName]
		if p.GPUs != 0 || len(devices) == 0 || p.Terminal() {
			continue
		}
		if set, ok := cluster.PickDevices(devices, p.Spec.GPU); ok {
			p.GPUs = set
			takeDevices(devices, p)
		}
	}
}

func takeDevices(free []int64, p *cluster.Pod) {
	for i := range free {
		if p.GPUs&(1<<i) != 0 && !p.Terminal() {
			free[i] -= p.Spec.GPU.Milli
		}
	}
}
