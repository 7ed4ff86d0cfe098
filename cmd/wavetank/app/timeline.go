package app

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/workloads/recording"
)

func (p *program) timelineCommand() *cobra.Command {
	var dir, run, actions, format string
	cmd := &cobra.Command{
		Use:   "timeline RECORDING",
		Short: "Simulate a recorded experiment with a real control plane's latencies",
		Long: `Timeline reads what was done to a real control plane, and when (RECORDING/input.yaml and setup.yaml; never the
recorded timelines), and does the same to a simulated one: the controllers with the rate limits of
kube-controller-manager, the scheduler, and fake kubelets with fixed delays. events.jsonl in the output folder is the
simulated timeline, in the recording's vocabulary. Where the periodic loops of the control plane stood in a run, setup.yaml
may say (phases); otherwise it is drawn. input.yaml has the times of one run's actions. --actions takes those of another
from its timeline: the lines of kind Action, and no others.`,
		Example: "  wavetank timeline recordings/rolling -o out/rolling --run run1",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("format", format, "table", "json", "csv"); err != nil {
				return err
			}
			if dir == "" {
				return fmt.Errorf("--output: say which folder the timeline goes to")
			}
			return p.timeline(args[0], dir, run, actions, format)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&dir, "output", "o", "", "`folder` for the simulated timeline")
	flags.StringVar(&run, "run", "", "`run` whose phases and fraction of a second of the wall clock count; default the last")
	flags.StringVar(&actions, "actions", "", "`file` with the timeline whose actions' times count; default those of input.yaml")
	flags.StringVar(&format, "format", "table", "what to print: table, json or csv")
	return cmd
}

func (p *program) timeline(path, dir, run, actions, format string) error {
	rec, err := recording.Read(path)
	if err != nil {
		return err
	}
	if actions != "" {
		if err = rec.Retime(actions); err != nil {
			return err
		}
	}
	fraction, err := rec.WallFraction(run)
	if err != nil {
		return err
	}
	for _, w := range rec.NotSimulated() {
		p.warn(w)
	}
	t, err := newTimeline(rec, p.registry, dir, fraction, rec.Phases(run))
	if err != nil {
		return err
	}
	defer t.recorder.Discard()
	start := time.Now()
	if err = t.engine.Run(sim.Time(rec.End())); err != nil {
		return err
	}
	took := time.Since(start)
	for _, w := range t.warnings {
		p.warn(w)
	}
	summary, err := t.recorder.Close(t.engine.Now(), results.Ending{
		Stopped: true, Events: t.engine.Events(), EventLogHash: t.engine.Hash(), StoreHash: t.store.Hash(),
	})
	if err != nil {
		return &failure{err}
	}
	wall := results.NewWallclock(summary, took, peakMemory())
	if err = wall.Write(dir); err != nil {
		return &failure{err}
	}
	return (&outcome{summary: summary, wall: wall}).render(p.out, format)
}

func (p *program) warn(text string) { fmt.Fprintln(p.errOut, "warning:", text) }
