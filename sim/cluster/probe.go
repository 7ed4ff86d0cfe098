package cluster

import "time"

// Probe is how the kubelet asks a container how it does. Whether the question is an HTTP request or a command plays no
// part: what counts is when it is asked, and how many answers make a verdict.
type Probe struct {
	InitialDelay     time.Duration
	Period           time.Duration // 0: 10 s
	Timeout          time.Duration // 0: 1 s
	SuccessThreshold int           // 0: 1
	FailureThreshold int           // 0: 3
	GracePeriod      time.Duration // of a container that the probe ends; 0: the pod's
}

// WithDefaults returns the probe as the API server completes it (pkg/apis/core/v1/defaults.go: SetDefaults_Probe, v1.36).
func (p Probe) WithDefaults() Probe {
	if p.Period == 0 {
		p.Period = 10 * time.Second
	}
	if p.Timeout == 0 {
		p.Timeout = time.Second
	}
	if p.SuccessThreshold == 0 {
		p.SuccessThreshold = 1
	}
	if p.FailureThreshold == 0 {
		p.FailureThreshold = 3
	}
	return p
}

// PullPolicy says when the kubelet gets an image anew.
type PullPolicy uint8

// The pull policies. An image that the node has costs nothing under any of them: asking the registry whether it is still
// the newest takes next to no time.
const (
	PullIfNotPresent PullPolicy = iota
	PullAlways
	PullNever
)

// ConfigRef names a ConfigMap or Secret of the pod's namespace that must exist.
type ConfigRef struct {
	Secret bool
	Name   string
}

// Exists tells whether the store holds the object.
func (r ConfigRef) Exists(s *Store, namespace string) bool {
	kind := KindConfigMap
	if r.Secret {
		kind = KindSecret
	}
	return s.Get(kind, NamespacedName{Namespace: namespace, Name: r.Name}) != nil
}

// Plain tells whether the spec says nothing of its containers but what they ask for: no init containers, probes, hooks,
// or objects that must exist.
func (s *PodSpec) Plain() bool { s.mustBeComplete(); return s.plain }

// NamesImages tells whether any container names an image.
func (s *PodSpec) NamesImages() bool { s.mustBeComplete(); return s.namesImages }

// plainly computes what Plain and NamesImages return.
func (s *PodSpec) plainly() {
	s.plain = len(s.InitContainers) == 0 && len(s.ConfigVolumes) == 0 && !s.anyContainer(Container.special)
	s.namesImages = s.anyContainer(func(c Container) bool { return c.Image != "" })
}

func (c Container) special() bool {
	return c.StartupProbe != nil || c.ReadinessProbe != nil || c.LivenessProbe != nil || c.PreStop != 0 || len(c.ConfigRefs) > 0
}
