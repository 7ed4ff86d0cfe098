package config_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/scheduler/plugins"
)

const head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- plugins:\n    "

// TestRecordedProfiles compares with what the real kube-scheduler made of the same sets of plugins.
func TestRecordedProfiles(t *testing.T) {
	recorded, err := os.ReadFile("testdata/upstream.txt")
	require.NoError(t, err)
	_, cases, _ := strings.Cut(string(recorded), "\n\n")
	registry, compared := plugins.InTree(), 0
	for text := range strings.SplitSeq(strings.TrimSpace(cases), "\n\n") {
		sets, want, found := strings.Cut(text, "\n----\n")
		require.True(t, found, text)
		c, err := config.Decode("sets", []byte(head+strings.ReplaceAll(sets, "\n", "\n    ")), registry)
		require.NoError(t, err, sets)
		got := lists(&c.Profiles[0])
		for line := range strings.Lines(want) {
			point, list, _ := strings.Cut(strings.TrimSpace(line), " ")
			require.Contains(t, got, point)
			require.Equal(t, held(list, registry), got[point], "%s of\n%s", point, sets)
			compared++
		}
	}
	require.Equal(t, 240, compared)
}

// lists returns the plugins of the recorded points, without ours among the default ones.
func lists(pc *scheduler.ProfileConfig) map[string]string {
	var scorers []string
	for _, w := range pc.Score {
		scorers = append(scorers, w.Name+":"+strconv.FormatInt(w.Weight, 10))
	}
	return map[string]string{
		"queueSort":  pc.QueueSort,
		"filter":     strings.Replace(strings.Join(pc.Filter, " "), plugins.GPUShare+" ", "", 1),
		"postFilter": strings.Join(pc.PostFilter, " "),
		"score":      strings.Join(scorers, " "),
	}
}

// held leaves out the plugins that the registry does not hold.
func held(list string, registry framework.Registry) string {
	var have []string
	for _, word := range strings.Fields(list) {
		if name, _, _ := strings.Cut(word, ":"); registry[name] != nil {
			have = append(have, word)
		}
	}
	return strings.Join(have, " ")
}
