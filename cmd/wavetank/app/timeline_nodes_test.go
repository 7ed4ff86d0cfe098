package app_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
)

// outage is an experiment in which nodes of fake kubelets fail.
type outage struct {
	pods       int
	toleration int                // seconds that the pods tolerate; 0: the default
	fail       map[string]float64 // nodes n0, n1, ... by name, and when they fail
	back       float64            // when they return; 0: never
	setup      string             // more lines of setup.yaml
}

// write makes the folder of the experiment: 24 nodes in three zones, node i in zone i modulo 3.
func (o outage) write(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "outage")
	require.NoError(t, os.Mkdir(dir, 0o755))
	var in strings.Builder
	in.WriteString("# step \"nodes\": create at t=-1.000\n")
	for i := range 24 {
		fmt.Fprintf(&in, `apiVersion: v1
kind: Node
metadata: {name: n%d, labels: {type: kwok, topology.kubernetes.io/zone: %c}}
status: {allocatable: {cpu: "16", memory: 64Gi, pods: "110"}}
---
`, i, 'a'+i%3)
	}
	tolerations := ""
	if o.toleration > 0 {
		tolerations = fmt.Sprintf("tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: %d}], ", o.toleration)
	}
	fmt.Fprintf(&in, `# step "deploy": create at t=0.000
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: %d
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {%scontainers: [{name: c, image: "web:1", resources: {requests: {cpu: 100m}}}]}
---
`, o.pods, tolerations)
	for i := range 24 {
		if at, fails := o.fail[fmt.Sprint("n", i)]; fails {
			o.label(&in, i, at, "failed")
			if o.back > 0 {
				o.label(&in, i, o.back, "kwok")
			}
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "input.yaml"), []byte(in.String()), 0o644))
	setup := "end: 450\nsecondOfMinute: {run1: 9.2}\n" + o.setup
	require.NoError(t, os.WriteFile(filepath.Join(dir, "setup.yaml"), []byte(setup), 0o644))
	return dir
}

func (o outage) label(in *strings.Builder, node int, at float64, value string) {
	fmt.Fprintf(in, "# step \"%s n%d\": merge patch at t=%v\naction: patch\ntarget: Node/n%d\npatch: {\"metadata\":{\"labels\":{\"type\":%q}}}\n---\n", value, node, at, node, value)
}

// simulate runs the experiment and returns the times of its events by "Kind event", or "Kind event taint".
func (o outage) simulate(t *testing.T, args ...string) (times map[string][]float64, warnings string) {
	out := t.TempDir()
	var stdout, stderr strings.Builder
	code := app.Main(append([]string{"timeline", o.write(t), "-o", out}, args...), strings.NewReader(""), &stdout, &stderr)
	require.Zero(t, code, stderr.String())
	f, err := os.Open(filepath.Join(out, "events.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	times = map[string][]float64{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e struct {
			T                  float64
			Kind, Event, Taint string
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &e))
		key := strings.TrimSpace(e.Kind + " " + e.Event + " " + strings.TrimPrefix(e.Taint, "node.kubernetes.io/"))
		times[key] = append(times[key], e.T)
	}
	return times, stderr.String()
}

// near holds times against the figures of recordings of the same kind.
func near(t *testing.T, want, got []float64, delta float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.InDelta(t, want[i], got[i], delta, "%d of %v", i, got)
	}
}

