package deployment_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/deployment"
)

const golden = "../../../../shared/golden/controllers/"

// recorded reads a table of what the real controller does. The table is large and not part of the repository.
func recorded(t *testing.T, name string, into any) {
	text, err := os.ReadFile(golden + name)
	if os.IsNotExist(err) {
		t.Skipf("%s%s is not here; the tables of this package stand for it", golden, name)
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, into))
}

// intOrString is an IntOrString of the API, or null.
type intOrString cluster.IntOrPercent

func (v *intOrString) UnmarshalJSON(text []byte) error {
	s := strings.Trim(string(text), `"`)
	if s == "null" {
		*v = intOrString{Value: 25, Percent: true} // the API's default
		return nil
	}
	number, percent := strings.CutSuffix(s, "%")
	n, err := strconv.Atoi(number)
	*v = intOrString{n, percent}
	return err
}

func TestFencepostsRecorded(t *testing.T) {
	var rows []struct {
		MaxSurge, MaxUnavailable                              intOrString
		Replicas, Surge, Unavailable, EffectiveMaxUnavailable int
	}
	recorded(t, "fenceposts.json", &rows)
	require.Len(t, rows, 1260)
	for _, row := range rows {
		surge, unavailable := deployment.ResolveFenceposts(cluster.IntOrPercent(row.MaxSurge), cluster.IntOrPercent(row.MaxUnavailable), row.Replicas)
		require.Equal(t, [2]int{row.Surge, row.Unavailable}, [2]int{surge, unavailable}, "%+v", row)
		d := &cluster.Deployment{Replicas: row.Replicas, MaxSurge: cluster.IntOrPercent(row.MaxSurge), MaxUnavailable: cluster.IntOrPercent(row.MaxUnavailable)}
		require.Equal(t, row.EffectiveMaxUnavailable, deployment.MaxUnavailable(d), "%+v", row)
		require.Equal(t, row.Surge, deployment.MaxSurge(d), "%+v", row)
	}
}

// recordedSync is one row of deployment.json: a state, and what one reconcile of it changed.
type recordedSync struct {
	Name, Note, Strategy     string
	Replicas                 int
	Paused                   bool
	MaxSurge, MaxUnavailable intOrString
	ReplicaSets              []struct {
		Name                                             string
		New                                              bool
		Revision, Replicas                               int
		StatusReplicas, ReadyReplicas, AvailableReplicas int
		DesiredReplicasAnnotation, MaxReplicasAnnotation *int
	}
	Expected struct {
		ResolvedMaxSurge, ResolvedMaxUnavailable int
		Path                                     string
		Replicas                                 map[string]int
		Created                                  *int
		Updates                                  []string
	}
}

func TestSyncRecorded(t *testing.T) {
	var rows []recordedSync
	recorded(t, "deployment.json", &rows)
	require.Len(t, rows, 190)
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) { row.check(t) })
	}
}

func (row *recordedSync) check(t *testing.T) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	c := deployment.New(engine, store, controller.Options{WatchLatency: never})
	d := &cluster.Deployment{
		ObjectMeta: meta("web"), Replicas: row.Replicas, Paused: row.Paused, Recreate: row.Strategy == "Recreate",
		MaxSurge: cluster.IntOrPercent(row.MaxSurge), MaxUnavailable: cluster.IntOrPercent(row.MaxUnavailable),
		Selector: cluster.SelectLabels(cluster.Labels{"app": "web"}), Template: template("new"), RevisionHistoryLimit: 10,
	}
	for _, rs := range row.ReplicaSets {
		d.Status.Replicas += rs.StatusReplicas
	}
	require.NoError(t, store.Create(d, cluster.ReasonCreated))
	for i, rs := range row.ReplicaSets {
		require.NoError(t, engine.Run(sim.Time(i+1)*second)) // the older, the earlier
		image := rs.Name
		if rs.New {
			image = "new"
		}
		o := &cluster.ReplicaSet{
			ObjectMeta: meta(rs.Name), Replicas: rs.Replicas, Template: template(image),
			Status: cluster.ReplicaSetStatus{Replicas: rs.StatusReplicas, Ready: rs.ReadyReplicas, Available: rs.AvailableReplicas},
		}
		o.Labels, o.Owners = cluster.Labels{"app": "web"}, []cluster.OwnerReference{controller.Ref(d)}
		o.Annotations = map[string]string{deployment.RevisionAnnotation: strconv.Itoa(rs.Revision)}
		annotate(o, deployment.DesiredReplicasAnnotation, rs.DesiredReplicasAnnotation)
		annotate(o, deployment.MaxReplicasAnnotation, rs.MaxReplicasAnnotation)
		require.NoError(t, store.Create(o, cluster.ReasonCreated))
	}
	updates := []string{}
	var created *int
	store.Observe(func(c *cluster.Change) {
		before, _ := c.Old.(*cluster.ReplicaSet)
		after, _ := c.New.(*cluster.ReplicaSet)
		switch {
		case after != nil && before == nil:
			created = &after.Replicas
			updates = append(updates, fmt.Sprintf("new: created with %d", after.Replicas))
		case after != nil && after.Replicas != before.Replicas:
			updates = append(updates, fmt.Sprintf("%s: %d -> %d", after.Name, before.Replicas, after.Replicas))
		}
	})
	c.Enqueue(d.NamespacedName)
	require.NoError(t, engine.Run(engine.Now()))
	begun, failed := c.Syncs()
	require.Equal(t, [2]uint64{1, 0}, [2]uint64{begun, failed})
	require.Equal(t, row.Expected.Updates, updates)
	require.Equal(t, row.Expected.Created, created)
	sizes := map[string]int{}
	for _, o := range store.List(cluster.KindReplicaSet) {
		name := o.Meta().Name
		if _, known := row.Expected.Replicas[name]; !known {
			name = "new"
		}
		sizes[name] = o.(*cluster.ReplicaSet).Replicas
	}
	require.Equal(t, row.Expected.Replicas, sizes)
}

func annotate(o cluster.Object, key string, value *int) {
	if value != nil {
		o.Meta().Annotations[key] = strconv.Itoa(*value)
	}
}
