package cluster

// Requests that the scheduler assumes for a container that states none, when it compares nodes
// (pkg/scheduler/util/pod_resources.go, v1.36).
const (
	DefaultMilliCPU = 100
	DefaultMemory   = 200 * 1024 * 1024
)

// Complete computes what depends on the spec alone, and returns the spec.
//
// The effective request is the larger of (sum of containers and sidecars) and (each init container with the sidecars
// before it), replaced for cpu and memory by pod-level requests where they are stated, plus overhead
// (component-helpers resource/helpers.go: PodRequests, v0.36).
func (s *PodSpec) Complete() *PodSpec {
	s.requests = s.effective(Container.stated)
	withDefaults := s.effective(s.nonMissing)
	s.nonZeroCPU, s.nonZeroMem = withDefaults.MilliCPU, withDefaults.Memory
	s.containers = s.ofContainers(Container.orDefaults)
	s.containers.Add(&s.Overhead)
	if a := s.Affinity; a != nil {
		s.hasAffinity = len(a.RequiredPod)+len(a.PreferredPod)+len(a.RequiredPodAnti)+len(a.PreferredPodAnti) > 0
	}
	s.labelKeys = false
	s.EachLabelKeys(func(**Selector, []string, Operator) { s.labelKeys = true })
	s.plainly()
	s.completed = true
	return s
}

func (s *PodSpec) effective(of func(Container) Resources) Resources {
	total := s.ofContainers(of)
	s.applyPodLevel(&total)
	total.Add(&s.Overhead)
	return total
}

// ofContainers is what the containers need together.
func (s *PodSpec) ofContainers(of func(Container) Resources) Resources {
	var total, sidecars, largestInit Resources
	for _, c := range s.Containers {
		r := of(c)
		total.Add(&r)
	}
	for _, c := range s.InitContainers {
		r := of(c)
		if c.Sidecar {
			total.Add(&r)
			sidecars.Add(&r)
			r = sidecars.Clone()
		} else {
			r = r.Clone()
			r.Add(&sidecars)
		}
		largestInit.Max(&r)
	}
	total.Max(&largestInit)
	return total
}

func (s *PodSpec) applyPodLevel(total *Resources) {
	if s.PodRequests == nil {
		return
	}
	if s.PodRequestsCPU {
		total.MilliCPU = s.PodRequests.MilliCPU
	}
	if s.PodRequestsMem {
		total.Memory = s.PodRequests.Memory
	}
	for _, a := range s.PodRequests.Extended { // huge pages
		total.Set(a.Name, a.Value)
	}
}

func (c Container) stated() Resources { return c.Requests }

// orDefaults is the container's request with defaults where it states none, whatever the pod states.
func (c Container) orDefaults() Resources {
	r := c.Requests.Clone()
	if !c.RequestsCPU {
		r.MilliCPU = DefaultMilliCPU
	}
	if !c.RequestsMemory {
		r.Memory = DefaultMemory
	}
	return r
}

// nonMissing is the container's request with defaults where it states none. With pod-level requests the defaults stand
// in only for what neither a container nor the overhead states (pkg/scheduler/framework/types.go: getNonMissingContainerRequests, v1.36).
func (s *PodSpec) nonMissing(c Container) Resources {
	r := c.Requests.Clone()
	if !c.RequestsCPU && (s.PodRequests == nil || !s.PodRequestsCPU && s.Overhead.MilliCPU == 0 && !s.anyContainer(Container.statesCPU)) {
		r.MilliCPU = DefaultMilliCPU
	}
	if !c.RequestsMemory && (s.PodRequests == nil || !s.PodRequestsMem && s.Overhead.Memory == 0 && !s.anyContainer(Container.statesMemory)) {
		r.Memory = DefaultMemory
	}
	return r
}

func (c Container) statesCPU() bool    { return c.RequestsCPU }
func (c Container) statesMemory() bool { return c.RequestsMemory }

func (s *PodSpec) anyContainer(states func(Container) bool) bool {
	for _, c := range s.Containers {
		if states(c) {
			return true
		}
	}
	for _, c := range s.InitContainers {
		if states(c) {
			return true
		}
	}
	return false
}

// StatesRequest tells whether the container states a request; of cpu and memory, if only of 0.
func (c *Container) StatesRequest(r ResourceName) bool {
	switch r {
	case CPU:
		return c.RequestsCPU
	case Memory:
		return c.RequestsMemory
	}
	return c.Requests.Get(r) != 0
}
