package controller_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

func inDefault(text string) cluster.NamespacedName {
	return cluster.NamespacedName{Namespace: "default", Name: text}
}

func webTemplate(image string) *cluster.PodTemplate {
	return &cluster.PodTemplate{Labels: cluster.Labels{"app": "web"}, Annotations: map[string]string{"a": "b"},
		Spec: (&cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: image}}}).Complete()}
}

func webSet(text string) *cluster.ReplicaSet {
	return &cluster.ReplicaSet{ObjectMeta: cluster.ObjectMeta{NamespacedName: inDefault(text)},
		Selector: cluster.SelectLabels(cluster.Labels{"app": "web"}), Template: webTemplate("v1")}
}

// Names depend on seed, namespace and prefix, not on what else was named; and no two pods have one.
func TestNames(t *testing.T) {
	engine := sim.New(7)
	store := cluster.NewStore(engine)
	one, two := controller.NewNames(engine), controller.NewNames(engine)
	first := one.Pod(store, "default", "web-")
	require.Regexp(t, regexp.MustCompile(`^web-[bcdfghjklmnpqrstvwxz2456789]{5}$`), first)
	other := two.Pod(store, "default", "db-")
	require.Equal(t, first, two.Pod(store, "default", "web-"))
	require.NotEqual(t, first[4:], other[3:])
	require.NotEqual(t, first, one.Pod(store, "default", "web-"))
	require.NotEqual(t, first, controller.NewNames(engine).Pod(store, "elsewhere", "web-"))

	taken := controller.NewNames(engine)
	require.NoError(t, store.Create(controller.NewPod(webTemplate("v1"), webSet("web"), first), cluster.ReasonCreated))
	require.Equal(t, one.Pod(store, "default", "web-")[:4], "web-")
	require.NotEqual(t, first, taken.Pod(store, "default", "web-"), "the name is taken")

	long := one.Pod(store, "default", fmt.Sprintf("%070d-", 1))
	require.Len(t, long, 63)
}

func TestCreatedPod(t *testing.T) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	owner := webSet("web")
	require.NoError(t, store.Create(owner, cluster.ReasonCreated))
	names := controller.NewNames(engine)
	require.NoError(t, names.Create(owner, owner.Template)(store))
	pods := store.OwnedPods(owner.UID)
	require.Len(t, pods, 1)
	p := pods[0]
	require.Equal(t, owner.Template.Labels, p.Labels)
	require.Equal(t, owner.Template.Annotations, p.Annotations)
	require.Same(t, owner.Template.Spec, p.Spec)
	require.Equal(t, cluster.Forever, p.RunTime)
	require.Equal(t, &cluster.OwnerReference{Kind: "ReplicaSet", Name: "web", UID: owner.UID, Controller: true}, p.ControllerRef())

	deletion := controller.DeletePod(cluster.KeyOf(p))
	require.NoError(t, deletion(store))
	require.Empty(t, store.OwnedPods(owner.UID))
	require.NoError(t, deletion(store), "one that is gone is no error")
}

func TestTemplateHash(t *testing.T) {
	base := controller.TemplateHash(webTemplate("v1"), 0)
	require.Regexp(t, regexp.MustCompile(`^[bcdfghjklmnpqrstvwxz2456789]{1,10}$`), base)
	require.Equal(t, base, controller.TemplateHash(webTemplate("v1"), 0), "of equal templates")
	for what, change := range map[string]func(*cluster.PodTemplate){
		"image":      func(p *cluster.PodTemplate) { p.Spec.Containers[0].Image = "v2" },
		"label":      func(p *cluster.PodTemplate) { p.Labels["x"] = "y" },
		"annotation": func(p *cluster.PodTemplate) { p.Annotations["a"] = "c" },
		"affinity": func(p *cluster.PodTemplate) {
			p.Spec.Affinity = &cluster.Affinity{RequiredNode: &cluster.NodeSelector{Terms: []cluster.NodeSelectorTerm{{}}}}
		},
	} {
		next := webTemplate("v1")
		change(next)
		require.NotEqual(t, base, controller.TemplateHash(next, 0), what)
	}
	require.NotEqual(t, base, controller.TemplateHash(webTemplate("v1"), 1), "after a collision")
}