// Three nodes of one zone fail and the controller gives up nodes after 20 s: recorded were NoExecute at 34.7, 44.3 and
// 54.4 s, evictions 30.1 to 30.3 s after each, and half a second for those of a dozen pods, as their client is limited.
func TestNodesOfOneZone(t *testing.T) {
	o := outage{pods: 300, toleration: 30, fail: map[string]float64{"n0": 15, "n3": 15.007, "n6": 15.012}, back: 120, setup: `
flags: {kube-controller-manager: {node-monitor-grace-period: 20s}}
phases: {run1: {nodeMonitor: 4.25, lastRenewal: {n0: 9.7, n3: 12.1, n6: 13.9}}}
`}
	times, warnings := o.simulate(t)
	require.Empty(t, warnings)
	near(t, []float64{34.25, 34.25, 34.25}, times["Node notready"], 0.05)
	near(t, []float64{34.28, 34.28, 34.28}, times["Node tainted unreachable:NoSchedule"], 0.05)
	near(t, []float64{34.7, 44.3, 54.4}, times["Node tainted unreachable:NoExecute"], 0.25)
	evicted := times["Pod evicted"]
	require.Len(t, times["Pod deleting"], len(evicted))
	require.InDelta(t, times["Node tainted unreachable:NoExecute"][0]+30.1, evicted[0], 0.2)
	require.Less(t, evicted[len(evicted)-1], 85.5)
	near(t, []float64{120.015, 120.015, 120.015}, times["Node ready"], 0.02)
	near(t, []float64{120.03, 120.03, 120.03}, times["Node untainted unreachable:NoSchedule"], 0.03)
	for _, at := range times["Node untainted unreachable:NoExecute"] {
		require.True(t, at > 120 && at < 125.5, "at the next tick")
	}
	require.Len(t, times["Pod deleted"], len(evicted))
	near(t, []float64{121.02}, times["Pod deleted"][:1], 0.05)
}

// Nodes of three zones have queues of their own. What fails of each zone is two of eight nodes: not enough to
// slow the evictions down.
func TestNodesOfSeveralZones(t *testing.T) {
	o := outage{pods: 60, fail: map[string]float64{"n0": 15, "n1": 15, "n2": 15, "n3": 15}, setup: `
flags: [--node-monitor-grace-period=40s, --node-eviction-rate=0.2, --default-unreachable-toleration-seconds=60]
phases: {run1: {nodeMonitor: 0.5, lastRenewal: {n0: 14, n1: 14, n2: 14, n3: 14}}}
`}
	times, _ := o.simulate(t)
	near(t, []float64{55.5, 55.5, 55.5, 55.5}, times["Node notready"], 0.05)
	near(t, []float64{55.6, 55.6, 55.6, 60.6}, times["Node tainted unreachable:NoExecute"], 0.7)
	require.InDelta(t, 115.7, times["Pod evicted"][0], 0.25)
	require.Empty(t, times["Pod deleted"], "nobody ends them")
}

// When the last node has been given up all taints NoExecute are taken back, and nobody is evicted.
func TestAllNodesFail(t *testing.T) {
	all := map[string]float64{}
	for i := range 24 {
		all[fmt.Sprint("n", i)] = 15
	}
	times, _ := outage{pods: 24, fail: all}.simulate(t)
	require.Len(t, times["Node notready"], 24)
	require.Len(t, times["Pod unready"], 24)
	require.NotEmpty(t, times["Node tainted unreachable:NoExecute"], "before the last of them was given up")
	require.Len(t, times["Node untainted unreachable:NoExecute"], len(times["Node tainted unreachable:NoExecute"]))
	require.Empty(t, times["Pod evicted"])
}

// Where the loops stood is drawn if nothing is said of it, and the same each time.
func TestPhasesAreDrawn(t *testing.T) {
	o := outage{pods: 12, fail: map[string]float64{"n4": 15}}
	times, _ := o.simulate(t)
	again, _ := o.simulate(t)
	require.Equal(t, times, again)
	given := times["Node notready"][0]
	require.True(t, given > 15-10.4+50 && given < 15+5.1+50, "%v", given)
	require.InDelta(t, given+300.1, times["Pod evicted"][0], 0.2)
}

// The times of the actions may come from the timeline of another run.
func TestActionsOfAnotherRun(t *testing.T) {
	o := outage{pods: 12, fail: map[string]float64{"n4": 15}, back: 20}
	actions := filepath.Join(t.TempDir(), "run.jsonl")
	require.NoError(t, os.WriteFile(actions, []byte(`{"t":25.5,"event":"patch","kind":"Action","name":"Node/n4","step":"failed n4"}
{"t":30.5,"event":"patch","kind":"Action","name":"Node/n4","step":"kwok n4"}
{"t":31,"event":"ready","kind":"Node","name":"n4"}
`), 0o644))
	times, _ := o.simulate(t, "--actions", actions)
	require.Equal(t, []float64{25.5}, times["Node down"])
	require.Equal(t, []float64{30.5}, times["Node up"])
	require.Empty(t, times["Node ready"], "it was not given up")
}
