package manifest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// shared is the folder of recorded data beside the checkout.
const shared = "../../../shared"

// TestRecordedCases reads every recorded scheduling case. Each holds one pod that waits, and nothing that is not modelled
// but runtimeClassName, whose overhead is written out.
func TestRecordedCases(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared, "golden/scheduler/*/cluster.yaml"))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("recorded scheduling cases are not beside this checkout")
	}
	unmodelled := map[string]int{}
	for _, f := range files {
		in, err := os.Open(f)
		require.NoError(t, err)
		set, err := manifest.Read(f, in)
		require.NoError(t, in.Close())
		require.NoError(t, err)
		store := loaded(t, set)
		pending := store.Pod(cluster.NamespacedName{Namespace: "default", Name: "pending"})
		require.NotNil(t, pending, f)
		require.Empty(t, pending.NodeName)
		for _, w := range set.Warnings {
			kind, rest, _ := strings.Cut(w, "/")
			_, field, _ := strings.Cut(rest, ": ")
			unmodelled[kind+" "+field]++
		}
	}
	t.Logf("%d cases, with warnings: %v", len(files), unmodelled)
}

// TestCollectedManifests reads manifests that people wrote for other tools. Templates are left out. What is not read
// must say where and why.
func TestCollectedManifests(t *testing.T) {
	root := filepath.Join(shared, "traces/k8s")
	if _, err := os.Stat(root); err != nil {
		t.Skip("collected manifests are not beside this checkout")
	}
	read, foreign, refused, templates := 0, 0, 0, 0
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if strings.Contains(string(text), "{{") {
			templates++
			return nil
		}
		set, err := manifest.ReadFiles(path)
		switch {
		case err == nil:
			loaded(t, set)
			read++
		case strings.Contains(err.Error(), "no Kubernetes object"):
			foreign++
		default:
			require.Regexp(t, `^`+regexp.QuoteMeta(path)+`:[1-9]\d*: `, err.Error())
			refused++
			t.Log(err)
		}
		return nil
	}))
	t.Logf("%d files read, %d hold no Kubernetes objects, %d refused, %d templates", read, foreign, refused, templates)
	require.Equal(t, []int{1016, 116, 27, 98}, []int{read, foreign, refused, templates}, "what is refused is in the log: each is a mistake of the file")
}
