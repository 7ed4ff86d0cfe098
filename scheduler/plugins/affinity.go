package plugins

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// InterPodAffinityArgs are the arguments of InterPodAffinity (kubescheduler.config.k8s.io/v1).
type InterPodAffinityArgs struct {
	TypeMeta
	// HardPodAffinityWeight is what the required affinity of a running pod to the pod in hand adds to the score, 0..100;
	// 1 unless stated.
	HardPodAffinityWeight *int32 `json:"hardPodAffinityWeight,omitempty"`
	// IgnorePreferredTermsOfExistingPods leaves out the terms of running pods when scoring a pod without preferences.
	IgnorePreferredTermsOfExistingPods bool `json:"ignorePreferredTermsOfExistingPods,omitempty"`
}

// interPodAffinity keeps pods together or apart by topology domain, as kube-scheduler's InterPodAffinity does
// (pkg/scheduler/framework/plugins/interpodaffinity, v1.36): the required and preferred terms of the pod in hand about
// running pods, and those of running pods about it.
//
// Matches are counted by topology pair once, and then the counts follow the pods that come and go; upstream visits all
// pods in each cycle.
type interPodAffinity struct {
	hardWeight      int64
	ignorePreferred bool

	topologies topologies
	log        podLog
	counts     tallies[pairCounts]
	key        []byte
	view       *cluster.Snapshot // of the last cycle
	namespaces []cluster.Object  // as of the last cycle
	epoch      uint64            // moves with namespaces: counts by namespace label are then void
}

var (
	_ framework.PreFilterPlugin     = (*interPodAffinity)(nil)
	_ framework.PreFilterExtensions = (*interPodAffinity)(nil)
	_ framework.FilterPlugin        = (*interPodAffinity)(nil)
	_ framework.PreScorePlugin      = (*interPodAffinity)(nil)
	_ framework.ScorePlugin         = (*interPodAffinity)(nil)
	_ framework.ScoreNormalizer     = (*interPodAffinity)(nil)
	_ framework.EnqueueExtensions   = (*interPodAffinity)(nil)
)

// NewInterPodAffinity makes the plugin from InterPodAffinityArgs. It returns an error for arguments that kube-scheduler
// refuses.
func NewInterPodAffinity(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	a := InterPodAffinityArgs{}
	if err := args.Decode(&a); err != nil {
		return nil, fmt.Errorf("%s: %w", InterPodAffinity, err)
	}
	if err := a.check(InterPodAffinity); err != nil {
		return nil, err
	}
	weight := int32(1)
	if a.HardPodAffinityWeight != nil {
		weight = *a.HardPodAffinityWeight
	}
	if weight < 0 || weight > 100 {
		return nil, fmt.Errorf("%s: hardPodAffinityWeight: %d is not in the range [0, 100]", InterPodAffinity, weight)
	}
	return &interPodAffinity{
		hardWeight:      int64(weight),
		ignorePreferred: a.IgnorePreferredTermsOfExistingPods,
	}, nil
}

// Name returns "InterPodAffinity".
func (p *interPodAffinity) Name() string { return InterPodAffinity }

// begin takes note of the cluster at the start of an extension point that looks at all of it.
func (p *interPodAffinity) begin(view *cluster.Snapshot) {
	p.view = view
	p.topologies.tidy(view)
	p.log.sync(view)
	if list := view.List(cluster.KindNamespace); !slices.Equal(list, p.namespaces) {
		p.namespaces = slices.Clone(list)
		p.epoch++
	}
}

// ownTerm is a term of a pod about others.
type ownTerm struct {
	*cluster.PodAffinityTerm
	namespace string // of the pod
	labelsOf  func(namespace string) cluster.Labels
	weight    int64
}

// matches tells whether the term selects the other pod.
//
// A namespace selector also selects every namespace if it matches a namespace without labels, as "!key" does: upstream
// adds the selected namespaces to the term but does not take the selector off it (interpodaffinity/plugin.go:
// mergeAffinityTermNamespacesIfNotEmpty works on a copy, v1.36).
func (t *ownTerm) matches(other *cluster.Pod) bool {
	switch {
	case len(t.Namespaces) == 0 && t.NamespaceSelector == nil:
		return other.Namespace == t.namespace && t.Selector.Matches(other.Labels)
	case !t.Selector.Matches(other.Labels):
		return false
	}
	return slices.Contains(t.Namespaces, other.Namespace) || t.NamespaceSelector.Matches(nil) ||
		t.labelsOf != nil && t.NamespaceSelector != nil && t.NamespaceSelector.Matches(t.labelsOf(other.Namespace))
}

func ownTerms(pod *cluster.Pod, terms []cluster.PodAffinityTerm, labelsOf func(string) cluster.Labels) []ownTerm {
	own := make([]ownTerm, len(terms))
	for i := range terms {
		own[i] = ownTerm{PodAffinityTerm: &terms[i], namespace: pod.Namespace, labelsOf: labelsOf, weight: 1}
	}
	return own
}

// matchesAll tells whether the pod matches all the terms; no terms match nothing.
func matchesAll(terms []ownTerm, pod *cluster.Pod) bool {
	for i := range terms {
		if !terms[i].matches(pod) {
			return false
		}
	}
	return len(terms) > 0
}

var noAffinity cluster.Affinity

func affinityOf(pod *cluster.Pod) *cluster.Affinity {
	if pod.Spec.Affinity == nil {
		return &noAffinity
	}
	return pod.Spec.Affinity
}

// begun starts the key of a count with what all depend on.
func (p *interPodAffinity) begun(sort byte) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(append(p.key[:0], sort), p.epoch), p.topologies.epoch)
}

func appendTerms(key []byte, terms []ownTerm) []byte {
	key = binary.AppendUvarint(key, uint64(len(terms)))
	for i := range terms {
		t := &terms[i]
		key = binary.AppendVarint(appendString(key, t.namespace), t.weight)
		key = appendStrings(appendSelector(key, t.Selector), t.Namespaces)
		key = appendString(appendSelector(key, t.NamespaceSelector), t.TopologyKey)
	}
	return key
}

// appendAbout writes what running pods' terms see of the pod in hand.
func appendAbout(key []byte, pod *cluster.Pod) []byte {
	return appendLabels(appendString(key, pod.Namespace), pod.Labels)
}

// namespaceLabels returns the labels of the pod's namespace whatever it is asked: what terms of other pods need.
func namespaceLabels(pod *cluster.Pod, view *cluster.Snapshot) func(string) cluster.Labels {
	labels := view.NamespaceLabels(pod.Namespace)
	return func(string) cluster.Labels { return labels }
}
