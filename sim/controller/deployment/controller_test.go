package deployment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/deployment"
)

// still is a world whose pods are ready at once, with a Deployment that is complete.
func still(t *testing.T, d *cluster.Deployment) *world {
	w := newWorld(t, 1, controller.Options{}, life{})
	w.create(d)
	w.run(second)
	return w
}

func (w *world) replicaSets() []*cluster.ReplicaSet {
	var sets []*cluster.ReplicaSet
	for _, o := range w.store.List(cluster.KindReplicaSet) {
		sets = append(sets, o.(*cluster.ReplicaSet))
	}
	return sets
}

// What the Deployment gives its ReplicaSet, and that its pods.
func TestWhatIsMade(t *testing.T) {
	d := &cluster.Deployment{Replicas: 2, MaxSurge: percent(25), MaxUnavailable: percent(25), MinReadySeconds: 0}
	d.Annotations = map[string]string{"team": "x", "kubectl.kubernetes.io/last-applied-configuration": "{}"}
	w := still(t, d)
	sets := w.replicaSets()
	require.Len(t, sets, 1)
	rs := sets[0]
	hash := rs.Labels[deployment.HashLabel]
	require.Equal(t, "web-"+hash, rs.Name)
	require.Equal(t, cluster.Labels{"app": "web", deployment.HashLabel: hash}, rs.Template.Labels)
	require.Equal(t, map[string]string{"team": "x", deployment.RevisionAnnotation: "1",
		deployment.DesiredReplicasAnnotation: "2", deployment.MaxReplicasAnnotation: "3"}, rs.Annotations)
	require.True(t, rs.Selector.Matches(rs.Template.Labels))
	require.False(t, rs.Selector.Matches(cluster.Labels{"app": "web"}))
	require.Equal(t, w.deployment().UID, rs.ControllerRef().UID)
	require.Same(t, d.Template.Spec, rs.Template.Spec)
	require.Equal(t, "1", w.deployment().Annotations[deployment.RevisionAnnotation])
	pods := w.store.OwnedPods(rs.UID)
	require.Len(t, pods, 2)
	require.True(t, strings.HasPrefix(pods[0].Name, rs.Name+"-"))
	require.Equal(t, rs.Template.Labels, pods[0].Labels)
}

// Annotations and minReadySeconds are handed on to the new ReplicaSet, without another rollout.
func TestHandsOn(t *testing.T) {
	w := still(t, &cluster.Deployment{Replicas: 1, MaxSurge: pods(1)})
	w.edit(func(d *cluster.Deployment) {
		d.MinReadySeconds = 3 * time.Second
		d.Annotations = map[string]string{deployment.RevisionAnnotation: "1", "why": "because"}
	})
	w.run(sim.Never)
	sets := w.replicaSets()
	require.Len(t, sets, 1)
	require.Equal(t, 3*time.Second, sets[0].MinReadySeconds)
	require.Equal(t, "because", sets[0].Annotations["why"])
	require.EqualValues(t, 1, deployment.Revision(sets[0]))
}

// A revision that comes back keeps its former numbers, and its annotations come back with it.
func TestRevisionHistory(t *testing.T) {
	d := &cluster.Deployment{Replicas: 1, MaxSurge: pods(1), RevisionHistoryLimit: 10}
	d.Annotations = map[string]string{"kubernetes.io/change-cause": "first"}
	w := still(t, d)
	w.edit(func(d *cluster.Deployment) {
		d.Template = template("v2")
		d.Annotations = map[string]string{deployment.RevisionAnnotation: "1", "kubernetes.io/change-cause": "second"}
	})
	w.run(2 * second)
	for i, want := range []string{"1", "2", "1,3", "2,4"} {
		w.do(deployment.Undo(web, 0))
		w.run(w.engine.Now() + second)
		d = w.deployment()
		require.EqualValues(t, 3+i, deployment.Revision(d))
		require.Equal(t, []string{"first", "second"}[i%2], d.Annotations["kubernetes.io/change-cause"])
		for _, rs := range w.replicaSets() {
			if deployment.Revision(rs) == deployment.Revision(d) {
				require.Equal(t, want, rs.Annotations[deployment.RevisionHistoryAnnotation])
				require.Equal(t, 1, rs.Replicas)
			}
		}
	}
	before := w.store.Changes()
	w.do(deployment.Undo(web, deployment.Revision(d)))
	require.Equal(t, before, w.store.Changes(), "it is that revision already")
}

