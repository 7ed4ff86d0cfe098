package app

import (
	"slices"
	"strconv"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/recording"
)

// completionIndex is the annotation of an Indexed Job's pods (k8s.io/api batch/v1 JobCompletionIndexAnnotation).
const completionIndex = "batch.kubernetes.io/job-completion-index"

// failingPods knows which pods of Jobs are to fail: by order of creation, or by completion index and try.
type failingPods struct {
	rules    []recording.FailPods
	ordinals map[cluster.UID]int    // of all pods of Jobs, from 1
	created  map[string]int         // pods so far, by job, or job and index
	tries    map[cluster.UID]int    // of a pod's index, from 1
	jobs     map[cluster.UID]string // the pods' Jobs
}

func newFailingPods(rules []recording.FailPods) *failingPods {
	return &failingPods{rules: rules, ordinals: map[cluster.UID]int{}, created: map[string]int{}, tries: map[cluster.UID]int{}, jobs: map[cluster.UID]string{}}
}

// observe counts the pods of Jobs as they are created.
func (f *failingPods) observe(c *cluster.Change) {
	_, p := c.Pods()
	if p == nil || c.Verb != cluster.Added || len(f.rules) == 0 {
		return
	}
	owner := p.ControllerRef()
	if owner == nil || owner.Kind != "Job" {
		return
	}
	f.jobs[p.UID] = owner.Name
	f.created[owner.Name]++
	f.ordinals[p.UID] = f.created[owner.Name]
	if index := p.Annotations[completionIndex]; index != "" {
		key := owner.Name + "/" + index
		f.created[key]++
		f.tries[p.UID] = f.created[key]
	}
}

func (f *failingPods) fails(p *cluster.Pod) bool {
	return slices.ContainsFunc(f.rules, func(r recording.FailPods) bool { return f.applies(r, p) })
}

func (f *failingPods) applies(r recording.FailPods, p *cluster.Pod) bool {
	if f.jobs[p.UID] != r.Job {
		return false
	}
	if r.Index == nil {
		return len(r.Ordinals) == 0 || slices.Contains(r.Ordinals, f.ordinals[p.UID])
	}
	return p.Annotations[completionIndex] == strconv.Itoa(*r.Index) && (len(r.Tries) == 0 || slices.Contains(r.Tries, f.tries[p.UID]))
}
