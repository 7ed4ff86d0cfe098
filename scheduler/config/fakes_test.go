package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
)

// The plugins of the tests have extension points and no behaviour.
type (
	everywhere struct {
		framework.QueueSortPlugin
		framework.PreEnqueuePlugin
		framework.PreFilterPlugin
		framework.FilterPlugin
		framework.PostFilterPlugin
		framework.PreScorePlugin
		framework.ScorePlugin
		framework.ReservePlugin
		framework.PermitPlugin
		framework.PreBindPlugin
		framework.BindPlugin
		framework.PostBindPlugin
	}
	scorerOnly struct{ framework.ScorePlugin }
	preScorer  struct {
		framework.PreScorePlugin
		framework.ScorePlugin
	}
	filterOnly   struct{ framework.FilterPlugin }
	filterScorer struct {
		framework.FilterPlugin
		framework.ScorePlugin
	}
	binderOnly struct{ framework.BindPlugin }
	sorterOnly struct{ framework.QueueSortPlugin }
)

func (everywhere) Name() string   { return "everywhere" }
func (preScorer) Name() string    { return "preScorer" }
func (filterScorer) Name() string { return "filterScorer" }
func (scorerOnly) Name() string   { return "scorerOnly" }
func (filterOnly) Name() string   { return "filterOnly" }
func (binderOnly) Name() string   { return "binderOnly" }
func (sorterOnly) Name() string   { return "sorterOnly" }

// described is a policy that says what it prefers.
type described struct{ scorerOnly }

func (described) Description() string { return "prefers what it is told to prefer" }

func always(pl framework.Plugin) framework.Factory {
	return func(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
		return pl, args.Decode(&struct{}{})
	}
}

// fitArgs are the arguments of the test's NodeResourcesFit.
type fitArgs struct {
	Kind      string `json:"kind"`
	Resources []struct {
		Name   string `json:"name"`
		Weight int64  `json:"weight"`
	} `json:"resources"`
	Ignored bool               `json:"ignored"`
	Ratio   *float64           `json:"ratio"`
	Limits  map[string]int     `json:"limits"`
	Shape   [][]int            `json:"shape"`
	Nested  struct{ Deep int } `json:"nested"`
}

func newFit(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	var a fitArgs
	if err := args.Decode(&a); err != nil {
		return nil, fmt.Errorf("reading arguments: %w", err)
	}
	for i, r := range a.Resources {
		if r.Weight < 0 {
			return nil, fmt.Errorf("resources[%d].weight: %d is negative", i, r.Weight)
		}
	}
	return filterScorer{}, nil
}

func newNeedy(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	if args == nil {
		return nil, fmt.Errorf("needs arguments")
	}
	return scorerOnly{}, nil
}

func fakes() framework.Registry {
	return framework.Registry{
		"PrioritySort":     always(sorterOnly{}),
		"NodeName":         always(filterOnly{}),
		"TaintToleration":  always(filterScorer{}),
		"NodeAffinity":     always(filterScorer{}),
		"NodeResourcesFit": newFit,
		"GPUShare":         always(filterOnly{}),
		"ImageLocality":    always(scorerOnly{}),
		"Tightest":         always(preScorer{}),
		"Loosest":          always(described{}),
		"Needy":            newNeedy,
		"Everywhere":       always(everywhere{}),
		"OtherSort":        always(sorterOnly{}),
		"Binder":           always(binderOnly{}),
		"Gate":             always(filterOnly{}),
	}
}

// summary lists the plugins of a profile, one line for each extension point that has any.
func summary(pc *scheduler.ProfileConfig) string {
	var b strings.Builder
	for _, pt := range points {
		names := pt.get(pc)
		if pt.name == "score" {
			names = nil
			for _, w := range pc.Score {
				names = append(names, fmt.Sprintf("%s:%d", w.Name, w.Weight))
			}
		}
		if len(names) > 0 {
			fmt.Fprintf(&b, "%s %s\n", pt.name, strings.Join(names, " "))
		}
	}
	return b.String()
}

const head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"

// setsOf reads plugin sets written as "point: A B:2 -C" lines: enabled with weights, and disabled with a minus.
func setsOf(t testing.TB, text string) *plugins {
	t.Helper()
	var sets plugins
	for line := range strings.Lines(text) {
		point, list, found := strings.Cut(strings.TrimSpace(line), ":")
		if !found {
			continue
		}
		set := setNamed(t, &sets, point)
		for _, word := range strings.Fields(list) {
			addWord(t, set, word)
		}
	}
	return &sets
}

func setNamed(t testing.TB, sets *plugins, name string) *pluginSet {
	t.Helper()
	for _, pt := range configured {
		if pt.name == name {
			return pt.set(sets)
		}
	}
	t.Fatalf("no extension point %q", name)
	return nil
}

func addWord(t testing.TB, set *pluginSet, word string) {
	t.Helper()
	if name, off := strings.CutPrefix(word, "-"); off {
		set.Disabled = append(set.Disabled, plugin{Name: name})
		return
	}
	name, weight, weighted := strings.Cut(word, ":")
	p := plugin{Name: name}
	if weighted {
		p.Weight = new(int32)
		_, err := fmt.Sscan(weight, p.Weight)
		require.NoError(t, err)
	}
	set.Enabled = append(set.Enabled, p)
}