// A ReplicaSet that nobody owns is adopted, and becomes the new one if the template is the same.
func TestAdoptsReplicaSets(t *testing.T) {
	w := newWorld(t, 1, controller.Options{}, life{})
	labels := cluster.Labels{"app": "web"}
	orphan := func(name, image string) {
		rs := &cluster.ReplicaSet{ObjectMeta: meta(name), Replicas: 2, Template: template(image), Selector: cluster.SelectLabels(cluster.Labels{"app": "web", "set": name})}
		rs.Labels = labels
		rs.Template.Labels = cluster.Labels{"app": "web", "set": name}
		require.NoError(t, w.store.Create(rs, cluster.ReasonCreated))
	}
	orphan("old", "v0")
	orphan("same", "v1")
	w.run(second)
	tmpl := template("v1")
	tmpl.Labels = cluster.Labels{"app": "web", "set": "same"}
	w.create(&cluster.Deployment{Replicas: 2, MaxSurge: pods(1), ProgressDeadline: time.Minute, Template: tmpl, RevisionHistoryLimit: 10})
	var first []cluster.Condition
	w.store.Observe(func(c *cluster.Change) {
		if d, ok := c.New.(*cluster.Deployment); ok && len(d.Status.Conditions) > 0 && first == nil {
			first = d.Status.Conditions
		}
	})
	w.run(2 * second)
	require.Equal(t, deployment.FoundNewReplicaSet, first[0].Reason)
	require.Equal(t, map[string]int{"v0": 0, "v1": 2}, w.sizes())
	for _, rs := range w.replicaSets() {
		require.Equal(t, w.deployment().UID, rs.ControllerRef().UID, rs.Name)
	}
}

// The hash of the template is another's name already: the next try has another one.
func TestHashCollision(t *testing.T) {
	w := newWorld(t, 1, controller.Options{}, life{})
	taken := "web-" + controller.TemplateHash(template("v1"), 0)
	require.NoError(t, w.store.Create(&cluster.ReplicaSet{ObjectMeta: meta(taken), Selector: &cluster.Selector{Requirements: []cluster.Requirement{{Key: "x", Operator: cluster.Exists}}},
		Template: template("other")}, cluster.ReasonCreated))
	w.create(&cluster.Deployment{Replicas: 2, MaxSurge: pods(1), ProgressDeadline: time.Minute})
	w.run(second)
	require.Equal(t, 1, w.deployment().Status.Collisions)
	require.Equal(t, map[string]int{"other": 0, "v1": 2}, w.sizes())
	_, failed := w.rollout.Syncs()
	require.EqualValues(t, 1, failed)
}

// Without a selector nothing is done, and that is seen.
func TestSelectsAll(t *testing.T) {
	w := newWorld(t, 1, controller.Options{}, life{})
	d := &cluster.Deployment{Replicas: 2, Selector: &cluster.Selector{}, Template: template("v1")}
	d.NamespacedName, d.Generation = web, 4
	require.NoError(t, w.store.Create(d, cluster.ReasonCreated))
	w.run(sim.Never)
	require.EqualValues(t, 4, w.deployment().Status.ObservedGeneration)
	require.Zero(t, w.store.Len(cluster.KindReplicaSet))
}

// One that is being deleted counts and does nothing else; one that is gone is nobody's business.
func TestDyingAndGone(t *testing.T) {
	w := still(t, &cluster.Deployment{Replicas: 2, MaxSurge: pods(1)})
	w.edit(func(d *cluster.Deployment) { d.Deleting, d.Template, d.Replicas = true, template("v2"), 5 })
	w.run(2 * second)
	require.Equal(t, map[string]int{"v1": 2}, w.sizes())
	require.Equal(t, 0, w.deployment().Status.Updated)
	require.NoError(t, w.store.Delete(cluster.KeyOf(w.deployment()), cluster.ReasonDeleted))
	w.rollout.Enqueue(web)
	w.run(sim.Never)
	_, failed := w.rollout.Syncs()
	require.Zero(t, failed)
}

