package replay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim/cluster"
)

func readText(text string) ([]Event, error) {
	var events []Event
	var failed error
	readEvents("events.jsonl", strings.NewReader(text), func(e *Event, err error) bool {
		if failed = err; err == nil {
			events = append(events, *e)
		}
		return true
	})
	return events, failed
}

// written returns the line of an event as the recorder writes it.
func written(e *Event) string {
	kind := e.Kind.String()
	if e.Kind == KindFault {
		kind = results.FaultKind
	}
	line := string(results.AppendInstant([]byte(`{"t":`), e.At)) + `,"kind":"` + kind + `","name":` + jsonText(e.Name.String()) + `,"event":"` + e.What + `"`
	for _, f := range e.Fields {
		value := f.Text
		if !f.IsNumber {
			value = jsonText(f.Text)
		}
		line += `,"` + f.Key + `":` + value
	}
	return line + "}\n"
}

func jsonText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}

// sample has an event of each shape.
const sample = `{"t":0,"kind":"Node","name":"n1","event":"created"}
{"t":0,"kind":"Node","name":"n1","event":"ready"}
{"t":0.5,"kind":"Deployment","name":"default/web","event":"created","replicas":2}
{"t":0.5,"kind":"ReplicaSet","name":"default/web-1","event":"created","replicas":2}
{"t":0.51,"kind":"Pod","name":"default/web-1-a","event":"created","owner":"ReplicaSet/web-1","priority":-5}
{"t":0.51,"kind":"Pod","name":"default/web-1-b","event":"created"}
{"t":0.52,"kind":"Pod","name":"default/web-1-b","event":"unschedulable","reason":"Unschedulable","message":"0/1 nodes: \"full\""}
{"t":0.6,"kind":"Pod","name":"default/web-1-a","event":"scheduled","node":"n1"}
{"t":1,"kind":"Pod","name":"default/web-1-a","event":"running","node":"n1"}
{"t":1,"kind":"Pod","name":"default/web-1-a","event":"ready"}
{"t":1.000000001,"kind":"ReplicaSet","name":"default/web-1","event":"status","replicas":2,"ready":1,"available":1}
{"t":2,"kind":"Deployment","name":"default/web","event":"condition","type":"Available","status":"True","reason":"MinimumReplicasAvailable"}
{"t":3,"kind":"ConfigMap","name":"default/settings","event":"deleted"}
`

// failure has what happens when machines fail.
const failure = `{"t":4,"kind":"Fault","name":"rack a/7","event":"began","id":1,"type":"outage","nodes":3}
{"t":4,"kind":"Node","name":"n1","event":"down"}
{"t":5,"kind":"Node","name":"n1","event":"notready","status":"Unknown","reason":"NodeStatusUnknown"}
{"t":6,"kind":"Pod","name":"default/web-1-a","event":"evicted","node":"n1","reason":"DeletionByTaintManager"}
{"t":6,"kind":"Node","name":"n1","event":"up"}
{"t":6,"kind":"Fault","name":"rack a/7","event":"ended","id":1,"type":"outage","nodes":3}
`

