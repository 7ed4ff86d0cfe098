package manifest

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// podLevel converts resources that are stated for the pod as a whole, and completes the requests among them: what
// containers request stands in for a missing request of cpu or memory, then the limit of the pod does
// (pkg/apis/core/v1/defaults.go: defaultPodRequests and defaultHugePagePodLimits, v1.36).
func podLevel(c *check, path string, o *corev1.PodSpec, s *cluster.PodSpec) {
	r := o.Resources
	if r == nil || len(r.Requests) == 0 && len(r.Limits) == 0 {
		return
	}
	withinLimits(c, path+".requests", r)
	stated := podLevelOnly(c, path+".requests", r.Requests)
	limits := podLevelOnly(c, path+".limits", r.Limits)
	defaultHugePages(s, stated, limits)
	if len(limits) > 0 {
		fromContainers(s, stated)
		for name, limit := range limits {
			setMissing(stated, name, limit)
		}
	}
	s.PodRequests = &cluster.Resources{}
	for _, name := range sortedKeys(stated) {
		s.PodRequests.Set(name, stated[name])
	}
	_, s.PodRequestsCPU = stated[cluster.CPU]
	_, s.PodRequestsMem = stated[cluster.Memory]
}

// podLevelOnly keeps what may be stated for a pod as a whole: cpu, memory and huge pages
// (component-helpers resource/helpers.go: IsSupportedPodLevelResource, v0.36).
func podLevelOnly(c *check, path string, list corev1.ResourceList) map[cluster.ResourceName]int64 {
	amounts := map[cluster.ResourceName]int64{}
	for _, name := range sortedKeys(list) {
		if name != corev1.ResourceCPU && name != corev1.ResourceMemory && !strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
			c.fail(under(path, string(name)), "only cpu, memory and huge pages can be stated for a pod as a whole")
			continue
		}
		amounts[cluster.ResourceName(name)] = c.amount(under(path, string(name)), name, list[name])
	}
	return amounts
}

// defaultHugePages takes a missing limit of huge pages from the limits of the containers.
func defaultHugePages(s *cluster.PodSpec, stated, limits map[cluster.ResourceName]int64) {
	total := aggregate(s, func(c cluster.Container) cluster.Resources { return c.Limits })
	for _, a := range total.Extended {
		_, requested := stated[a.Name]
		if !requested && strings.HasPrefix(string(a.Name), corev1.ResourceHugePagesPrefix) {
			setMissing(limits, a.Name, a.Value)
		}
	}
}

func fromContainers(s *cluster.PodSpec, stated map[cluster.ResourceName]int64) {
	total := aggregate(s, func(c cluster.Container) cluster.Resources { return c.Requests })
	var cpu, memory bool
	for _, list := range [][]cluster.Container{s.Containers, s.InitContainers} {
		for _, c := range list {
			cpu, memory = cpu || c.RequestsCPU, memory || c.RequestsMemory
		}
	}
	if cpu {
		setMissing(stated, cluster.CPU, total.MilliCPU)
	}
	if memory {
		setMissing(stated, cluster.Memory, total.Memory)
	}
}

// aggregate returns what containers, init containers and sidecars amount to together.
func aggregate(s *cluster.PodSpec, of func(cluster.Container) cluster.Resources) *cluster.Resources {
	bare := &cluster.PodSpec{}
	for _, c := range s.Containers {
		bare.Containers = append(bare.Containers, cluster.Container{Requests: of(c)})
	}
	for _, c := range s.InitContainers {
		bare.InitContainers = append(bare.InitContainers, cluster.Container{Requests: of(c), Sidecar: c.Sidecar})
	}
	return bare.Complete().Requests()
}

func setMissing(m map[cluster.ResourceName]int64, name cluster.ResourceName, value int64) {
	if _, stated := m[name]; !stated {
		m[name] = value
	}
}