// A ReplicaSet that cannot have its pods says so, and the Deployment repeats it until it is over.
func TestReplicaFailure(t *testing.T) {
	w := still(t, &cluster.Deployment{Replicas: 2, MaxSurge: pods(1)})
	set := func(conditions ...cluster.Condition) {
		require.NoError(t, cluster.Edit(w.store, cluster.KeyOf(w.replicaSets()[0]), cluster.ReasonUpdated, func(rs *cluster.ReplicaSet) { rs.Status.Conditions = conditions }))
	}
	var seen []string
	w.store.Observe(func(c *cluster.Change) {
		if d, ok := c.New.(*cluster.Deployment); ok {
			for _, c := range d.Status.Conditions {
				if c.Type == deployment.ReplicaFailure {
					seen = append(seen, c.Reason+": "+c.Message)
				}
			}
		}
	})
	set(cluster.Condition{Type: deployment.ReplicaFailure, Status: true, Reason: "FailedCreate", Message: "exceeded quota", LastTransitionTime: 7})
	w.run(2 * second) // the ReplicaSet's controller takes it back, as all its pods are there
	require.Equal(t, []string{"FailedCreate: exceeded quota"}, seen)
	require.Len(t, w.deployment().Status.Conditions, 1)
}

func TestUserErrors(t *testing.T) {
	w := newWorld(t, 1, controller.Options{}, life{})
	for what, call := range map[string]controller.Call{
		"undo": deployment.Undo(web, 0), "restart": deployment.Restart(web), "edit": deployment.Edit(web, cluster.ReasonUpdated, func(*cluster.Deployment) {}),
	} {
		require.ErrorIs(t, call(w.store), cluster.ErrNotFound, what)
	}
	w.create(&cluster.Deployment{Replicas: 1})
	w.run(second)
	require.EqualError(t, deployment.Undo(web, 0)(w.store), "Deployment default/web: no earlier revision to return to")
	require.EqualError(t, deployment.Undo(web, 9)(w.store), "Deployment default/web: revision 9 is not in its history")
}

// Names, choices and times depend on nothing but the seed.
func TestSameSeedSameHistory(t *testing.T) {
	run := func() (uint64, uint64) {
		w := newWorld(t, 5, controller.Options{QPS: 20, Burst: 5}, life{start: upTo(5 * time.Second), stop: upTo(time.Second), crash: sometimes(0.3, 10*time.Second)})
		w.create(&cluster.Deployment{Replicas: 20, MaxSurge: percent(25), MaxUnavailable: percent(25), ProgressDeadline: time.Minute, RevisionHistoryLimit: 2})
		w.run(10 * second)
		w.setImage("v2")
		w.run(20 * second)
		w.do(deployment.Undo(web, 0))
		w.run(sim.Never)
		return w.store.Hash(), w.engine.Hash()
	}
	store, events := run()
	again, eventsAgain := run()
	require.Equal(t, [2]uint64{store, events}, [2]uint64{again, eventsAgain})
}

// BenchmarkRollout is a rolling update of 100 pods, and what a pod of it costs.
func BenchmarkRollout(b *testing.B) {
	w := newWorld(b, 1, controller.Options{}, life{start: always(time.Second), stop: always(time.Second)})
	w.create(&cluster.Deployment{Replicas: 100, MaxSurge: percent(25), MaxUnavailable: percent(25), ProgressDeadline: time.Minute, RevisionHistoryLimit: 2})
	w.run(10 * second)
	images := []string{"v2", "v1"}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		w.setImage(images[i%2])
		w.run(w.engine.Now() + 100*second)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/pod")
	if st := w.deployment().Status; st.Updated != 100 || st.Available != 100 {
		b.Fatalf("not complete: %+v", st)
	}
}
