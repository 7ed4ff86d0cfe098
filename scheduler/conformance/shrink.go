package main

import (
	"bytes"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/scheduler/conformance/lockstep"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

var separator = []byte("---\n")

// shrink drops documents of a manifest, in ever smaller groups, as long as the schedulers still differ in the same
// way (Zeller's delta debugging without the complements). What is left is not minimal, but short enough to read.
func shrink(manifest []byte, open verdict.Opener) []byte {
	want := difference(manifest, open)
	documents := bytes.Split(manifest, separator)
	for size := len(documents) / 2; size > 0; size /= 2 {
		for i := 0; i+size <= len(documents); {
			fewer := slices.Concat(documents[:i], documents[i+size:])
			if difference(bytes.Join(fewer, separator), open) == want {
				documents = fewer
			} else {
				i += size
			}
		}
	}
	return bytes.Join(documents, separator)
}

// difference is the sort of the first difference: that of another node or score is the same sort, that of another
// plugin is not. It is empty where the schedulers agree or the reference cannot read the cluster.
func difference(manifest []byte, open verdict.Opener) string {
	steps, err := decide(manifest, open)
	if err != nil || len(steps) == 0 {
		return ""
	}
	return sort(steps[len(steps)-1])
}

// sort is the first word of a difference ("score", "filtered", "preemption:") and for scores the plugin.
func sort(s lockstep.Step) string {
	if len(s.Differences) == 0 {
		return ""
	}
	words := strings.Fields(s.Differences[0])
	if words[0] == "score" {
		return words[0] + " " + words[2]
	}
	return words[0]
}
