package app

import (
	"fmt"
	"strings"
	"time"

	"github.com/wavetank/wavetank/results/replay"
	"github.com/wavetank/wavetank/sim"
)

// watchFormat is a line of `wavetank run --watch`: as kubectl get events -w, with columns wide enough for most names.
const watchFormat = "%-13s %-12s %-40s %-13s %s\n"

// watcher returns who hears of events as they happen, nil where nobody is to.
func (p *program) watcher(f *runFlags) func(line []byte) {
	if !f.watch {
		return nil
	}
	fmt.Fprintf(p.out, watchFormat, "TIME", "NAMESPACE", "OBJECT", "EVENT", "DETAILS")
	return p.printEvent
}

// printEvent prints a line of events.jsonl for people.
func (p *program) printEvent(line []byte) {
	e, err := replay.Parse(strings.TrimSuffix(string(line), "\n"))
	if err != nil {
		panic(fmt.Sprintf("app: the recorder wrote an event that cannot be read: %v: %s", err, line))
	}
	text := fmt.Sprintf(watchFormat, shortTime(e.At), e.Name.Namespace, e.Object(), e.What, e.Details())
	fmt.Fprintln(p.out, strings.TrimRight(text, " \n"))
}

// shortTime prints an instant to a millisecond; events.jsonl has it to a nanosecond.
func shortTime(at sim.Time) string { return time.Duration(at).Round(time.Millisecond).String() }