func TestReadIsWhatWasWritten(t *testing.T) {
	events, err := readText(sample + failure)
	require.NoError(t, err)
	var text strings.Builder
	for i := range events {
		text.WriteString(written(&events[i]))
	}
	require.Equal(t, sample+failure, text.String())
	require.Equal(t, -5, events[4].Number("priority"))
	require.Equal(t, `reason=Unschedulable message="0/1 nodes: \"full\""`, events[6].Details())
	require.Equal(t, "replicaset/web-1", events[3].Object())
	require.Equal(t, cluster.KindConfigMap, events[12].Kind)
	require.Equal(t, "fault/rack a/7", events[13].Object())
	require.Equal(t, "id=1 type=outage nodes=3", events[13].Details())
	require.Empty(t, events[12].Text("owner"))
	require.Zero(t, events[12].Number("replicas"))
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"no JSON", `hello`, `line: { is expected before "hello"`},
		{"an empty line", ``, `line: { is expected`},
		{"another time's form", `{"t":1.50,"kind":"Node","name":"n","event":"ready"}`, `t: "1.50" is not the shortest form`},
		{"no time", `{"kind":"Node","name":"n","event":"ready"}`, `t: expected before`},
		{"a time without end", `{"t":1`, `t: the line ends too early`},
		{"an unknown kind", `{"t":1,"kind":"Gadget","name":"n","event":"ready"}`, `kind: "Gadget" is not known`},
		{"no name", `{"t":1,"kind":"Node","name":"","event":"ready"}`, `name: missing`},
		{"a name that is a number", `{"t":1,"kind":"Node","name":7,"event":"ready"}`, `name: a string is expected before "7`},
		{"a broken escape", `{"t":1,"kind":"Node","name":"\q","event":"ready"}`, `name: "\q" is not a string`},
		{"an event of another kind", `{"t":1,"kind":"Node","name":"n","event":"running"}`, `event: "running" is none of connected, cordoned, created`},
		{"an event of a kind without words of its own", `{"t":1,"kind":"Secret","name":"n","event":"ready"}`, `event: "ready" is none of created, deleted`},
		{"a missing field", `{"t":1,"kind":"Pod","name":"a/b","event":"scheduled"}`, `node: expected before "}"`},
		{"an unknown field", `{"t":1,"kind":"Pod","name":"a/b","event":"ready","x":1}`, `line: } is expected before ",\"x\":1}"`},
		{"a broken number", `{"t":1,"kind":"ReplicaSet","name":"a/b","event":"created","replicas":01}`, `replicas: "01" is not an integer`},
		{"a fraction", `{"t":1,"kind":"ReplicaSet","name":"a/b","event":"created","replicas":1.5}`, `replicas: "1.5" is not an integer`},
		{"two events in a line", `{"t":1,"kind":"Node","name":"n","event":"ready"}{}`, `end of line: "{}" follows`},
		{"time that goes back", `{"t":0.5,"kind":"Node","name":"n","event":"ready"}`, `t: 500ms is before 1s`},
	} {
		t.Run(c.name, func(t *testing.T) {
			events, err := readText(`{"t":1,"kind":"Node","name":"n","event":"created"}` + "\n" + c.line + "\n")
			require.ErrorContains(t, err, "events.jsonl:2: "+c.want)
			require.Len(t, events, 1)
			require.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := readText(`{"t":1,"kind":"Node","name":"n","event":"created"}`)
	require.ErrorContains(t, err, "events.jsonl:1: line: it has no end")
}

func TestReadWithoutEvents(t *testing.T) {
	dir := t.TempDir()
	_, err := At(dir, 0)
	require.ErrorContains(t, err, "is not a folder of results")
	require.NoError(t, os.WriteFile(filepath.Join(dir, results.SummaryFile), nil, 0o644))
	_, err = At(dir, 0)
	require.ErrorContains(t, err, "run with -o and --set results.events=true")
	require.NoError(t, os.Mkdir(filepath.Join(dir, results.EventsFile), 0o755))
	_, err = At(dir, 0)
	require.ErrorContains(t, err, "events.jsonl")
}

// FuzzRead: whatever is read is read without a panic, and what is accepted is what is written again.
func FuzzRead(f *testing.F) {
	f.Add(sample + failure)
	for line := range strings.Lines(sample) {
		f.Add(line)
	}
	f.Add(`{"t":-1,"kind":"Pod","name":"a/b","event":"nominated","node":"` + "\xff" + `"}` + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		events, err := readText(text)
		if err != nil {
			return
		}
		state, history := &State{}, &History{Name: cluster.NamespacedName{Namespace: "default", Name: "web"}}
		var again strings.Builder
		for i := range events {
			state.Apply(&events[i])
			history.Apply(&events[i])
			again.WriteString(written(&events[i]))
		}
		once, err := readText(again.String())
		if strings.ContainsFunc(again.String(), func(r rune) bool { return r < ' ' && r != '\n' }) {
			return // written is for printable texts
		}
		require.NoError(t, err)
		require.Equal(t, events, once)
	})
}
