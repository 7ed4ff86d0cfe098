package cluster

import "maps"

// The labels by which a Job knows its pods (k8s.io/api batch/v1: JobNameLabel, v0.36). Upstream selects by the label
// controller-uid; UIDs are given here when the object is stored, so the name stands in for it: pods of an earlier Job of
// the name are told apart by their owner.
const (
	LabelJobName    = "batch.kubernetes.io/job-name"
	labelOldJobName = "job-name"
)

// SelectOwnPods gives a Job without a selector what the API server does: labels of its pods that name it, and a selector
// for them (pkg/registry/batch/job/strategy.go: generateSelector, v1.36). The Job must have its name and template.
func (j *Job) SelectOwnPods() {
	t := *j.Template
	t.Labels = maps.Clone(t.Labels)
	if t.Labels == nil {
		t.Labels = Labels{}
	}
	t.Labels[LabelJobName], t.Labels[labelOldJobName] = j.Name, j.Name
	j.Template = &t
	j.Selector = SelectLabels(Labels{LabelJobName: j.Name})
}
