package generate

import corev1 "k8s.io/api/core/v1"

var taintKeys = []string{"dedicated", "gpu", "node-role.kubernetes.io/control-plane", "maintenance", "spot"}

func (w *world) taintValue() string { return pick(w.dice, "", "true", "team-a", "team-b") }

func (w *world) tolerations() []corev1.Toleration {
	if !w.chance(w.toleration) {
		return nil
	}
	if w.chance(0.06) {
		return []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
	}
	var list []corev1.Toleration
	for _, key := range some(w.dice, 4, append(taintKeys, corev1.TaintNodeUnschedulable)...) {
		list = append(list, w.tolerationOf(key))
	}
	return list
}

func (w *world) tolerationOf(key string) corev1.Toleration {
	t := corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists}
	if w.chance(0.4) {
		t.Operator = pick(w.dice, corev1.TolerationOpEqual, "") // empty means Equal
		t.Value = w.taintValue()
	}
	t.Effect = pick(w.dice, "", corev1.TaintEffectNoSchedule, corev1.TaintEffectNoExecute, corev1.TaintEffectPreferNoSchedule)
	if t.Effect == corev1.TaintEffectNoExecute && w.chance(0.5) {
		t.TolerationSeconds = new(int64(300))
	}
	return t
}
