package app

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wavetank/wavetank/results/replay"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/workloads"
)

// getFlags are the flags of `wavetank get`.
type getFlags struct {
	at        string
	namespace string
	all       bool // namespaces
	format    string
}

func (p *program) getCommand() *cobra.Command {
	var f getFlags
	cmd := &cobra.Command{
		Use:   "get pods|nodes|deployments|replicasets|statefulsets|daemonsets|jobs|hpa|pdb|events RESULTS_DIR",
		Short: "Print the state of a run at an instant, as kubectl get would have",
		Long: `Get reads the events of a run (events.jsonl in the folder of its results) and prints what was there at an instant:
what kubectl get would have printed then. What events do not tell is not printed: the restarts of a pod's containers, and
the age of what was there before the first event; an autoscaler's metrics are those of its last event.

The kinds have kubectl's short names: po, no, deploy, rs, sts, ds, hpa, pdb, ev.`,
		Example: `  wavetank get pods out/web --at 35s
  wavetank get deploy out/web -n shop -o json
  wavetank get events out/web -A -o csv`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("output", f.format, "table", "json", "csv"); err != nil {
				return err
			}
			return p.get(args[0], args[1], f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.at, "at", "", "`instant` of simulated time (35s, 1d2h); default the last event")
	flags.StringVarP(&f.namespace, "namespace", "n", "default", "`namespace` to look at")
	flags.BoolVarP(&f.all, "all-namespaces", "A", false, "look at all namespaces")
	flags.StringVarP(&f.format, "output", "o", "table", "`format` to print: table, json or csv")
	return cmd
}

func (p *program) get(what, dir string, f getFlags) error {
	at, err := parseAt("at", f.at, sim.Never)
	if err != nil {
		return err
	}
	view, err := viewNamed(what)
	if err != nil {
		return err
	}
	var l listing
	if view.kind == 0 {
		l, err = listEvents(dir, at, f)
	} else {
		l, err = listObjects(dir, at, view, f)
	}
	if err != nil {
		return err
	}
	if len(l.rows) == 0 && f.format == "table" {
		fmt.Fprintln(p.errOut, nothingFound(view, f))
		return nil
	}
	return l.print(p.out, f.format)
}

// parseAt reads a flag that is an instant.
func parseAt(flag, text string, otherwise sim.Time) (sim.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	d, err := workloads.ParseDuration(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("%v is before the run", d)
	}
	if err != nil {
		return 0, fmt.Errorf("--%s: %w", flag, err)
	}
	return sim.Time(d), nil
}

// nothingFound says it in kubectl's words.
func nothingFound(v *kindView, f getFlags) string {
	if f.all || v.clusterWide {
		return "No resources found"
	}
	return fmt.Sprintf("No resources found in %s namespace.", f.namespace)
}

// wants tells whether a namespace is asked for.
func (f *getFlags) wants(namespace string) bool {
	return f.all || namespace == "" || namespace == f.namespace
}

func listObjects(dir string, at sim.Time, view *kindView, f getFlags) (listing, error) {
	state, err := replay.At(dir, at)
	if err != nil {
		return listing{}, err
	}
	spaces := !view.clusterWide && (f.all || f.format != "table")
	l := listing{columns: append(namespaceColumn(spaces), view.columns...)}
	pods := state.PodsOn()
	for _, o := range state.List(view.kind) {
		if !f.wants(o.Name.Namespace) {
			continue
		}
		var row []cell
		if spaces {
			row = append(row, words(o.Name.Namespace))
		}
		row = append(row, words(o.Name.Name))
		l.rows = append(l.rows, append(append(row, view.cells(o, pods[o.Name.Name])...), ageOf(o, state.At)))
	}
	return l, nil
}

func namespaceColumn(wanted bool) []string {
	if wanted {
		return []string{"NAMESPACE"}
	}
	return nil
}

// ageOf is how long ago an object was created.
func ageOf(o *replay.Object, at sim.Time) cell {
	if o.Created == sim.Never {
		return cell{human: "<unknown>", exact: "", number: true}
	}
	return span(at.Sub(o.Created))
}

// viewNamed finds a kind by one of its names.
func viewNamed(name string) (*kindView, error) {
	var all []string
	for i := range kindViews {
		v := &kindViews[i]
		if slices.Contains(v.names, strings.ToLower(name)) {
			return v, nil
		}
		all = append(all, v.names[0])
	}
	return nil, fmt.Errorf("get: %q is none of %s", name, strings.Join(all, ", "))
}

// listEvents lists what happened until an instant.
func listEvents(dir string, at sim.Time, f getFlags) (listing, error) {
	l := listing{columns: eventColumns}
	for e, err := range replay.Read(dir) {
		if err != nil {
			return l, err
		}
		if e.At > at {
			break
		}
		if f.wants(e.Name.Namespace) {
			l.rows = append(l.rows, eventCells(e))
		}
	}
	return l, nil
}

var eventColumns = []string{"TIME", "NAMESPACE", "OBJECT", "EVENT", "DETAILS"}

func eventCells(e *replay.Event) []cell {
	return []cell{span(time.Duration(e.At)).as(shortTime(e.At)), words(e.Name.Namespace), words(e.Object()), words(e.What), words(e.Details())}
}
