package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
)

// drawSets draws plugin sets of the fakes that can be resolved, mostly.
func drawSets(t *rapid.T) string {
	names := sortedKeys(fakes())
	names = slices.DeleteFunc(names, func(n string) bool { return n == "Needy" || n == "OtherSort" || n == "Everywhere" })
	var b strings.Builder
	for _, point := range []string{"multiPoint", "filter", "score", "preScore", "bind"} {
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 3, rapid.ID).Draw(t, point) {
			if pt := pointNamed(point); pt.has != nil && !pt.has(plain(name)) {
				continue
			}
			weight := rapid.IntRange(0, 5).Draw(t, "weight")
			fmt.Fprintf(&b, "%s: %s:%d\n", point, name, weight)
		}
		off := append([]string{all}, names...)
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(off), 0, 2, rapid.ID).Draw(t, "off") {
			fmt.Fprintf(&b, "%s: -%s\n", point, name)
		}
	}
	return b.String()
}

func pointNamed(name string) point {
	return configured[slices.IndexFunc(configured, func(pt point) bool { return pt.name == name })]
}

func plain(name string) framework.Plugin {
	pl, err := fakes()[name](nil, noProfile{})
	if err != nil {
		panic(err)
	}
	return pl
}

// The order is tested by tables; which plugins are there has a definition that needs no order: those enabled at the
// point, and those of multiPoint that have the point and are not disabled at it.
func TestExpandedPluginsAsSets(t *testing.T) {
	made := map[string]framework.Plugin{defaultBinder: builtInBinder{}}
	for _, name := range sortedKeys(fakes()) {
		if name != "Needy" {
			made[name] = plain(name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		sets := setsOfDrawn(t, drawSets(t))
		for _, pt := range points {
			explicit, err := pt.explicit(pt.set(sets), made)
			require.NoError(t, err)
			got, err := pt.withMultiPoint(explicit, pt.set(sets), &sets.MultiPoint, made)
			require.NoError(t, err)
			want := slices.Clone(explicit)
			for _, p := range sets.MultiPoint.Enabled {
				off := pt.set(sets).disables(all) || pt.set(sets).disables(p.Name)
				if !off && pt.has(made[p.Name]) && !slices.Contains(want, p.Name) {
					want = append(want, p.Name)
				}
			}
			slices.Sort(want)
			require.Equal(t, want, slices.Sorted(slices.Values(got)), pt.name)
		}
	})
}

func setsOfDrawn(t *rapid.T, text string) *plugins {
	var sets plugins
	for line := range strings.Lines(text) {
		name, word, _ := strings.Cut(strings.TrimSpace(line), ": ")
		set := pointNamed(name).set(&sets)
		if off, found := strings.CutPrefix(word, "-"); found {
			set.Disabled = append(set.Disabled, plugin{Name: off})
			continue
		}
		word, _, _ = strings.Cut(word, ":")
		set.Enabled = append(set.Enabled, plugin{Name: word})
	}
	return &sets
}

// Whatever resolves can be written down and read again, and the scheduler runs it.
func TestEffectiveConfigurationIsTheSame(t *testing.T) {
	resolved := 0
	rapid.Check(t, func(rt *rapid.T) {
		sets := drawSets(rt)
		c, err := defaultWith(*setsOf(t, sets), nil, fakes())
		if err != nil {
			require.Contains(rt, err.Error(), "where ", "only a missing queue sort or binder is an error: %s", sets)
			return
		}
		resolved++
		requireRuns(t, &c, fakes())
		requireSameAgain(t, &c, fakes())
	})
	require.NotZero(t, resolved)
}

// naiveDistance is the definition of Levenshtein's distance.
func naiveDistance(a, b string) int {
	switch {
	case a == "" || b == "":
		return len(a) + len(b)
	case a[0] == b[0]:
		return naiveDistance(a[1:], b[1:])
	}
	return 1 + min(naiveDistance(a[1:], b), naiveDistance(a, b[1:]), naiveDistance(a[1:], b[1:]))
}

func TestDistance(t *testing.T) {
	require.Equal(t, 3, distance("kitten", "sitting"))
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringMatching(`[abc]{0,6}`).Draw(t, "a")
		b := rapid.StringMatching(`[abc]{0,6}`).Draw(t, "b")
		require.Equal(t, naiveDistance(a, b), distance(a, b))
	})
}

func TestSuggest(t *testing.T) {
	known := []string{"BestFit", "FirstFit", "NodeAffinity"}
	for _, tt := range []struct{ name, want string }{
		{"bestfit", "; did you mean BestFit?"},
		{"BestFti", "; did you mean BestFit?"},
		{"fistfit", "; did you mean FirstFit?"},
		{"PodAffinity", "; did you mean NodeAffinity?"},
		{"x", ""},
		{"somethingelse", ""},
	} {
		require.Equal(t, tt.want, suggest(tt.name, known), tt.name)
	}
}

// FuzzDecode: no text makes the reader panic, and what it accepts can be run, written down and read again.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(head))
	f.Add(defaultYAML)
	f.Add([]byte(head + "percentageOfNodesToScore: 3\nprofiles:\n- plugins: {score: {disabled: [{name: '*'}], enabled: [{name: Tightest, weight: 3}]}}\n"))
	f.Add([]byte(head + "profiles:\n- pluginConfig:\n  - name: NodeResourcesFit\n    args: &a {kind: x, resources: [{name: 'a', weight: 1}], limits: {<<: *a}}\n"))
	f.Add([]byte(head + "profiles:\n- schedulerName: &s a\n- schedulerName: *s\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Decode("x.yaml", data, fakes())
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "x.yaml:"), "an error names its file: %v", err)
			return
		}
		requireRuns(t, &c, fakes())
		requireSameAgain(t, &c, fakes())
	})
}

func TestEveryPointFindsItsPlaceInTheProfile(t *testing.T) {
	for _, pt := range points {
		var pc scheduler.ProfileConfig
		require.Empty(t, pt.get(&pc))
		pt.put(&pc, []string{"A"})
		require.Equal(t, []string{"A"}, pt.get(&pc), pt.name)
		for _, other := range points {
			if other.name != pt.name {
				require.Empty(t, other.get(&pc), "%s fills %s", pt.name, other.name)
			}
		}
		require.True(t, pt.has(everywhere{}), pt.name)
	}
}
