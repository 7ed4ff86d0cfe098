package app_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
)

// A model is a small experiment that can be written in several ways which must come to the same.
type model struct {
	shift  int    // seconds by which every instant of the trace is later
	factor int    // on all requests and capacities
	prefix string // of the nodes' names
	extra  string // a further entry of cluster
	more   string // further keys of the scenario
}

var plain = model{factor: 1, prefix: "n-"}

// run writes the model's trace and scenario and returns the rows, in the order of the trace.
func (m model) run(t *testing.T, args ...string) []results.PodRow {
	t.Helper()
	trace := scenarioFile(t, "pods.csv", m.trace())
	scenario := scenarioFile(t, "model.yaml", m.scenario())
	rows := rowsOf(t, resultsOf(t, append([]string{scenario, "--traces", filepath.Dir(trace), "--check"}, args...)...))
	slices.SortFunc(rows, func(a, b results.PodRow) int { return strings.Compare(a.Name, b.Name) })
	return rows
}

func (m model) scenario() string {
	return fmt.Sprintf(`
cluster:
  - nodes: {count: 6, name: "%s{i}", capacity: {cpu: %d, memory: %dGi}, zones: [a, b, c]}
%s
workload:
  - trace: {format: openb, path: pods.csv}
%s
`, m.prefix, 16*m.factor, 64*m.factor, m.extra, m.more)
}

// trace returns 150 pods that ask for a little more than there is, so that some wait.
func (m model) trace() string {
	var b strings.Builder
	b.WriteString("name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n")
	rng := rand.New(rand.NewPCG(1, 2))
	at := m.shift
	for i := range 150 {
		cpu, memory, run := 500*(1+rng.IntN(12)), 1024*(1+rng.IntN(12)), 30+rng.IntN(600)
		class := []string{"BE", "LS", "Guaranteed"}[rng.IntN(3)]
		fmt.Fprintf(&b, "p%03d,%d,%d,0,0,,%s,Succeeded,%d,%d,%d\n", i, cpu*m.factor, memory*m.factor, class, at, at+run, at)
		at += rng.IntN(20)
	}
	return b.String()
}

// policies under which the model is run: every one of them has to keep these laws.
var lawful = []string{"default", "bestfit", "worstfit", "firstfit", "random"}

// TestModelIsWorthTesting would fail if the laws below held for no better reason than that nothing happens.
func TestModelIsWorthTesting(t *testing.T) {
	waited, again, nodes := 0, 0, map[string]bool{}
	for _, row := range plain.run(t) {
		if w, _ := row.Wait(); w > 0 {
			waited++
		}
		if row.Attempts > 1 {
			again++
		}
		nodes[row.Node] = true
	}
	require.Greater(t, waited, 20)
	require.Greater(t, again, 10)
	require.Len(t, nodes, 6)
	require.NotEqual(t, plain.run(t), plain.run(t, "--policy", "bestfit"))
}

// TestShiftInTime: a trace that begins later ends later, by as much and with nothing else changed.
func TestShiftInTime(t *testing.T) {
	const later = 86_400 + 7
	shifted := plain
	shifted.shift = later
	for _, policy := range lawful {
		want := plain.run(t, "--policy", policy)
		for i := range want {
			for _, at := range []*sim.Time{&want[i].Submitted, &want[i].Scheduled, &want[i].Started, &want[i].Finished} {
				if *at != sim.Never {
					*at = at.Add(later * time.Second)
				}
			}
		}
		require.Equal(t, want, shifted.run(t, "--policy", policy), policy)
	}
}

// TestScale: what matters is the part of a node that a pod asks for, and not the unit.
func TestScale(t *testing.T) {
	for _, factor := range []int{2, 3, 10} {
		scaled := plain
		scaled.factor = factor
		for _, policy := range lawful {
			want := plain.run(t, "--policy", policy)
			for i := range want {
				want[i].MilliCPU *= int64(factor)
				want[i].Memory *= int64(factor)
			}
			require.Equal(t, want, scaled.run(t, "--policy", policy), "%s, times %d", policy, factor)
		}
	}
}

// TestForbiddenNode: a node that no pod may use is none.
func TestForbiddenNode(t *testing.T) {
	for _, effect := range []string{"NoSchedule", "NoExecute"} {
		more := plain
		more.extra = `  - nodes: {count: 1, name: "forbidden-{i}", capacity: {cpu: 64, memory: 256Gi}, zones: [d], taints: ["nobody=here:` + effect + `"]}`
		for _, policy := range lawful {
			require.Equal(t, plain.run(t, "--policy", policy), more.run(t, "--policy", policy), "%s, %s", policy, effect)
		}
	}
}

// TestRenamedNodes: a node is what it can do, not what it is called. The order of the names is kept.
func TestRenamedNodes(t *testing.T) {
	renamed := plain
	renamed.prefix = "machine-"
	for _, policy := range lawful {
		want := plain.run(t, "--policy", policy)
		for i := range want {
			want[i].Node = strings.Replace(want[i].Node, "n-", "machine-", 1)
		}
		require.Equal(t, want, renamed.run(t, "--policy", policy), policy)
	}
}

// TestProfiles: a profile that no pod asks for changes nothing, whatever is in it.
func TestProfiles(t *testing.T) {
	const head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n"
	const own = "- schedulerName: default-scheduler\n"
	const other = "- schedulerName: other\n  plugins: {score: {disabled: [{name: '*'}]}}\n"
	want := plain.run(t)
	for name, profiles := range map[string]string{"alone": own, "first": own + other, "second": other + own} {
		path := scenarioFile(t, "scheduler.yaml", head+profiles)
		with := plain
		with.more = "scheduler: {config: " + path + "}"
		require.Equal(t, want, with.run(t), name)
	}
}

// TestCutShort: what a run has written when it is stopped is what the whole run would have written.
func TestCutShort(t *testing.T) {
	file := scenarioFile(t, "pods.csv", plain.trace())
	scenario := scenarioFile(t, "model.yaml", plain.scenario())
	whole := rowsOf(t, resultsOf(t, scenario, "--traces", filepath.Dir(file)))
	for _, until := range []string{"5m", "12m30s", "1h"} {
		ended := rowsOf(t, resultsOf(t, scenario, "--traces", filepath.Dir(file), "--until", until))
		ended = slices.DeleteFunc(ended, func(r results.PodRow) bool {
			return r.Outcome == results.Running || r.Outcome == results.Pending
		})
		require.NotEmpty(t, ended)
		require.Equal(t, whole[:len(ended)], ended, until)
	}
}
