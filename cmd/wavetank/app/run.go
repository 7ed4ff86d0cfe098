package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/workloads"
)

// runFlags are the flags of `wavetank run`.
type runFlags struct {
	dir      string
	seed     uint64
	until    string
	policy   string
	settings []string
	traces   string
	format   string
	check    bool
	strict   bool
	watch    bool
}

func (p *program) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "Simulate a scenario and print what it comes to",
		Long: `Run simulates a scenario file (workloads/README.md lists its keys) and prints a table of results.
With -o it also writes them to a folder: pods.csv, summary.json, events.jsonl, timeseries.csv, manifest.yaml,
wallclock.json and decisions.log.zst, which wavetank explain reads (results/README.md defines every figure).
With --watch it first prints the events of the run, while it runs, as kubectl get events -w would.

Ctrl-C ends the run: what was measured until then is printed and written, and marked as partial. A second one ends the
program at once.`,
		Example: `  wavetank run workloads/scenarios/quickstart.yaml
  wavetank run workloads/scenarios/openb.yaml --traces ~/traces --policy bestfit -o out/bestfit
  wavetank run workloads/scenarios/quickstart.yaml --set 'workload[0].synthetic.count=500' --seed 7`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.run(args[0], f, cmd.Flags().Changed("seed"))
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.dir, "output", "o", "", "`folder` for the results; none are written without it")
	flags.Uint64Var(&f.seed, "seed", 0, "seed of all randomness, a `number`, in place of the scenario's")
	flags.StringVar(&f.until, "until", "", "`duration` of simulated time (10m, 7d) after which the run ends, in place of the scenario's")
	flags.StringVar(&f.policy, "policy", "", "`name` of the scheduling policy, in place of the scenario's scheduler; wavetank policies lists them")
	flags.StringArrayVar(&f.settings, "set", nil, "replace a value of the scenario; `key=value` is such as workload[0].trace.timeScale=2; can be repeated")
	flags.StringVar(&f.traces, "traces", tracesDir(), "`folder` that trace paths are relative to; $WAVETANK_TRACES sets another default")
	flags.StringVar(&f.format, "format", "table", "`format` to print: table, json or csv")
	flags.BoolVar(&f.watch, "watch", false, "print events as they happen, one on a line, before the results")
	flags.BoolVar(&f.strict, "strict", false, "refuse manifests with anything that is not modelled, in place of a warning")
	flags.BoolVar(&f.check, "check", false, "check the cluster's invariants after every change, and fully at the end")
	return cmd
}

// tracesDir is the default folder of traces: $WAVETANK_TRACES, or the project's own.
func tracesDir() string {
	if dir := os.Getenv("WAVETANK_TRACES"); dir != "" {
		return dir
	}
	return "traces/data"
}

func (p *program) run(path string, f runFlags, seedGiven bool) error {
	if err := oneOf("format", f.format, "table", "json", "csv"); err != nil {
		return err
	}
	if f.watch && f.format != "table" {
		return fmt.Errorf("--watch: lines of events and --format %s do not go together", f.format)
	}
	ctx, release := interruptible()
	defer release()
	scenario, err := f.load(path, seedGiven)
	if err != nil {
		return err
	}
	if f.dir != "" {
		defer removeIfEmpty(f.dir, missing(f.dir))
		if err = results.OpenDir(f.dir); err != nil {
			return err
		}
	}
	s, err := p.newSimulation(scenario, &f)
	if err != nil {
		return err
	}
	defer s.close()
	for _, w := range s.warnings {
		fmt.Fprintln(p.errOut, "warning:", w)
	}
	if p.interrupted = ctx.Err() != nil; p.interrupted {
		fmt.Fprintln(p.errOut, "wavetank: interrupted before the run began: there are no results")
		return nil
	}
	took, runErr := p.drive(ctx, s, f.watch)
	for _, w := range s.failures() {
		fmt.Fprintln(p.errOut, "warning:", w)
	}
	outcome, err := s.finish(took, runErr)
	if err != nil {
		return err
	}
	return outcome.render(p.out, f.format)
}

// interruptible returns a context that the first interrupt ends. The second one finds the default handling and ends the
// program, should the first take too long.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, release)
	return ctx, release
}

// load reads the scenario and applies what the flags replace. What --set names has the last word: it is the most exact.
func (f *runFlags) load(path string, seedGiven bool) (*workloads.Scenario, error) {
	var settings []string
	if seedGiven {
		settings = append(settings, "seed="+strconv.FormatUint(f.seed, 10))
	}
	if f.until != "" {
		settings = append(settings, "until="+f.until)
	}
	if f.policy != "" {
		settings = append(settings, "scheduler={policy: "+strconv.Quote(f.policy)+"}")
	}
	return workloads.Load(path, append(settings, f.settings...)...)
}

// cutsShort tells whether the command line says until when the run lasts, and not the scenario.
func (f *runFlags) cutsShort() bool {
	return f.until != "" || slices.ContainsFunc(f.settings, func(s string) bool { return strings.HasPrefix(s, "until=") })
}

// drive runs the simulation until its end or an interrupt, and returns the wall time it took. Where events are printed no
// bar shows the progress.
func (p *program) drive(ctx context.Context, s *simulation, watched bool) (time.Duration, error) {
	heard := context.AfterFunc(ctx, s.engine.Stop)
	defer heard()
	bar := &progress{}
	if !watched {
		bar = newProgress(p.errOut, s)
	}
	start := time.Now()
	err := s.engine.Run(s.until)
	took := time.Since(start)
	bar.finish()
	p.interrupted = errors.Is(err, sim.ErrStopped)
	return took, err
}

// outcome is what a run leaves to be printed.
type outcome struct {
	summary *results.Summary
	wall    *results.Wallclock
}

func (o *outcome) render(w io.Writer, format string) error {
	switch format {
	case "json":
		return o.summary.WriteJSON(w)
	case "csv":
		return o.summary.CSV(w)
	}
	return o.summary.Table(w, o.wall)
}

// missing reports whether nothing has this path.
func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// removeIfEmpty takes back a folder that was made for results that did not come to be.
func removeIfEmpty(dir string, made bool) {
	if made {
		_ = os.Remove(dir) // fails where the folder holds anything
	}
}
