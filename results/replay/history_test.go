package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

const rollout = `{"t":1,"kind":"Deployment","name":"a/web","event":"created","replicas":2}
{"t":1.5,"kind":"ReplicaSet","name":"a/web-5d8f","event":"created","replicas":2}
{"t":2,"kind":"ReplicaSet","name":"a/web-5d8f","event":"status","replicas":2,"ready":0,"available":0}
{"t":3,"kind":"ReplicaSet","name":"a/web-5d8f","event":"status","replicas":2,"ready":1,"available":1}
{"t":3,"kind":"ReplicaSet","name":"a/web-5d8f","event":"status","replicas":2,"ready":2,"available":2}
{"t":4,"kind":"ReplicaSet","name":"a/web-api-9c7b","event":"created","replicas":1}
{"t":4,"kind":"ReplicaSet","name":"b/web-1111","event":"created","replicas":1}
{"t":5,"kind":"ReplicaSet","name":"a/web-7777","event":"created","replicas":1}
{"t":6,"kind":"ReplicaSet","name":"a/web-7777","event":"status","replicas":1,"ready":1,"available":0}
{"t":7,"kind":"ReplicaSet","name":"a/web-5d8f","event":"deleted"}
{"t":9,"kind":"Node","name":"n","event":"created"}
`

func TestHistory(t *testing.T) {
	h, err := HistoryOf(folder(t, rollout), cluster.NamespacedName{Namespace: "a", Name: "web"})
	require.NoError(t, err)
	require.Equal(t, sim.Time(time.Second), h.From)
	require.Equal(t, sim.Time(7*time.Second), h.To)
	require.Len(t, h.Revisions, 2)
	old, next := h.Revisions[0], h.Revisions[1]
	require.Equal(t, "web-5d8f", old.Name)
	require.Equal(t, "web-7777", next.Name)
	for _, c := range []struct {
		at        time.Duration
		old, next Counts
	}{
		{time.Second, Counts{}, Counts{}},
		{2 * time.Second, Counts{Replicas: 2}, Counts{}},
		{3*time.Second - 1, Counts{Replicas: 2}, Counts{}},
		{3 * time.Second, Counts{2, 2, 2}, Counts{}},
		{6 * time.Second, Counts{2, 2, 2}, Counts{1, 1, 0}},
		{7 * time.Second, Counts{}, Counts{1, 1, 0}},
	} {
		require.Equal(t, c.old, old.At(sim.Time(c.at)), "%v", c.at)
		require.Equal(t, c.next, next.At(sim.Time(c.at)), "%v", c.at)
	}
	require.Len(t, old.Steps, 4, "two steps of one instant are one")
}

func TestHistoryErrors(t *testing.T) {
	_, err := HistoryOf(folder(t, rollout), cluster.NamespacedName{Namespace: "b", Name: "api"})
	require.ErrorContains(t, err, "the run has no deployment b/api")
	_, err = HistoryOf(folder(t, "x\n"), cluster.NamespacedName{Name: "web"})
	require.ErrorContains(t, err, "events.jsonl:1:")
}
