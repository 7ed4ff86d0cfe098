// Command conformance compares a scheduler with the real kube-scheduler on random clusters and reports every
// difference, and how often each plugin mattered.
//
//	go run . -cases 500 -seed 1
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wavetank/wavetank/scheduler/conformance/generate"
	"github.com/wavetank/wavetank/scheduler/conformance/lockstep"
	"github.com/wavetank/wavetank/scheduler/conformance/oracle"
	"github.com/wavetank/wavetank/scheduler/conformance/ours"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// schedulers are what can be tested. The real one against itself shows that the reference is reproducible.
var schedulers = map[string]verdict.Opener{"ours": ours.Open, "real": oracle.Open}

var errDiffer = errors.New("the schedulers differ")

type options struct {
	cases, only int
	seed        uint64
	tested      string
	show        int  // differing cases to print in full
	shrink      bool // and to make small
}

func main() {
	var o options
	flag.IntVar(&o.cases, "cases", 500, "number of clusters")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the clusters: case i of a seed is always the same")
	flag.IntVar(&o.only, "case", -1, "run this case alone")
	flag.StringVar(&o.tested, "tested", "ours", "scheduler to test: "+strings.Join(slices.Sorted(maps.Keys(schedulers)), ", "))
	flag.IntVar(&o.show, "show", 20, "differing cases to print in full")
	flag.BoolVar(&o.shrink, "shrink", true, "take from a differing cluster, before it is written, what the difference does not need")
	flag.Parse()
	if err := run(o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(o options, out io.Writer) error {
	tested, ok := schedulers[o.tested]
	if !ok {
		return fmt.Errorf("no scheduler is named %q", o.tested)
	}
	first, last := 0, o.cases
	if o.only >= 0 {
		first, last = o.only, o.only+1
	}
	start, r := time.Now(), &report{out: out, show: o.show}
	if o.shrink {
		r.shrink = func(manifest []byte) []byte { return shrink(manifest, tested) }
	}
	for i := first; i < last; i++ {
		if err := compare(o.seed, i, tested, r); err != nil {
			return err
		}
	}
	if err := r.summary(last-first, time.Since(start)); err != nil {
		return err
	}
	if r.differing > 0 {
		return errDiffer
	}
	return nil
}

// compare runs one case on both schedulers.
func compare(seed uint64, index int, open verdict.Opener, r *report) error {
	c, err := generate.New(seed, index)
	if err != nil {
		return err
	}
	steps, err := decide(c.YAML, open)
	if err != nil {
		return fmt.Errorf("%s: %w", c, err)
	}
	return r.add(c, steps)
}

// decide lets both schedulers decide the pods of a manifest.
func decide(manifest []byte, open verdict.Opener) ([]lockstep.Step, error) {
	cluster, err := oracle.Load(manifest)
	if err != nil {
		return nil, err
	}
	reference, err := oracle.New(cluster)
	if err != nil {
		return nil, err
	}
	defer reference.Close()
	tested, err := open(manifest)
	if err != nil {
		return []lockstep.Step{{Differences: []string{"error: " + err.Error()}}}, nil
	}
	defer tested.Close()
	return lockstep.Run(cluster.Pending, reference, tested)
}
