package simtest

import (
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func TestScripts(t *testing.T) { Run(t, "testdata", nil) }

// do runs commands in a new world and returns the output of the last, or the first error.
func do(t *testing.T, script ...string) (*env, string, error) {
	e := &env{configure: firstFitConfig}
	var out string
	for _, s := range script {
		head, input, _ := strings.Cut(s, "\n")
		cmd, args, err := datadriven.ParseLine(head)
		require.NoError(t, err)
		if out, err = e.do(&datadriven.TestData{Cmd: cmd, CmdArgs: args, Input: input}); err != nil {
			return e, "", err
		}
	}
	return e, out, nil
}

const one = "cluster\nnode n1 cpu=2 mem=4Gi"

// A harness that lets mistakes in scripts pass proves nothing.
func TestMistakesInScripts(t *testing.T) {
	tests := []struct {
		name   string
		script []string
		want   string
	}{
		{"no cluster", []string{"run"}, "the first command must be cluster"},
		{"an unknown command", []string{one, "fly"}, `unknown command "fly"`},
		{"an unknown field of cluster", []string{"cluster wings=2"}, "unknown field wings"},
		{"an unknown field of a node", []string{"cluster\nnode n1 wings=2"}, "unknown field wings"},
		{"an unknown field of a pod", []string{one, "submit\npod a wings=2"}, "unknown field wings"},
		{"an unknown field of run", []string{one, "run util=2s"}, "unknown field util"},
		{"a field twice", []string{one, "submit\npod a cpu=1 cpu=2"}, "cpu is given twice"},
		{"a bare word", []string{one, "submit\npod a cpu"}, `"cpu" is not key=value`},
		{"a name alone", []string{one, "submit\npod"}, "want a kind and a name"},
		{"a pod among the nodes", []string{"cluster\npod a"}, "want a node"},
		{"a node among the pods", []string{one, "submit\nnode a"}, "want a pod"},
		{"a quantity that is none", []string{one, "submit\npod a cpu=x"}, "cpu: strconv.ParseFloat"},
		{"a taint without effect", []string{"cluster\nnode a taints=k=v"}, `taints: "k=v": unknown effect ""`},
		{"a name twice", []string{one, "submit\npod a\npod a"}, "Pod default/a: already exists"},
		{"a pod that is not there", []string{one, "delete a"}, "there is no pod default/a"},
		{"a node that is not there", []string{one, "node-down n2"}, "Node n2: not found"},
		{"an outage of no node", []string{one, "outage nodes=n2 at=1s"}, `there is no node "n2"`},
		{"a fact that nobody knows", []string{one, "assert happy=1"}, "nothing is known of happy"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := do(t, test.script...)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestAssertSaysWhatIs(t *testing.T) {
	pending := []string{one, "submit\npod a cpu=3", "run"}
	for assertion, want := range map[string]string{
		"assert pod=a phase=Pending":          "ok",
		"assert pod=a phase=Running":          "phase is Pending, not Running",
		"assert pending=1 running=0":          "ok",
		"assert pending=1 running=2":          "running is 0, not 2",
		"assert waiting=0":                    "waiting is 1, not 0",
		"assert pod=b phase=Pending":          "there is no pod default/b",
		"assert pod=a node=n1 reason=Evicted": "node is , not n1",
	} {
		_, out, err := do(t, append(pending, assertion)...)
		require.NoError(t, err)
		require.Equal(t, want, out, assertion)
	}
}

// A broken invariant ends the run at the next instant, though all is well again at the end.
func TestInvariantsAreChecked(t *testing.T) {
	e, _, err := do(t, one, "submit\npod a cpu=1 run=60s", "run until=10s")
	require.NoError(t, err)
	key, err := e.pod("a")
	require.NoError(t, err)
	start := func(at time.Duration, ready bool) {
		e.engine.After(at, sim.PhaseWorld, plant{func() error {
			return e.store.EditPod(key, cluster.ReasonUpdated, func(p *cluster.Pod) { p.Status.Phase = cluster.Pending; p.Status.Ready = ready })
		}, t})
	}
	start(time.Second, true)
	start(2*time.Second, false)
	_, err = e.run(&datadriven.TestData{Cmd: "run"})
	require.EqualError(t, err, "cluster: at 12s: Pod default/a: ready, and Pending")
}

// plant is an event that does harm.
type plant struct {
	do func() error
	t  *testing.T
}

func (p plant) Fire(_ sim.Time) { require.NoError(p.t, p.do()) }
func (p plant) String() string  { return "plant" }

func TestQuantities(t *testing.T) {
	for text, want := range map[string]int64{"2": 2000, "500m": 500, "0.5": 500, "0": 0} {
		got, err := parseCPU(text)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	for text, want := range map[string]int64{"7": 7, "1Ki": 1 << 10, "3Mi": 3 << 20, "4Gi": 4 << 30, "1Ti": 1 << 40} {
		got, err := parseBytes(text)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "x", "1.5Gi", "Gi"} {
		_, err := parseBytes(text)
		require.Error(t, err, text)
	}
}

// Two runs of one script print the same, and hash the same.
func TestDeterminism(t *testing.T) {
	script := []string{"cluster pull=1s stop=1s\nnode n1 cpu=2\nnode n2 cpu=2", "submit\npod a count=9 cpu=1 run=7s", "outage nodes=n1 at=3s for=9s", "run"}
	first, out, err := do(t, script...)
	require.NoError(t, err)
	second, again, err := do(t, script...)
	require.NoError(t, err)
	require.Equal(t, out, again)
	require.Equal(t, first.engine.Hash(), second.engine.Hash())
	require.Equal(t, first.store.Hash(), second.store.Hash())
}

func TestConfigurationErrorsAreErrors(t *testing.T) {
	e := &env{configure: func() scheduler.Config { return scheduler.Config{} }}
	_, err := e.do(&datadriven.TestData{Cmd: "cluster"})
	require.ErrorContains(t, err, "no profile")
}
