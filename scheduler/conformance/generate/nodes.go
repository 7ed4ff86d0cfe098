package generate

import (
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	zoneLabel   = corev1.LabelTopologyZone
	regionLabel = corev1.LabelTopologyRegion
	rackLabel   = "example.com/rack"
	gpu         = corev1.ResourceName("nvidia.com/gpu")
	dongle      = corev1.ResourceName("example.com/dongle")
	hugePages   = corev1.ResourceName("hugepages-2Mi")
	mebi        = int64(1) << 20
)

// topologyKeys are what pods spread over and keep together in.
var topologyKeys = []string{corev1.LabelHostname, zoneLabel, rackLabel, regionLabel}

// room is what is left of a node: cpu in milli-cores, memory in bytes.
type room struct{ cpuMilli, memBytes int64 }

type shape struct {
	name   string
	cpu    int64 // cores
	memGiB int64
}

var shapes = []shape{{"small", 2, 8}, {"medium", 4, 16}, {"large", 8, 32}, {"xlarge", 16, 64}, {"highmem", 8, 128}, {"odd", 3, 7}}

func (w *world) addNodes() {
	region := pick(w.dice, "eu-west-1", "us-east-1")
	zones := w.between(1, 4)
	for i := range w.between(w.minNodes, w.maxNodes) {
		name := fmt.Sprintf("%s-%02d", pick(w.dice, "node", "pool-a", "pool-b", "worker"), i)
		s := pick(w.dice, shapes...)
		node := &corev1.Node{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Node"},
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: w.nodeLabels(name, region, zones)},
		}
		node.Labels[corev1.LabelInstanceTypeStable] = s.name
		w.setCapacity(node, s)
		w.setTaints(node)
		w.setImages(node)
		w.nodes = append(w.nodes, node)
		w.room[name] = room{node.Status.Allocatable.Cpu().MilliValue(), node.Status.Allocatable.Memory().Value()}
	}
}

func (w *world) nodeLabels(name, region string, zones int) map[string]string {
	labels := map[string]string{
		corev1.LabelArchStable: pick(w.dice, "amd64", "amd64", "amd64", "arm64"),
		corev1.LabelOSStable:   "linux",
		"gen":                  strconv.Itoa(w.between(1, 9)),
	}
	if !w.chance(0.02) {
		labels[corev1.LabelHostname] = name
	}
	if !w.chance(0.08) {
		labels[zoneLabel] = region + string(rune('a'+w.IntN(zones)))
		labels[regionLabel] = region
	}
	if w.chance(0.7) {
		labels[rackLabel] = fmt.Sprintf("r%d", w.between(1, 4))
	}
	if w.chance(0.7) {
		labels["disktype"] = pick(w.dice, "ssd", "hdd", "nvme")
	}
	if w.chance(0.4) {
		labels["pool"] = pick(w.dice, "a", "b")
	}
	return labels
}

func (w *world) setCapacity(node *corev1.Node, s shape) {
	reservedCPU, reservedMiB := pick(w.dice, int64(0), 70, 80, 150), pick(w.dice, int64(0), 256, 512, 777)
	disk := w.between64(20, 300)
	node.Status.Capacity = corev1.ResourceList{
		corev1.ResourceCPU:              milli(s.cpu * 1000),
		corev1.ResourceMemory:           byteQuantity(s.memGiB << 30),
		corev1.ResourceEphemeralStorage: byteQuantity(disk << 30),
		corev1.ResourcePods:             *resource.NewQuantity(pick(w.dice, int64(110), 110, 110, 30, 10, 5), resource.DecimalSI),
	}
	w.setDevices(node)
	if w.chance(0.1) {
		return // allocatable defaults to capacity
	}
	node.Status.Allocatable = node.Status.Capacity.DeepCopy()
	node.Status.Allocatable[corev1.ResourceCPU] = milli(s.cpu*1000 - reservedCPU)
	node.Status.Allocatable[corev1.ResourceMemory] = byteQuantity(s.memGiB<<30 - reservedMiB*mebi)
}

func (w *world) setDevices(node *corev1.Node) {
	if w.chance(0.3) {
		node.Status.Capacity[gpu] = *resource.NewQuantity(w.between64(1, 8), resource.DecimalSI)
		node.Labels["gpu-model"] = pick(w.dice, "a100", "t4")
	}
	if w.chance(0.15) {
		node.Status.Capacity[dongle] = *resource.NewQuantity(w.between64(1, 4), resource.DecimalSI)
	}
	if w.chance(0.15) {
		node.Status.Capacity[hugePages] = byteQuantity(w.between64(32, 512) * 2 * mebi)
	}
}

func (w *world) setTaints(node *corev1.Node) {
	node.Spec.Unschedulable = w.chance(w.cordon)
	if node.Spec.Unschedulable && w.chance(0.7) {
		node.Spec.Taints = append(node.Spec.Taints, corev1.Taint{Key: corev1.TaintNodeUnschedulable, Effect: corev1.TaintEffectNoSchedule})
	}
	if !w.chance(w.taint) {
		return
	}
	for _, key := range some(w.dice, 3, taintKeys...) {
		effect := pick(w.dice, corev1.TaintEffectNoSchedule, corev1.TaintEffectNoExecute,
			corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectPreferNoSchedule)
		node.Spec.Taints = append(node.Spec.Taints, corev1.Taint{Key: key, Value: w.taintValue(), Effect: effect})
	}
}

func (w *world) setImages(node *corev1.Node) {
	if !w.chance(w.image) {
		return
	}
	for _, i := range some(w.dice, 5, images...) {
		node.Status.Images = append(node.Status.Images, corev1.ContainerImage{Names: i.stored, SizeBytes: i.size})
	}
}

func milli(m int64) resource.Quantity { return *resource.NewMilliQuantity(m, resource.DecimalSI) }

func byteQuantity(b int64) resource.Quantity { return *resource.NewQuantity(b, resource.BinarySI) }

// image is an image as pods ask for it, and as nodes report it. Sizes are the same on all nodes, because the scheduler
// takes the size from the node that it saw first.
type image struct {
	asked  string
	stored []string
	size   int64 // bytes
}

const digest = "@sha256:5f5b3d1b7d2d6c1f4c7a1d6be63b5d9d2e7c8a90b1c2d3e4f5061728394a5b6c"

var images = []image{
	{"registry.example.com/shop/api:2.0", []string{"registry.example.com/shop/api:2.0"}, 180 * mebi},
	{"registry.example.com/ml/train:cuda12", []string{"registry.example.com/ml/train:cuda12"}, 6200 * mebi},
	{"registry.example.com/ml/serve", []string{"registry.example.com/ml/serve:latest"}, 2100 * mebi},
	{"registry.example.com:5000/base/java", []string{"registry.example.com:5000/base/java:latest", "registry.example.com:5000/base/java:21"}, 640 * mebi},
	{"registry.example.com/library/postgres:16", []string{"registry.example.com/library/postgres:16"}, 430 * mebi},
	{"registry.example.com/batch/job" + digest, []string{"registry.example.com/batch/job" + digest}, 950 * mebi},
	{"images.example.com/tools/sidecar:v3", []string{"images.example.com/tools/sidecar:v3"}, 20 * mebi},
}
