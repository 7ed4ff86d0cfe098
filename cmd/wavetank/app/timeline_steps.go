package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
	"github.com/wavetank/wavetank/workloads/recording"
)

// schedule does at once what comes before the run, and the rest at its time.
func (t *timeline) schedule() error {
	t.recorder.Mute(true)
	defer t.recorder.Mute(false)
	for i := range t.rec.Steps {
		s := &t.rec.Steps[i]
		if s.At < 0 {
			if err := t.do(s); err != nil {
				return err
			}
			continue
		}
		t.engine.At(sim.Time(s.At), sim.PhaseArrive, &stepEvent{t, s})
	}
	return nil
}

// stepEvent is one action of the experiment.
type stepEvent struct {
	t *timeline
	s *recording.Step
}

// Fire implements sim.Event.
func (e *stepEvent) Fire(sim.Time) { e.t.engine.Fail(e.t.do(e.s)) }

// String names the event in the log.
func (e *stepEvent) String() string { return "step " + e.s.Name }

func (t *timeline) do(s *recording.Step) error {
	var err error
	switch s.Verb {
	case recording.Create:
		err = t.create(s)
	case recording.Patch:
		err = t.patch(s)
	default:
		err = t.remove(s)
	}
	if err != nil {
		return fmt.Errorf("input.yaml:%d: step %q: %w", s.Line, s.Name, err)
	}
	return nil
}

func (t *timeline) create(s *recording.Step) error {
	if err := t.remember(s.Manifests); err != nil {
		return err
	}
	set, err := t.read(bytes.NewReader(s.Manifests))
	if err != nil {
		return err
	}
	if s.At >= 0 {
		for _, n := range set.Nodes {
			t.join(n)
		}
	}
	return manifest.Load(set, t.store)
}

func (t *timeline) read(in io.Reader) (*manifest.Set, error) {
	var classes []*cluster.PriorityClass
	for _, o := range t.store.List(cluster.KindPriorityClass) {
		classes = append(classes, o.(*cluster.PriorityClass))
	}
	set, err := manifest.Options{Classes: classes}.Read("input.yaml", in)
	if err == nil {
		t.warnings = append(t.warnings, set.Warnings...)
	}
	return set, err
}

// remember keeps the documents of a step, for later patches.
func (t *timeline) remember(documents []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(documents))
	for {
		var doc map[string]any
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if metadata, ok := doc["metadata"].(map[string]any); ok {
			t.documents[fmt.Sprintf("%v/%v", doc["kind"], metadata["name"])] = doc
		}
	}
}

// patch merges a patch into the manifest that was last applied, and applies the result.
func (t *timeline) patch(s *recording.Step) error {
	target := s.Kind + "/" + s.Target
	document := t.documents[target]
	if document == nil {
		return fmt.Errorf("target: there is no %s", target)
	}
	var patch any
	if err := json.Unmarshal([]byte(s.Patch), &patch); err != nil {
		return fmt.Errorf("patch: %w", err)
	}
	merged := recording.Merge(document, patch)
	text, err := json.Marshal(merged)
	if err != nil {
		return fmt.Errorf("patch: %w", err)
	}
	set, err := t.read(bytes.NewReader(text))
	if err != nil {
		return err
	}
	t.documents[target] = merged
	for _, n := range set.Nodes {
		if err = t.patchNode(n, s.Patch); err != nil {
			return err
		}
	}
	for _, o := range set.Objects {
		if o.Kind().String() == s.Kind {
			if err = t.store.Apply(o, cluster.ReasonUpdated); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove deletes an object, and with it what it owns, each after its owner, as the garbage collector does.
func (t *timeline) remove(s *recording.Step) error {
	for kind := cluster.KindNode; ; kind++ {
		if strings.HasPrefix(kind.String(), "Kind(") {
			return fmt.Errorf("target: there is no %s/%s", s.Kind, s.Target)
		}
		if kind.String() != s.Kind {
			continue
		}
		for _, o := range t.store.List(kind) {
			if o.Meta().Name == s.Target {
				return t.removeTree(o)
			}
		}
	}
}

func (t *timeline) removeTree(o cluster.Object) error {
	owned := append([]cluster.Object{}, t.store.Owned(o.Meta().UID)...)
	var err error
	if o.Kind() == cluster.KindPod {
		err = t.store.Terminate(cluster.KeyOf(o), cluster.ReasonDeleted)
	} else {
		err = t.store.Delete(cluster.KeyOf(o), cluster.ReasonDeleted)
	}
	for _, child := range owned {
		err = errors.Join(err, t.removeTree(child))
	}
	return err
}