func TestActiveAndTerminating(t *testing.T) {
	for _, test := range []struct {
		phase               cluster.Phase
		deleting            bool
		active, terminating bool
	}{
		{cluster.Pending, false, true, false},
		{cluster.Running, false, true, false},
		{cluster.Running, true, false, true},
		{cluster.Succeeded, false, false, false},
		{cluster.Failed, true, false, false},
	} {
		p := &cluster.Pod{Status: cluster.PodStatus{Phase: test.phase}}
		p.Deleting = test.deleting
		require.Equal(t, test.active, controller.IsActive(p), "%+v", test)
		require.Equal(t, test.terminating, controller.IsTerminating(p), "%+v", test)
	}
}

// Readiness has a timestamp of whole seconds of the wall clock: 0.3 s into its second when the run begins.
func TestAvailability(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	store.SetWallFraction(300 * ms)
	at := func(d time.Duration) sim.Time { return sim.Time(d) }
	ready := func(since time.Duration) *cluster.Pod {
		return &cluster.Pod{Status: cluster.PodStatus{Phase: cluster.Running, Ready: true, ReadyTransition: at(since)}}
	}
	p := ready(2 * time.Second) // wall clock 2.3, timestamp 2
	require.Equal(t, at(1700*ms), controller.ReadySince(store, p))
	require.True(t, controller.IsAvailable(store, p, 0, at(2*time.Second)))
	require.False(t, controller.IsAvailable(store, p, 5*time.Second, at(6699*ms)))
	require.True(t, controller.IsAvailable(store, p, 5*time.Second, at(6700*ms)))
	require.False(t, controller.IsAvailable(store, &cluster.Pod{}, 0, 0))

	pods := []*cluster.Pod{ready(4 * time.Second), {}, p, ready(3 * time.Second)}
	wait, found := controller.AvailableIn(store, pods, 5*time.Second, at(4*time.Second))
	require.True(t, found)
	require.Equal(t, 2700*ms, wait)
	wait, found = controller.AvailableIn(store, pods, 5*time.Second, at(6700*ms))
	require.True(t, found)
	require.Equal(t, time.Second, wait)
	_, found = controller.AvailableIn(store, pods, 5*time.Second, at(8700*ms))
	require.False(t, found)
	_, found = controller.AvailableIn(store, pods, 0, 0)
	require.False(t, found)
}

// A pod that no one marked as ready since is ready since it runs.
func TestReadySinceStart(t *testing.T) {
	p := &cluster.Pod{Status: cluster.PodStatus{Ready: true, StartedAt: sim.Time(3500 * ms)}}
	require.Equal(t, sim.Time(3*time.Second), controller.ReadySince(cluster.NewStore(sim.New(1)), p))
}

// claims runs one reconcile that claims, and returns the names of what is claimed.
func claims(t require.TestingT, engine *sim.Engine, store *cluster.Store, orphans *controller.Orphans, owner *cluster.ReplicaSet) []string {
	var claimed []string
	p := &probe{engine: engine, store: store, do: func(_ *probe, _ string, calls *controller.Calls) (controller.Result, error) {
		var free []*cluster.Pod
		for _, o := range orphans.Matching(owner.Namespace, owner.Selector) {
			free = append(free, o.(*cluster.Pod))
		}
		for _, p := range controller.Claim(calls, owner, store.OwnedPods(owner.UID), free) {
			claimed = append(claimed, p.Name)
		}
		return controller.Result{}, nil
	}}
	c := controller.New("claim", engine, store, p, controller.Options{})
	c.Enqueue(owner.NamespacedName)
	require.NoError(t, engine.Run(engine.Now()))
	return claimed
}

