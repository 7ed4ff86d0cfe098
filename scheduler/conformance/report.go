package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/wavetank/wavetank/scheduler/conformance/generate"
	"github.com/wavetank/wavetank/scheduler/conformance/lockstep"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// maxLines bounds the differences printed of one case: one wrong plugin on 90 nodes says the same 90 times.
const maxLines = 40

// report gathers the outcome of all cases.
type report struct {
	out       io.Writer
	show      int
	shrink    func(manifest []byte) []byte // nil: differing clusters are written as they are
	dir       string                       // where the clusters of differing cases are written; made on demand
	differing int
	coverage  verdict.Coverage
}

func (r *report) add(c generate.Case, steps []lockstep.Step) error {
	for _, s := range steps {
		if s.Reference.Filtered != nil { // the zero verdict: the tested scheduler could not read the cluster
			r.coverage.Add(s.Reference)
		}
		if len(s.Differences) > 0 {
			return r.differs(c, s)
		}
	}
	return nil
}

func (r *report) differs(c generate.Case, s lockstep.Step) error {
	r.differing++
	if r.differing > r.show {
		return nil
	}
	if r.shrink != nil {
		c.YAML = r.shrink(c.YAML)
	}
	path, err := r.write(c)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%s, pod %s: %d differences; cluster in %s\n", c, s.Pod, len(s.Differences), path)
	for _, line := range s.Differences[:min(maxLines, len(s.Differences))] {
		fmt.Fprintln(r.out, "  "+line)
	}
	return nil
}

func (r *report) write(c generate.Case) (path string, err error) {
	if r.dir == "" {
		if r.dir, err = os.MkdirTemp("", "conformance-"); err != nil {
			return "", err
		}
	}
	path = filepath.Join(r.dir, fmt.Sprintf("%d-%d-%s.yaml", c.Seed, c.Index, c.Kind))
	return path, os.WriteFile(path, c.YAML, 0o600)
}

func (r *report) summary(cases int, took time.Duration) error {
	_, err := fmt.Fprintf(r.out, "%d cases, %d differ (%.1f s)\n", cases, r.differing, took.Seconds())
	if err != nil {
		return err
	}
	return r.coverage.Write(r.out)
}
