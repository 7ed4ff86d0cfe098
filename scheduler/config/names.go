package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/scheduler/framework"
)

// defaultBinder is built into the scheduler, so that a configuration may name it whether or not the registry does.
const defaultBinder = "DefaultBinder"

// notModelled are plugins of kube-scheduler v1.36 (framework/plugins/names/names.go) that have no counterpart here
// because what they look at does not exist here.
var notModelled = map[string]string{
	"NodeDeclaredFeatures":       "nodes declare no features here",
	"GangScheduling":             "there are no pod groups here",
	"TopologyPlacementGenerator": "there are no pod groups here",
	"PodGroupPodsCount":          "there are no pod groups here",
}

// removed are the plugins that kube-scheduler v1.36 refuses (apis/config/validation/validation.go:
// invalidPluginsByVersion). Older configurations disable them.
var removed = []string{"AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"}

// standing is what is known of a name in the configuration.
type standing uint8

const (
	unknown  standing = iota
	usable            // the registry makes it, or it is built in
	absent            // kube-scheduler has it, this registry has not
	outdated          // kube-scheduler had it once
)

func standingOf(name string, registry framework.Registry) standing {
	switch {
	case registry[name] != nil || name == defaultBinder:
		return usable
	case notModelled[name] != "" || defaultPlugins().MultiPoint.enables(name):
		return absent
	case slices.Contains(removed, name):
		return outdated
	}
	return unknown
}

// whyAbsent says why kube-scheduler's plugin has no effect.
func whyAbsent(name string) string {
	if why := notModelled[name]; why != "" {
		return why
	}
	return "the registry does not hold it"
}

// suggest returns "; did you mean ...?" with the name most like a misspelt one, nothing if none is like it.
func suggest(name string, known []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// distance is Levenshtein's: how many bytes must be inserted, removed or replaced (Levenshtein, "Binary codes capable of
// correcting deletions, insertions, and reversals", 1966), with one row of the table at a time.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