func TestClaim(t *testing.T) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	owner := webSet("web")
	require.NoError(t, store.Create(owner, cluster.ReasonCreated))
	pod := func(name, app string, owners ...cluster.OwnerReference) *cluster.Pod {
		p := controller.NewPod(webTemplate("v1"), owner, name)
		p.Labels, p.Owners = cluster.Labels{"app": app}, owners
		require.NoError(t, store.Create(p, cluster.ReasonCreated))
		return p
	}
	mine := controller.Ref(owner)
	pod("orphan-before", "web")
	orphans := controller.NewOrphans(store, cluster.KindPod)
	pod("owned", "web", mine)
	pod("strayed", "db", mine)
	pod("orphan", "web")
	pod("orphan-of-others", "db")
	pod("taken", "web", cluster.OwnerReference{Kind: "Job", UID: 77, Controller: true})
	pod("noted", "web", cluster.OwnerReference{Kind: "Job", UID: 78})
	dying := pod("dying", "web")
	require.NoError(t, store.EditPod(cluster.KeyOf(dying), cluster.ReasonKilling, func(p *cluster.Pod) { p.Deleting = true }))

	require.Equal(t, []string{"owned", "orphan-before", "orphan", "noted"}, claims(t, engine, store, orphans, owner))
	ref := func(name string) *cluster.OwnerReference { return store.Pod(inDefault(name)).ControllerRef() }
	for _, name := range []string{"owned", "orphan-before", "orphan", "noted"} {
		require.Equal(t, &mine, ref(name), name)
	}
	require.Len(t, store.Pod(inDefault("noted")).Owners, 2)
	require.Nil(t, ref("strayed"))
	require.Nil(t, ref("dying"))
	require.Nil(t, ref("orphan-of-others"))
	require.EqualValues(t, 77, ref("taken").UID)

	require.NoError(t, cluster.Edit(store, cluster.KeyOf(owner), cluster.ReasonKilling, func(rs *cluster.ReplicaSet) { rs.Deleting = true }))
	pod("late", "web")
	pod("strayed-late", "db", mine)
	claims(t, engine, store, orphans, store.Get(cluster.KindReplicaSet, owner.NamespacedName).(*cluster.ReplicaSet))
	require.Nil(t, ref("late"), "who is being deleted adopts nothing")
	require.NotNil(t, ref("strayed-late"), "and releases nothing")
}

func TestSelecting(t *testing.T) {
	store := cluster.NewStore(sim.New(1))
	all := webSet("all")
	all.Selector = &cluster.Selector{}
	elsewhere := webSet("web")
	elsewhere.Namespace = "elsewhere"
	for _, rs := range []*cluster.ReplicaSet{webSet("b"), webSet("a"), all, elsewhere} {
		require.NoError(t, store.Create(rs, cluster.ReasonCreated))
	}
	p := controller.NewPod(webTemplate("v1"), all, "p")
	require.Empty(t, controller.Selecting(store, cluster.KindReplicaSet, p), "it has a controller")
	p.Owners = nil
	require.Equal(t, []cluster.NamespacedName{inDefault("a"), inDefault("b")}, controller.Selecting(store, cluster.KindReplicaSet, p))
	p.Labels = nil
	require.Empty(t, controller.Selecting(store, cluster.KindReplicaSet, p))
}

// The orphans that are kept are those found by looking at all objects.
func TestOrphansAgainstAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		engine := sim.New(1)
		store := cluster.NewStore(engine)
		orphans := controller.NewOrphans(store, cluster.KindPod)
		selector := cluster.SelectLabels(cluster.Labels{"app": "web"})
		owner := cluster.OwnerReference{Kind: "Job", UID: 9, Controller: true}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			name := inDefault(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "pod"))
			labels := rapid.SampledFrom([]cluster.Labels{nil, {"app": "web"}, {"app": "db"}}).Draw(t, "labels")
			var owners []cluster.OwnerReference
			if rapid.Bool().Draw(t, "owned") {
				owners = append(owners, owner)
			}
			p := store.Pod(name)
			switch {
			case p == nil:
				p = &cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: name, Labels: labels, Owners: owners}, Spec: (&cluster.PodSpec{}).Complete()}
				require.NoError(t, store.Create(p, cluster.ReasonCreated))
			case rapid.Bool().Draw(t, "delete"):
				require.NoError(t, store.Delete(cluster.KeyOf(p), cluster.ReasonDeleted))
			default:
				require.NoError(t, store.EditPod(cluster.KeyOf(p), cluster.ReasonUpdated, func(p *cluster.Pod) { p.Labels, p.Owners = labels, owners }))
			}
			var want []cluster.Object
			for _, o := range store.List(cluster.KindPod) {
				if o.Meta().ControllerRef() == nil && o.Meta().Labels["app"] == "web" {
					want = append(want, o)
				}
			}
			require.ElementsMatch(t, want, orphans.Matching("default", selector))
		}
	})
}
