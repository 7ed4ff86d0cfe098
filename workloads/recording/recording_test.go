package recording

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const input = `# step "nodes": create at t=-1.000
apiVersion: v1
kind: Node
metadata: {name: n1}
---
# step "undo": merge patch at t=20.5 (not an API object: a record of the driver's action)
action: patch
target: Deployment/web
patch: {"spec":{"template":{"metadata":{"annotations":{"x":null}}}}}
---
# step "deploy": create at t=0.001
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
---
# step "end": delete at t=30
action: delete
target: Deployment/web
`

func folder(t *testing.T, input, setup string) string {
	dir := filepath.Join(t.TempDir(), "story")
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "input.yaml"), []byte(input), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "setup.yaml"), []byte(setup), 0o644))
	return dir
}

func TestRead(t *testing.T) {
	r, err := Read(folder(t, input, "end: 40.5\nsecondOfMinute: {run1: 58.2, run2: 2.75}\nfailPods: [{job: j, ordinals: [3]}]\ndrain: {start: 20.05, nodes: [n1, n2]}\nflags: {zzz: 1}\n"))
	require.NoError(t, err)
	require.Equal(t, "story", r.Name)
	require.Equal(t, 40500*time.Millisecond, r.End())
	var names []string
	for _, s := range r.Steps {
		names = append(names, s.Name)
	}
	require.Equal(t, []string{"nodes", "deploy", "undo", "end"}, names)
	require.Equal(t, -time.Second, r.Steps[0].At)
	require.Contains(t, string(r.Steps[0].Manifests), "kind: Node")
	require.Equal(t, Step{Name: "undo", At: 20500 * time.Millisecond, Verb: Patch, Line: 6, Kind: "Deployment", Target: "web",
		Patch: `{"spec":{"template":{"metadata":{"annotations":{"x":null}}}}}`}, r.Steps[2])
	require.Equal(t, Delete, r.Steps[3].Verb)
	fraction, err := r.WallFraction("")
	require.NoError(t, err)
	require.InDelta(t, 0.75, fraction.Seconds(), 1e-9)
	fraction, err = r.WallFraction("run1")
	require.NoError(t, err)
	require.InDelta(t, 0.2, fraction.Seconds(), 1e-9)
	_, err = r.WallFraction("run9")
	require.EqualError(t, err, `the recording has no run "run9": it has [run1 run2]`)
	require.Equal(t, &Drain{Start: 20.05, Nodes: []string{"n1", "n2"}}, r.Setup.Drain)
	require.Equal(t, 20050*time.Millisecond, r.Setup.Drain.At())
	require.Len(t, r.NotSimulated(), 1)
	require.Contains(t, r.NotSimulated()[0], "zzz")
}

func TestManifestsKeepTheirLines(t *testing.T) {
	r, err := Read(folder(t, input, "end: 1\n"))
	require.NoError(t, err)
	require.Equal(t, 11, countBefore(string(r.Steps[1].Manifests), "apiVersion: apps/v1"))
}

func countBefore(text, word string) int {
	lines := 0
	for i := range text {
		if text[i:min(len(text), i+len(word))] == word {
			return lines
		}
		if text[i] == '\n' {
			lines++
		}
	}
	return -1
}

func TestBadRecordings(t *testing.T) {
	for name, c := range map[string]struct{ input, setup, want string }{
		"no steps":      {"kind: Node\n", "end: 1\n", "no step"},
		"no end":        {input, "secondOfMinute: {run1: 1}\n", "end: 0 is not above 0"},
		"unknown field": {input, "end: 1\nspeed: 2\n", "field speed not found"},
		"no node":       {input, "end: 1\ndrain: {start: 2}\n", "setup.yaml: drain.nodes: none is named"},
		"early drain":   {input, "end: 1\ndrain: {start: -2, nodes: [a]}\n", "setup.yaml: drain.start: -2 is negative"},
		"unknown drain": {input, "end: 1\ndrain: {start: 2, nodes: [a], speed: 3}\n", "field speed not found"},
		"no target":     {"# step \"a\": delete at t=1\naction: delete\ntarget: web\n", "end: 1\n", `input.yaml:1: step "a": target: "web" is not Kind/name`},
		"no patch":      {"# step \"a\": merge patch at t=1\naction: patch\ntarget: Pod/web\n", "end: 1\n", "patch: it is no JSON object"},
		"unknown key":   {"# step \"a\": delete at t=1\naction: delete\ntarget: Pod/web\nwhy: x\n", "end: 1\n", "field why not found"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(folder(t, c.input, c.setup))
			require.ErrorContains(t, err, c.want)
		})
	}
	_, err := Read(filepath.Join(t.TempDir(), "nowhere"))
	require.ErrorContains(t, err, "reading a recording")
}

// TestMerge: the examples of RFC 7386, appendix A.
func TestMerge(t *testing.T) {
	for _, c := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		var document, patch any
		require.NoError(t, json.Unmarshal([]byte(c[0]), &document))
		require.NoError(t, json.Unmarshal([]byte(c[1]), &patch))
		got, err := json.Marshal(Merge(document, patch))
		require.NoError(t, err)
		require.JSONEq(t, c[2], string(got), "%s patched with %s", c[0], c[1])
	}
}

// TestReadShared reads all recordings that are at hand.
func TestReadShared(t *testing.T) {
	folders, err := filepath.Glob("../../../shared/timelines/*/setup.yaml")
	require.NoError(t, err)
	if len(folders) == 0 {
		t.Skip("the recordings are not here: ../shared/timelines")
	}
	for _, f := range folders {
		r, err := Read(filepath.Dir(f))
		require.NoError(t, err)
		require.Equal(t, "nodes", r.Steps[0].Name)
		require.Greater(t, len(r.Steps), 1)
	}
}
