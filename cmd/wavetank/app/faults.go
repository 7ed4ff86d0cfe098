package app

import (
	"fmt"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
	"github.com/wavetank/wavetank/sim/kubelet"
	"github.com/wavetank/wavetank/workloads"
)

// The components that stand for several, those that are no controllers of kube-controller-manager, and the image registry,
// by the names under which they can be paused.
const (
	clusterAutoscalerName = "cluster-autoscaler"
	schedulerName         = "kube-scheduler"
	controllerManagerName = "kube-controller-manager"
	apiServerName         = "kube-apiserver"
	registryName          = "image registry" // with a blank: no scenario can name it
)

// pausable notes a component that faults can pause, by its own name and those that stand for it too. What cannot be paused
// is passed over.
func (s *simulation) pausable(component any, names ...string) {
	c, ok := component.(fault.Pausable)
	if !ok || len(s.scenario.Faults) == 0 {
		return
	}
	if s.components == nil {
		s.components = map[string][]fault.Pausable{}
	}
	for _, name := range names {
		s.components[name] = append(s.components[name], c)
	}
}

// scriptFaults has the scenario's faults happen. The nodes must be there.
func (s *simulation) scriptFaults(k *kubelet.Kubelet) error {
	if len(s.scenario.Faults) == 0 {
		return nil
	}
	s.pausable(k, apiServerName)
	s.pausable(k.Registry(), registryName)
	s.faults = fault.New(s.engine, s.store, fault.Config{
		Plain: s.apps == nil, Kubelet: k, Components: s.components, Report: s.recordFault,
	})
	for i := range s.scenario.Faults {
		f, field := &s.scenario.Faults[i], fmt.Sprintf("faults[%d]", i)
		if until := s.scenario.Until; !s.cut && until > 0 && f.At >= until {
			s.warnings = append(s.warnings, fmt.Sprintf("%s: never begins: at %v the run is over", field, until))
		}
		if err := s.addFault(f, field); err != nil {
			if f.Kind == workloads.Pause {
				field += ".pause"
			}
			return s.scenario.Errorf(field, "%w", err)
		}
	}
	return nil
}

// addFault adds one fault, whose draws are from streams named by its place in the scenario.
func (s *simulation) addFault(f *workloads.Fault, stream string) error {
	effect := s.effectOf(f, stream)
	if f.TimeBetween == nil {
		return s.faults.Add(fault.Fault{Name: f.Name, At: sim.Time(f.At), For: f.For, Effect: effect})
	}
	return s.faults.Start(fault.Process{
		Stream: stream, Name: f.Name, Effect: effect, Domain: domainOf(f), From: sim.Time(f.At),
		TimeBetween: f.TimeBetween, Repair: f.Repair,
	})
}

func domainOf(f *workloads.Fault) fault.Domain {
	switch f.Domain {
	case workloads.DomainRack:
		return fault.Racks(f.Nodes.RackLabel)
	case workloads.DomainZone:
		return fault.Zones()
	}
	return fault.Domain{}
}

func (s *simulation) effectOf(f *workloads.Fault, stream string) fault.Effect {
	switch f.Kind {
	case workloads.Partition:
		return &fault.Partition{Nodes: f.Nodes}
	case workloads.SlowNodes:
		return &fault.Slow{Nodes: f.Nodes, Factor: f.Factor}
	case workloads.Shutdown:
		flags := s.scenario.Flags
		return &fault.Shutdown{Nodes: f.Nodes, Grace: flags.ShutdownGracePeriod, Critical: flags.ShutdownGracePeriodCriticalPods}
	case workloads.Pause:
		return &fault.Pause{Component: f.Component}
	case workloads.RegistryOutage:
		return &fault.Pause{Component: registryName}
	case workloads.CrashPods, workloads.OOMPods:
		p := f.Pods
		return &fault.Crash{Pods: p, Container: p.Container, Code: p.ExitCode, OOM: f.Kind == workloads.OOMPods, Count: p.Pods,
			Share: p.Share, Stream: stream}
	case workloads.BadRollouts:
		r := f.Rollout
		return &fault.BadRollout{Deployment: r.Deployment, Image: r.Image, Crashes: r.Fails == workloads.FailsByCrash, After: r.After}
	}
	return &fault.PowerLoss{Nodes: f.Nodes}
}

// recordFault hands a fault to the recorder.
func (s *simulation) recordFault(e fault.Event) { s.recorder.OnFault(results.FaultEvent(e)) }

// faultWarnings says what could not go wrong as it was to, and what is still on.
func (s *simulation) faultWarnings() []string {
	if s.faults == nil {
		return nil
	}
	return append(s.faults.Notes(), stillOn(s.faults.StillOn())...)
}

// mostNamed is how many faults of a kind are named in warnings; of more there is one warning for all.
const mostNamed = 3

// stillOn says which faults were on when the run ended, kind by kind in the order in which the first of each began.
func stillOn(open []fault.Event) []string {
	var kinds, list []string
	of := map[string][]fault.Event{}
	for _, e := range open {
		if of[e.Kind] == nil {
			kinds = append(kinds, e.Kind)
		}
		of[e.Kind] = append(of[e.Kind], e)
	}
	for _, kind := range kinds {
		if n := len(of[kind]); n > mostNamed {
			first := of[kind][0]
			list = append(list, fmt.Sprintf("%s: %d were still on when the run ended, the first of %s, since %v", kind, n, first.Name, first.At))
			continue
		}
		for _, e := range of[kind] {
			list = append(list, fmt.Sprintf("%s of %s, since %v, was still on when the run ended", e.Kind, e.Name, e.At))
		}
	}
	return list
}

// modelRegistry has images pulled where the scenario takes their registry down.
func (s *simulation) modelRegistry(cfg *kubelet.Config) {
	for i := range s.scenario.Faults {
		if s.scenario.Faults[i].Kind == workloads.RegistryOutage && cfg.Images == nil {
			cfg.Images = &kubelet.Images{Size: s.imageSize, Bandwidth: imageBandwidth}
		}
	}
}

// broken returns the bad rollout that brought an image, nil if the image is well.
func (s *simulation) broken(image string) *fault.BadRollout {
	if s.faults == nil {
		return nil
	}
	return s.faults.Broken(image)
}

// runsBroken tells whether a container of a pod has an image that does not work.
func (s *simulation) runsBroken(pod *cluster.Pod) bool {
	for i := range pod.Spec.Containers {
		if s.broken(pod.Spec.Containers[i].Image) != nil {
			return true
		}
	}
	return false
}

// breakRun has a container with a broken image fail as its rollout says.
func (s *simulation) breakRun(b *kubelet.Behaviour, image string) {
	bad := s.broken(image)
	switch {
	case bad == nil:
	case bad.Crashes:
		b.RunTime, b.ExitCode = bad.After, workloads.DefaultCrashCode
	default:
		b.NeverReady = true
	}
}
