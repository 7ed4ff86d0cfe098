package replay

import (
	"fmt"
	"strings"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Counts is how many pods a ReplicaSet has, by its status.
type Counts struct{ Replicas, Ready, Available int }

// Step is the counts from an instant on, until the next step.
type Step struct {
	At sim.Time
	Counts
}

// Revision is the history of one ReplicaSet of a Deployment.
type Revision struct {
	Name  string
	Steps []Step // in order of time; before the first there is nothing
}

// At returns the counts at an instant: those of the last step that is not after it.
func (r *Revision) At(at sim.Time) Counts {
	var c Counts
	for i := range r.Steps {
		if r.Steps[i].At > at {
			break
		}
		c = r.Steps[i].Counts
	}
	return c
}

// History is what became of a Deployment's ReplicaSets.
type History struct {
	Name      cluster.NamespacedName // of the Deployment
	From, To  sim.Time               // of the first and the last event of the Deployment or its ReplicaSets
	Revisions []*Revision            // in order of their first event

	heard bool
}

// HistoryOf reads the history of a Deployment from a folder of results. A ReplicaSet is known as the Deployment's by its
// name, the Deployment's with a hash behind it (upstream pkg/controller/deployment/sync.go, v1.36.3: getNewReplicaSet).
func HistoryOf(dir string, name cluster.NamespacedName) (*History, error) {
	h := &History{Name: name}
	for e, err := range Read(dir) {
		if err != nil {
			return nil, err
		}
		h.Apply(e)
	}
	if !h.heard {
		return nil, fmt.Errorf("%s: the run has no deployment %v", dir, name)
	}
	return h, nil
}

// Apply takes in the next event.
func (h *History) Apply(e *Event) {
	if e.Name.Namespace != h.Name.Namespace {
		return
	}
	switch {
	case e.Kind == cluster.KindDeployment && e.Name == h.Name:
		h.happened(e.At)
	case e.Kind == cluster.KindReplicaSet && h.owns(e.Name.Name):
		h.happened(e.At)
		h.revision(e)
	}
}

// owns tells whether a ReplicaSet has the Deployment's name; a hash has no hyphen.
func (h *History) owns(replicaSet string) bool {
	i := strings.LastIndexByte(replicaSet, '-')
	return i > 0 && replicaSet[:i] == h.Name.Name
}

func (h *History) happened(at sim.Time) {
	if !h.heard {
		h.From, h.heard = at, true
	}
	h.To = at
}

func (h *History) revision(e *Event) {
	r := h.named(e.Name.Name)
	switch e.What {
	case "status":
		r.step(Step{e.At, Counts{e.Number("replicas"), e.Number("ready"), e.Number("available")}})
	case "created", "deleted":
		r.step(Step{At: e.At})
	}
}

func (h *History) named(name string) *Revision {
	for _, r := range h.Revisions {
		if r.Name == name {
			return r
		}
	}
	r := &Revision{Name: name}
	h.Revisions = append(h.Revisions, r)
	return r
}

// step adds a step; of several in one instant the last one holds.
func (r *Revision) step(s Step) {
	if n := len(r.Steps); n > 0 && r.Steps[n-1].At == s.At {
		r.Steps[n-1] = s
		return
	}
	r.Steps = append(r.Steps, s)
}
