package workloads

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func set(t *testing.T, text string, key, value string) (*Scenario, error) {
	t.Helper()
	doc, err := Parse("x.yaml", []byte(text))
	require.NoError(t, err)
	if err := doc.Set(key, value); err != nil {
		return nil, err
	}
	return doc.Decode()
}

func TestSetChangesOneValue(t *testing.T) {
	for _, c := range []struct {
		name, key, value string
		got              func(*Scenario) any
		want             any
	}{
		{"a value that is there", "until", "2d", func(s *Scenario) any { return s.Until }, 48 * time.Hour},
		{"one in a list", "workload[0].trace.timeScale", "2", func(s *Scenario) any { return s.Workload[0].Trace.TimeScale }, 2.0},
		{"one that is missing", "workload[2].synthetic.namespace", "x", func(s *Scenario) any { return s.Workload[2].Synthetic.Namespace }, "x"},
		{"one in an entry of an inner list", "workload[1].synthetic.requests[0].cpu", "2", func(s *Scenario) any { return s.Workload[1].Synthetic.Requests[0].MilliCPU }, int64(2000)},
		{"a whole object", "scheduler", "{config: a.yaml}", func(s *Scenario) any { return s.Scheduler }, Scheduler{Config: "a.yaml"}},
		{"a whole list", "faults", "[]", func(s *Scenario) any { return len(s.Faults) }, 0},
		{"a text that looks like a number", "name", "007", func(s *Scenario) any { return s.Name }, "007"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := set(t, full, c.key, c.value)
			require.NoError(t, err)
			require.Equal(t, c.want, c.got(s))
		})
	}
}

func TestSetMakesObjectsOnTheWay(t *testing.T) {
	s, err := set(t, small, "latency.bind.exponential.mean", "5ms")
	require.NoError(t, err)
	require.Equal(t, Exponential{5 * time.Millisecond}, s.Latency.Bind)
	s, err = set(t, small+"results:\n", "results.decisions", "off")
	require.NoError(t, err)
	require.Equal(t, DecisionsOff, s.Results.Decisions, "an object without members is made too")
}

func TestSetErrors(t *testing.T) {
	for _, c := range []struct{ name, key, value, want string }{
		{"unknown key", "sede", "3", "x.yaml (as set): sede: unknown field; did you mean seed?"},
		{"unknown inner key", "results.sample", "1m", "x.yaml (as set): results.sample: unknown field; did you mean sampleEvery?"},
		{"a bad value", "cluster[0].nodes.count", "-3", "x.yaml (as set): cluster[0].nodes.count: negative: -3"},
		{"not a key", "a..b", "1", `setting "a..b": not a key such as workload[0].trace.timeScale`},
		{"an empty key", "", "1", `setting "": not a key such as workload[0].trace.timeScale`},
		{"no such entry", "workload[3].trace.path", "x", `setting "workload[3].trace.path": workload: no entry 3: the list has 1`},
		{"a number that is far too long", "workload[99999999999999999999]", "x", `setting "workload[99999999999999999999]": workload: no entry 99999999999999999999: the list has 1`},
		{"not a list", "cluster[0].nodes[1]", "x", `setting "cluster[0].nodes[1]": cluster[0].nodes: not a list`},
		{"not an object", "workload.trace", "x", `setting "workload.trace": workload: not an object`},
		{"no value", "seed", " ", `setting "seed": a value is missing`},
		{"broken value", "seed", "[", "setting seed:1: broken YAML: did not find expected node content"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := set(t, small, c.key, c.value)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestASetValueHasNoLineLater(t *testing.T) {
	s, err := set(t, small+"scheduler: {policy: a}\n", "scheduler.policy", "b")
	require.NoError(t, err)
	require.EqualError(t, s.Errorf("scheduler.policy", "unknown"), "x.yaml (as set): scheduler.policy: unknown")
}
