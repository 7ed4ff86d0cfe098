package hpa

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// AnnotationRecommender names the recommender of a HorizontalPodAutoscaler; without it, it is Reactive.
const AnnotationRecommender = "wavetank.dev/recommender"

// Reactive is the name of the algorithm of kube-controller-manager: what the metrics ask for now.
const Reactive = "reactive"

// Recommender turns what the metrics ask for now into what is to be asked for. The autoscaler's bounds, stabilization and
// policies apply to what it returns as they do to kube-controller-manager's own recommendation. A recommender belongs to
// one autoscaler and may remember what it saw.
type Recommender interface {
	// Recommend is called once in every sync in which metrics are to be had, and returns a number of replicas from 0.
	Recommend(s *State) int
}

// State is what a recommender is shown. Nothing in it is to be changed or kept.
type State struct {
	Now        sim.Time
	Autoscaler *cluster.HorizontalPodAutoscaler
	Scale      cluster.Scale  // of the target
	Pods       []*cluster.Pod // of the target, in the order in which they were created
	Metrics    Metrics
	Reactive   int // what the metrics ask for
}

// Factory makes the recommender of one autoscaler from its annotations. An error is the annotations'.
type Factory func(annotations map[string]string) (Recommender, error)

// Recommenders are factories by name.
type Recommenders map[string]Factory

// AllRecommenders returns the recommenders that are here. A new one is a file beside this one and a line in this list.
func AllRecommenders() Recommenders {
	return Recommenders{
		Reactive: func(map[string]string) (Recommender, error) { return nil, nil },
		"linear": newLinear,
	}
}

// of makes the recommender that an object asks for; nil is the reactive one.
func (r Recommenders) of(h *cluster.HorizontalPodAutoscaler) (Recommender, error) {
	name := h.Annotations[AnnotationRecommender]
	if name == "" {
		return nil, nil
	}
	factory, ok := r[name]
	if !ok {
		return nil, fmt.Errorf("annotation %s: unknown recommender %q (known are %s)", AnnotationRecommender, name, strings.Join(slices.Sorted(maps.Keys(r)), ", "))
	}
	return factory(h.Annotations)
}

// Check returns the error of an object's annotations, if they ask for a recommender that is not there.
func (r Recommenders) Check(h *cluster.HorizontalPodAutoscaler) error {
	if _, err := r.of(h); err != nil {
		return fmt.Errorf("HorizontalPodAutoscaler %v: %w", h.NamespacedName, err)
	}
	return nil
}

// span reads an annotation that is a span of time above 0.
func span(annotations map[string]string, key string, usual time.Duration) (time.Duration, error) {
	text, stated := annotations[key]
	if !stated {
		return usual, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("annotation %s: %q is no span of time above 0, such as 60s", key, text)
	}
	return d, nil
}
