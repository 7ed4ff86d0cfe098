package workloads

import (
	"errors"
	"io"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Submission is a pod and when it is submitted.
type Submission struct {
	At  sim.Time
	Pod *cluster.Pod // new: whoever takes the submission owns it
}

// Source hands out pods in the order of their submission.
type Source interface {
	// Next returns the next submission, or false at the end and after an error.
	Next() (Submission, bool)
	// Err returns the error that ended the source; nil at a regular end.
	Err() error
}

// The labels that sources give their pods.
const (
	LabelClass = "wavetank.dev/class" // the class of a synthetic pod
	LabelQoS   = "wavetank.dev/qos"   // the recorded class of service
)

// Merge is several sources as one, in the order of submission. Of pods submitted at the same instant those of the
// earlier source go first.
type Merge struct {
	sources []Source
	heads   []Submission // the next of each; without a pod: it has none left
	err     error
}

var _ Source = (*Merge)(nil)

// NewMerge returns the sources as one. They belong to it: Close closes those that can be closed.
func NewMerge(sources ...Source) *Merge {
	m := &Merge{sources: sources, heads: make([]Submission, len(sources))}
	for i := range sources {
		m.advance(i)
	}
	return m
}

func (m *Merge) advance(i int) {
	var ok bool
	if m.heads[i], ok = m.sources[i].Next(); ok {
		return
	}
	m.heads[i] = Submission{}
	if err := m.sources[i].Err(); err != nil && m.err == nil {
		m.err = err
	}
}

// Next returns the next submission. The first source that fails ends them all.
func (m *Merge) Next() (Submission, bool) {
	first := -1
	for i, head := range m.heads {
		if head.Pod != nil && (first < 0 || head.At < m.heads[first].At) {
			first = i
		}
	}
	if first < 0 || m.err != nil {
		return Submission{}, false
	}
	next := m.heads[first]
	m.advance(first)
	return next, true
}

// Err returns the error of the source that failed.
func (m *Merge) Err() error { return m.err }

// Close closes the sources' files.
func (m *Merge) Close() error {
	var errs []error
	for _, s := range m.sources {
		if c, ok := s.(io.Closer); ok {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}
