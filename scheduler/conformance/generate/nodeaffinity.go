package generate

import (
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (w *world) setNodeAffinity(pod *corev1.Pod) {
	if !w.chance(w.nodeAffinity) {
		return
	}
	if w.chance(0.25) {
		pod.Spec.NodeSelector = map[string]string{"disktype": pick(w.dice, "ssd", "hdd", "nvme")}
		if w.chance(0.3) {
			pod.Spec.NodeSelector[corev1.LabelArchStable] = "amd64"
		}
	}
	affinity := &corev1.NodeAffinity{}
	if w.chance(0.6) {
		affinity.RequiredDuringSchedulingIgnoredDuringExecution = &corev1.NodeSelector{NodeSelectorTerms: w.requiredTerms()}
	}
	if w.chance(0.7) {
		affinity.PreferredDuringSchedulingIgnoredDuringExecution = w.preferredTerms()
	}
	affinityOf(pod).NodeAffinity = affinity
}

func affinityOf(pod *corev1.Pod) *corev1.Affinity {
	if pod.Spec.Affinity == nil {
		pod.Spec.Affinity = &corev1.Affinity{}
	}
	return pod.Spec.Affinity
}

func (w *world) requiredTerms() []corev1.NodeSelectorTerm {
	var terms []corev1.NodeSelectorTerm
	for range w.between(1, 3) {
		term := corev1.NodeSelectorTerm{MatchExpressions: w.expressions()}
		if w.chance(0.15) {
			term.MatchFields = []corev1.NodeSelectorRequirement{w.nameField()}
		}
		if w.chance(0.2) && term.MatchFields != nil {
			term.MatchExpressions = nil
		}
		if w.chance(0.04) {
			term = corev1.NodeSelectorTerm{} // an empty term matches no node
		}
		if w.chance(0.05) { // two names at once: no node can have both
			term.MatchFields = []corev1.NodeSelectorRequirement{w.nameField(), w.nameField()}
		}
		terms = append(terms, term)
	}
	return terms
}

func (w *world) preferredTerms() []corev1.PreferredSchedulingTerm {
	var terms []corev1.PreferredSchedulingTerm
	for range w.between(1, 4) {
		term := corev1.NodeSelectorTerm{MatchExpressions: w.expressions()}
		if w.chance(0.1) {
			term.MatchFields = []corev1.NodeSelectorRequirement{w.nameField()}
		}
		terms = append(terms, corev1.PreferredSchedulingTerm{Weight: int32(w.between(1, 100)), Preference: term})
	}
	return terms
}

func (w *world) nameField() corev1.NodeSelectorRequirement {
	operator := pick(w.dice, corev1.NodeSelectorOpIn, corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn)
	name := pick(w.dice, w.nodes...).Name
	if w.chance(0.1) {
		name = "no-such-node"
	}
	return corev1.NodeSelectorRequirement{Key: metav1.ObjectNameField, Operator: operator, Values: []string{name}}
}

func (w *world) expressions() []corev1.NodeSelectorRequirement {
	var list []corev1.NodeSelectorRequirement
	for range w.between(1, 2) {
		list = append(list, w.expression())
	}
	return list
}

// nodeValues are the values that node labels have, and one that none has.
var nodeValues = map[string][]string{
	"disktype":             {"ssd", "hdd", "nvme", "tape"},
	"pool":                 {"a", "b", "c"},
	rackLabel:              {"r1", "r2", "r3", "r4", "r9"},
	corev1.LabelArchStable: {"amd64", "arm64"},
	"gen":                  {"1", "3", "5", "7"},
}

var nodeKeys = []string{"disktype", "pool", rackLabel, corev1.LabelArchStable, "gen", "gpu-model"}

func (w *world) expression() corev1.NodeSelectorRequirement {
	if w.chance(0.25) {
		operator := pick(w.dice, corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt)
		return corev1.NodeSelectorRequirement{Key: "gen", Operator: operator, Values: []string{strconv.Itoa(w.between(1, 9))}}
	}
	key := pick(w.dice, nodeKeys...)
	values := nodeValues[key]
	if len(values) == 0 || w.chance(0.25) {
		operator := pick(w.dice, corev1.NodeSelectorOpExists, corev1.NodeSelectorOpDoesNotExist)
		return corev1.NodeSelectorRequirement{Key: key, Operator: operator}
	}
	operator := pick(w.dice, corev1.NodeSelectorOpIn, corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn)
	return corev1.NodeSelectorRequirement{Key: key, Operator: operator, Values: some(w.dice, 3, values...)}
}

// setHostname asks for one node by the hostname label, which is what users do instead of spec.nodeName.
func (w *world) setHostname(pod *corev1.Pod) {
	if w.chance(w.nodeName) {
		pod.Spec.NodeSelector = map[string]string{corev1.LabelHostname: fmt.Sprintf("node-%02d", w.IntN(len(w.nodes)))}
	}
}
