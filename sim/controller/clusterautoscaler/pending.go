package clusterautoscaler

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// podsToHelp returns the pods that fit nowhere, not even on nodes that are on their way, the most important first
// (core/podlistprocessor; static_autoscaler.go: filterOutYoungPods).
func (s *scan) podsToHelp() []*cluster.Pod {
	pods := s.unschedulable()
	pods = append(pods, s.drained()...)
	slices.SortStableFunc(pods, func(a, b *cluster.Pod) int {
		return cmp.Or(cmp.Compare(b.Spec.Priority, a.Spec.Priority), cmp.Compare(a.UID, b.UID))
	})
	pods = s.place(pods, append(slices.Clone(s.names), s.upcoming...), false)
	return slices.DeleteFunc(pods, func(p *cluster.Pod) bool {
		old := p.CreatedAt.Add(s.delayOf(p))
		s.at(old)
		return old > s.now
	})
}

// unschedulable returns the waiting pods that are worth a node: not those that are expendable
// (filter_out_expendable.go), and not those of DaemonSets (filter_out_daemon_sets.go). One for which room is being made by
// preemption is thought to be there already.
func (s *scan) unschedulable() []*cluster.Pod {
	var pods []*cluster.Pod
	for _, w := range s.waiting {
		p := s.store.Pod(w.pod.NamespacedName)
		if p == nil || p.UID != w.pod.UID || p.Deleting || s.expendable(p) || isDaemonPod(p) {
			continue
		}
		pods = append(pods, p)
	}
	slices.SortFunc(pods, func(a, b *cluster.Pod) int { return cmp.Compare(a.UID, b.UID) })
	return slices.DeleteFunc(pods, func(p *cluster.Pod) bool {
		nominated := p.Status.NominatedNode != "" && s.cfg.Predictor.Node(p.Status.NominatedNode) != nil
		if nominated {
			s.cfg.Predictor.AddPod(p, p.Status.NominatedNode)
		}
		return nominated
	})
}

// drained returns the pods that nodes lose that are being drained: they will want a place too
// (currently_drained_nodes.go).
func (s *scan) drained() []*cluster.Pod {
	var pods []*cluster.Pod
	for _, name := range slices.Sorted(maps.Keys(s.deletions)) {
		info := s.cfg.Predictor.Node(name)
		if !s.deletions[name].drain || info == nil {
			continue
		}
		for _, p := range info.Pods {
			if !p.Deleting && p.ControllerRef() != nil && !isDaemonPod(p) && !s.expendable(p) {
				pods = append(pods, unplaced(p))
			}
		}
	}
	return pods
}

// unplaced returns the pod as it would be made anew.
func unplaced(p *cluster.Pod) *cluster.Pod {
	again := *p
	again.NodeName, again.GPUs = "", 0
	return &again
}

func (s *scan) expendable(p *cluster.Pod) bool {
	return p.Spec.Priority < s.cfg.ExpendablePriorityCutoff
}

func isDaemonPod(p *cluster.Pod) bool {
	owner := p.ControllerRef()
	return owner != nil && owner.Kind == cluster.KindDaemonSet.String()
}

// delayOf returns how old a pod has to be (filterOutYoungPods): its annotation can only make it wait longer.
func (s *scan) delayOf(p *cluster.Pod) time.Duration {
	if d, err := time.ParseDuration(p.Annotations[AnnotationScaleUpDelay]); err == nil {
		return max(d, s.cfg.NewPodScaleUpDelay)
	}
	return s.cfg.NewPodScaleUpDelay
}

// allNew tells whether all pods are so new that more of them are likely to come (static_autoscaler.go: allPodsAreNew).
func (s *scan) allNew(pods []*cluster.Pod) bool {
	oldest, oldestGPU, gpu := pods[0].CreatedAt, pods[0].CreatedAt, false
	for _, p := range pods {
		oldest = min(oldest, p.CreatedAt)
		if wantsGPU(p.Spec) {
			if !gpu {
				oldestGPU = p.CreatedAt
			}
			oldestGPU, gpu = min(oldestGPU, p.CreatedAt), true
		}
	}
	enough := oldest.Add(newPodBuffer)
	if gpu {
		enough = max(enough, oldestGPU.Add(newGPUPodBuffer))
	}
	s.at(enough)
	return enough > s.now
}

const gpuResource cluster.ResourceName = "nvidia.com/gpu"

func wantsGPU(spec *cluster.PodSpec) bool {
	return spec.GPU.Devices > 0 || spec.Requests().Get(gpuResource) > 0
}

// place thinks of pods as placed, each on a node where it fits, and returns those that fit nowhere. With all it gives up
// at the first of those (simulator/scheduling/hinting_simulator.go: TrySchedulePods). Pods that are like one that did not
// fit are not tried: nothing has become free since.
func (s *scan) place(pods []*cluster.Pod, nodes []string, all bool) []*cluster.Pod {
	var left []*cluster.Pod
	var hopeless similarPods
	for _, p := range pods {
		if hopeless.contains(p) || !s.placeOne(p, nodes) {
			left = append(left, p)
			hopeless.add(p)
			if all {
				return left
			}
		}
	}
	return left
}

func (s *scan) placeOne(p *cluster.Pod, nodes []string) bool {
	if h, known := s.hints[p.UID]; known && slices.Contains(nodes, h.node) && s.cfg.Predictor.FirstFit(p, []string{h.node}, 0) == 0 {
		s.hints.set(p.UID, h.node)
		s.cfg.Predictor.AddPod(p, h.node)
		return true
	}
	i := s.cfg.Predictor.FirstFit(p, nodes, s.last)
	if i < 0 {
		return false
	}
	s.last = (i + 1) % len(nodes)
	s.hints.set(p.UID, nodes[i])
	s.cfg.Predictor.AddPod(p, nodes[i])
	return true
}

// similarPods are pods of a controller that nothing sets apart (simulator/scheduling/similar_pods.go). Pods without a
// controller have no like.
type similarPods struct {
	of map[cluster.UID][]*cluster.Pod
}

func (s *similarPods) contains(p *cluster.Pod) bool {
	owner := p.ControllerRef()
	return owner != nil && slices.ContainsFunc(s.of[owner.UID], func(o *cluster.Pod) bool { return alike(o, p) })
}

func (s *similarPods) add(p *cluster.Pod) {
	owner := p.ControllerRef()
	if owner == nil || s.contains(p) || len(s.of[owner.UID]) >= maxGroupsOfOwner {
		return
	}
	if s.of == nil {
		s.of = map[cluster.UID][]*cluster.Pod{}
	}
	s.of[owner.UID] = append(s.of[owner.UID], p)
}

func alike(p, q *cluster.Pod) bool { return p.Spec == q.Spec && maps.Equal(p.Labels, q.Labels) }
