package replay

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// apply folds lines into a state.
func apply(t *testing.T, lines string) *State {
	t.Helper()
	events, err := readText(lines)
	require.NoError(t, err)
	s := &State{}
	for i := range events {
		s.Apply(&events[i])
	}
	return s
}

func folder(t *testing.T, lines string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, results.EventsFile), []byte(lines), 0o644))
	return dir
}

func TestAt(t *testing.T) {
	dir := folder(t, sample)
	for _, c := range []struct {
		name  string
		at    sim.Time
		pods  int
		node  string
		phase cluster.Phase
		now   time.Duration
	}{
		{"before anything", sim.Time(100 * time.Millisecond), 0, "", 0, 100 * time.Millisecond},
		{"the instant's own events have happened", sim.Time(510 * time.Millisecond), 2, "", cluster.Pending, 510 * time.Millisecond},
		{"bound", sim.Time(999 * time.Millisecond), 2, "n1", cluster.Pending, 999 * time.Millisecond},
		{"running", sim.Time(time.Second), 2, "n1", cluster.Running, time.Second},
		{"the end", sim.Never, 2, "n1", cluster.Running, 3 * time.Second},
		{"after the end", sim.Time(time.Hour), 2, "n1", cluster.Running, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := At(dir, c.at)
			require.NoError(t, err)
			require.Equal(t, sim.Time(c.now), s.At)
			pods := s.List(cluster.KindPod)
			require.Len(t, pods, c.pods)
			if c.pods > 0 {
				require.Equal(t, c.node, pods[0].Node)
				require.Equal(t, c.phase, pods[0].Phase)
			}
		})
	}
	_, err := At(folder(t, "x\n"), sim.Never)
	require.ErrorContains(t, err, "events.jsonl:1:")
}

func TestPodsOfState(t *testing.T) {
	const born = `{"t":0,"kind":"Pod","name":"a/p","event":"created"}
{"t":0,"kind":"Pod","name":"a/p","event":"scheduled","node":"n"}
`
	for _, c := range []struct {
		name, lines string
		want        Object
		onNode      int
	}{
		{"bound", ``, Object{Node: "n"}, 1},
		{"ready", `{"t":1,"kind":"Pod","name":"a/p","event":"running","node":"n"}
{"t":1,"kind":"Pod","name":"a/p","event":"ready"}
`, Object{Node: "n", Phase: cluster.Running, Ready: true}, 1},
		{"unready again", `{"t":1,"kind":"Pod","name":"a/p","event":"ready"}
{"t":1,"kind":"Pod","name":"a/p","event":"unready"}
`, Object{Node: "n"}, 1},
		{"terminating", `{"t":1,"kind":"Pod","name":"a/p","event":"deleting","node":"n","reason":"Preempted"}
`, Object{Node: "n", Deleting: true}, 1},
		{"succeeded", `{"t":1,"kind":"Pod","name":"a/p","event":"succeeded","node":"n"}
`, Object{Node: "n", Phase: cluster.Succeeded}, 0},
		{"failed", `{"t":1,"kind":"Pod","name":"a/p","event":"failed","node":"n","reason":"OOMKilled"}
`, Object{Node: "n", Phase: cluster.Failed, Reason: "OOMKilled"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := apply(t, born+c.lines)
			c.want.Kind, c.want.Name = cluster.KindPod, cluster.NamespacedName{Namespace: "a", Name: "p"}
			require.Equal(t, []*Object{&c.want}, s.List(cluster.KindPod))
			require.Equal(t, c.onNode, s.PodsOn()["n"])
		})
	}
	s := apply(t, born+`{"t":1,"kind":"Pod","name":"a/p","event":"deleted","node":"n","phase":"Pending","reason":"x"}
`)
	require.Empty(t, s.List(cluster.KindPod))
}

func TestPendingPods(t *testing.T) {
	s := apply(t, `{"t":0,"kind":"Pod","name":"a/p","event":"created"}
{"t":0,"kind":"Pod","name":"a/p","event":"unschedulable","reason":"Unschedulable","message":"m"}
{"t":0,"kind":"Pod","name":"a/p","event":"nominated","node":"n"}
`)
	p := s.List(cluster.KindPod)[0]
	require.Equal(t, "Unschedulable", p.Reason)
	require.Equal(t, "n", p.Nominated)
	require.Empty(t, s.PodsOn())
}

