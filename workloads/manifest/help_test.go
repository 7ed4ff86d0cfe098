package manifest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// read reads a manifest that is written with two tabs of indentation.
func read(t testing.TB, text string) *manifest.Set {
	t.Helper()
	set, err := manifest.Read("test.yaml", strings.NewReader(text))
	require.NoError(t, err)
	return set
}

// readPod reads one pod from the lines of its spec, with the label app=web.
func readPod(t testing.TB, spec string) *cluster.Pod {
	t.Helper()
	set := read(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web, rev: a}}\nspec:\n"+indent(spec))
	require.Len(t, set.Pods, 1)
	return set.Pods[0]
}

// one is the shortest list of containers.
const one = "containers: [{name: c, image: i}]\n"

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.Trim(text, "\n"), "\n", "\n  ") + "\n"
}

// loaded returns a store that holds the set.
func loaded(t testing.TB, set *manifest.Set) *cluster.Store {
	t.Helper()
	store := cluster.NewStore(sim.New(1))
	require.NoError(t, manifest.Load(set, store))
	return store
}

func failure(t testing.TB, text string) string {
	t.Helper()
	_, err := manifest.Read("test.yaml", strings.NewReader(text))
	require.Error(t, err)
	return err.Error()
}
