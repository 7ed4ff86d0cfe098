package generate

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// priority is a PriorityClass; the empty name stands for none.
type priority struct {
	name  string
	value int32
}

// priorities ascend; running pods have one of the first five, preemptors one of the last.
var priorities = []priority{
	{"prio-minus-5", -5}, {"", 0}, {"", 0}, {"prio-10", 10}, {"prio-100", 100},
	{"prio-1000", 1000}, {"prio-100000", 100000}, {"system-cluster-critical", 2000000000},
}

func (w *world) addPriorityClasses() {
	for _, p := range priorities {
		if p.name == "" || p.name == "system-cluster-critical" {
			continue
		}
		w.others = append(w.others, &schedulingv1.PriorityClass{
			TypeMeta:   metav1.TypeMeta{APIVersion: "scheduling.k8s.io/v1", Kind: "PriorityClass"},
			ObjectMeta: metav1.ObjectMeta{Name: p.name}, Value: p.value,
		})
	}
}

func (w *world) setPriority(pod *corev1.Pod, p priority) {
	pod.Spec.Priority, pod.Spec.PriorityClassName = new(p.value), p.name
}

// addBudgets adds disruption budgets, most of them used up.
func (w *world) addBudgets() {
	if !w.chance(w.budget) {
		return
	}
	for i := range w.between(1, 4) {
		pdb := &policyv1.PodDisruptionBudget{
			TypeMeta:   metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"},
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("pdb-%d", i), Namespace: pick(w.dice, "default", "default", w.namespace())},
			Spec:       policyv1.PodDisruptionBudgetSpec{MinAvailable: new(intstr.FromInt32(1)), Selector: w.budgetSelector()},
		}
		pdb.Status.DisruptionsAllowed = pick(w.dice, int32(0), 0, 0, 1, 2)
		if w.chance(0.25) && len(w.pods) > 0 {
			pdb.Status.DisruptedPods = map[string]metav1.Time{pick(w.dice, w.pods...).Name: {Time: epoch.AddDate(0, 1, 0)}}
		}
		w.others = append(w.others, pdb)
	}
}

func (w *world) budgetSelector() *metav1.LabelSelector {
	switch {
	case w.chance(0.1):
		return &metav1.LabelSelector{} // every pod for the API, none for preemption
	case w.chance(0.3):
		return &metav1.LabelSelector{MatchLabels: map[string]string{"tier": pick(w.dice, "frontend", "backend")}}
	}
	return &metav1.LabelSelector{MatchLabels: map[string]string{"app": pick(w.dice, w.apps...)}}
}