func TestNodesOfState(t *testing.T) {
	s := apply(t, `{"t":0,"kind":"Node","name":"n","event":"created"}
{"t":1,"kind":"Node","name":"n","event":"tainted","taint":"k=v:NoSchedule"}
{"t":1,"kind":"Node","name":"n","event":"tainted","taint":"l:NoExecute"}
{"t":2,"kind":"Node","name":"n","event":"cordoned"}
{"t":3,"kind":"Node","name":"n","event":"untainted","taint":"k=v:NoSchedule"}
{"t":4,"kind":"Node","name":"old","event":"notready"}
{"t":5,"kind":"Pod","name":"a/p","event":"scheduled","node":"silent"}
`)
	nodes := s.List(cluster.KindNode)
	require.Len(t, nodes, 3)
	require.Equal(t, Object{Kind: cluster.KindNode, Name: nodes[0].Name, Cordoned: true, Taints: []string{"l:NoExecute"}}, *nodes[0])
	require.Equal(t, "old", nodes[1].Name.Name)
	require.False(t, nodes[1].Ready)
	require.Equal(t, sim.Never, nodes[1].Created)
	require.Equal(t, "silent", nodes[2].Name.Name)
	require.True(t, nodes[2].Ready, "a node that is only known by its pods")
}

func TestWorkloadsOfState(t *testing.T) {
	s := apply(t, `{"t":0,"kind":"Deployment","name":"a/old","event":"status","replicas":3,"updated":3,"ready":2,"available":1,"unavailable":2}
{"t":0,"kind":"Deployment","name":"a/web","event":"created","replicas":3}
{"t":1,"kind":"Deployment","name":"a/web","event":"scaled","from":3,"to":0}
{"t":1,"kind":"Deployment","name":"a/web","event":"status","replicas":3,"updated":3,"ready":2,"available":1,"unavailable":2}
{"t":2,"kind":"Deployment","name":"a/web","event":"condition","type":"Available","status":"False","reason":"r"}
`)
	list := s.List(cluster.KindDeployment)
	require.Equal(t, 3, list[0].Desired(), "what it has stands for what it asks for")
	require.Zero(t, list[1].Desired())
	require.Equal(t, 2, list[1].Counts["ready"])
	require.Equal(t, "False", list[1].Conditions["Available"])
}

// TestAutoscalers: what an autoscaler says of itself, and what it last found.
func TestAutoscalers(t *testing.T) {
	const head = `"kind":"HorizontalPodAutoscaler","name":"a/web","event":`
	s := apply(t, `{"t":1,`+head+`"created","target":"Deployment/web","min":1,"max":9,"targets":"cpu: <unknown>/50%"}
{"t":2,`+head+`"status","current":2,"desired":3,"utilization":62,"avg":"620m","targets":"cpu: 62%/50%"}
{"t":2,`+head+`"condition","type":"AbleToScale","status":"True","reason":"ReadyForNewScale"}
`)
	list := s.List(cluster.KindHorizontalPodAutoscaler)
	require.Len(t, list, 1)
	require.Equal(t, []any{"Deployment/web", 1, 9, "cpu: 62%/50%", 2, 3, "True"},
		[]any{list[0].Reference, list[0].Min, list[0].Max, list[0].Targets, list[0].Counts["current"], list[0].Counts["desired"], list[0].Conditions["AbleToScale"]})
	s = apply(t, `{"t":1,`+head+`"created","target":"Deployment/web","min":1,"max":9,"targets":"cpu: <unknown>/50%"}
{"t":2,`+head+`"status","current":2,"desired":0,"targets":"cpu: <unknown>/50%"}
{"t":3,`+head+`"changed","target":"Deployment/web","min":4,"max":12,"targets":"cpu: <unknown>/50%"}
`)
	list = s.List(cluster.KindHorizontalPodAutoscaler)
	require.Equal(t, []any{4, 12, 2}, []any{list[0].Min, list[0].Max, list[0].Counts["current"]})
	_, err := readText(`{"t":1,` + head + `"status","current":2,"targets":"x"}` + "\n")
	require.ErrorContains(t, err, "desired")
}

func TestRestarts(t *testing.T) {
	s := apply(t, `{"t":1,"kind":"Pod","name":"a/p","event":"running","node":"n"}
{"t":2,"kind":"Pod","name":"a/p","event":"restarted","restarts":1}
{"t":3,"kind":"Pod","name":"a/p","event":"restarted","restarts":2}
`)
	require.Equal(t, 2, s.List(cluster.KindPod)[0].Restarts)
}
