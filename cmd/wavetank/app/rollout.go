package app

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wavetank/wavetank/results/replay"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// rolloutFlags are the flags of `wavetank rollout`.
type rolloutFlags struct {
	namespace string
	from, to  string
	svg       string
}

func (p *program) rolloutCommand() *cobra.Command {
	var f rolloutFlags
	cmd := &cobra.Command{
		Use:   "rollout RESULTS_DIR deployment/NAME",
		Short: "Draw a Deployment's old and new replicas, ready and available, over the time of a run",
		Long: `Rollout reads the events of a run (events.jsonl in the folder of its results) and draws what each ReplicaSet of a
Deployment had at each instant, by its status: replicas, ready ones and available ones. Each ReplicaSet has a letter, in
order of creation; where two coincide the later one is drawn.

The chart is from the first to the last event of the Deployment; --from and --to look at a part of it.`,
		Example: `  wavetank rollout out/web deployment/web
  wavetank rollout out/day deployment/api -n shop --from 2h --to 2h5m --svg api.svg`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error { return p.rollout(args[0], args[1], f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.namespace, "namespace", "n", "default", "`namespace` of the Deployment")
	flags.StringVar(&f.from, "from", "", "`instant` of simulated time at which the chart begins")
	flags.StringVar(&f.to, "to", "", "`instant` of simulated time at which the chart ends")
	flags.StringVar(&f.svg, "svg", "", "`file` to draw it to as SVG, too")
	return cmd
}

func (p *program) rollout(dir, object string, f rolloutFlags) error {
	kind, name, both := strings.Cut(object, "/")
	if view, err := viewNamed(kind); !both || name == "" || err != nil || view.kind != cluster.KindDeployment {
		return fmt.Errorf("rollout: %q is not a deployment/NAME", object)
	}
	h, err := replay.HistoryOf(dir, cluster.NamespacedName{Namespace: f.namespace, Name: name})
	if err != nil {
		return err
	}
	if err = f.window(h); err != nil {
		return err
	}
	if len(h.Revisions) == 0 {
		return fmt.Errorf("%s: deployment %v had no ReplicaSet in that time", dir, h.Name)
	}
	if f.svg != "" {
		if err = writeRolloutSVG(f.svg, h); err != nil {
			return &failure{err}
		}
	}
	rolloutChart(p.out, h)
	return nil
}

// window narrows a history to the part that the flags ask for, and drops the ReplicaSets that had no pods in it.
func (f *rolloutFlags) window(h *replay.History) error {
	var err error
	if h.From, err = parseAt("from", f.from, h.From); err != nil {
		return err
	}
	if h.To, err = parseAt("to", f.to, h.To); err != nil {
		return err
	}
	if h.To == h.From && f.to == "" {
		h.To = h.From.Add(time.Second)
	}
	if h.To <= h.From {
		return fmt.Errorf("--to: %v is not after %v, where the chart begins", h.To, h.From)
	}
	var kept []*replay.Revision
	for _, r := range h.Revisions {
		if hasPods(r, h.From, h.To) {
			kept = append(kept, r)
		}
	}
	h.Revisions = kept
	return nil
}

func hasPods(r *replay.Revision, from, to sim.Time) bool {
	if r.At(from) != (replay.Counts{}) {
		return true
	}
	for _, s := range r.Steps {
		if s.At > from && s.At <= to && s.Replicas > 0 {
			return true
		}
	}
	return false
}

// measures are the numbers of a ReplicaSet that are drawn, each in a panel of its own.
var measures = []struct {
	name string
	of   func(replay.Counts) int
}{
	{"replicas", func(c replay.Counts) int { return c.Replicas }},
	{"ready", func(c replay.Counts) int { return c.Ready }},
	{"available", func(c replay.Counts) int { return c.Available }},
}

// mostPods is the largest number in a chart, at least 1.
func mostPods(h *replay.History) int {
	most := 1
	for _, r := range h.Revisions {
		most = max(most, r.At(h.From).Replicas)
		for _, s := range r.Steps {
			if s.At > h.From && s.At <= h.To {
				most = max(most, s.Replicas)
			}
		}
	}
	return most
}
