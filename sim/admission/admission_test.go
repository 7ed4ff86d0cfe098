package admission_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/admission"
	"github.com/wavetank/wavetank/sim/cluster"
)

func named(name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "shop", Name: name}}
}

// world is a store with admission.
func world() *cluster.Store {
	store := cluster.NewStore(sim.New(1))
	admission.Attach(store)
	return store
}

// container requests and limits cpu in thousandths; a negative number is not stated.
func container(request, limit int64) cluster.Container {
	c := cluster.Container{Name: "c"}
	if request >= 0 {
		c.Requests.MilliCPU, c.RequestsCPU = request, true
	}
	if limit >= 0 {
		c.Limits.MilliCPU = limit
	}
	return c
}

func pod(name string, containers ...cluster.Container) *cluster.Pod {
	return &cluster.Pod{ObjectMeta: named(name), Spec: (&cluster.PodSpec{Containers: containers}).Complete(), RunTime: cluster.Forever}
}

func amount(name string, n int64) cluster.Amount {
	return cluster.Amount{Name: cluster.ResourceName(name), Value: n}
}

func quota(hard ...cluster.Amount) *cluster.ResourceQuota {
	return &cluster.ResourceQuota{ObjectMeta: named("quota"), Hard: hard}
}

func create(t *testing.T, store *cluster.Store, objects ...cluster.Object) {
	t.Helper()
	for _, o := range objects {
		require.NoError(t, store.Create(o, cluster.ReasonCreated))
	}
}

func TestQuotas(t *testing.T) {
	cases := []struct {
		name string
		hard []cluster.Amount
		have []cluster.Object
		new  cluster.Object
		want string
	}{
		{"room is left", []cluster.Amount{amount("pods", 2)}, []cluster.Object{pod("a")}, pod("b"), ""},
		{"no room", []cluster.Amount{amount("pods", 1)}, []cluster.Object{pod("a")}, pod("b"),
			`pods "b" is forbidden: exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1`},
		{"cpu", []cluster.Amount{amount("requests.cpu", 1000)}, []cluster.Object{pod("a", container(700, -1))}, pod("b", container(301, -1)),
			`pods "b" is forbidden: exceeded quota: quota, requested: requests.cpu=301m, used: requests.cpu=700m, limited: requests.cpu=1`},
		{"several", []cluster.Amount{amount("cpu", 100), amount("pods", 0)}, nil, pod("b", container(200, -1)),
			`pods "b" is forbidden: exceeded quota: quota, requested: cpu=200m,pods=1, used: cpu=0,pods=0, limited: cpu=100m,pods=0`},
		{"unstated limit", []cluster.Amount{amount("limits.cpu", 1000), amount("memory", 1)}, nil, pod("b", container(1, 0)),
			`pods "b" is forbidden: failed quota: quota: must specify limits.cpu for: c; memory for: c`},
		{"other kinds", []cluster.Amount{amount("count/deployments.apps", 0)}, nil, &cluster.Deployment{ObjectMeta: named("d")},
			`deployments.apps "d" is forbidden: exceeded quota: quota, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0`},
		{"config maps by their old name", []cluster.Amount{amount("configmaps", 1)}, []cluster.Object{&cluster.ConfigMap{ObjectMeta: named("a")}}, &cluster.ConfigMap{ObjectMeta: named("b")},
			`configmaps "b" is forbidden: exceeded quota: quota, requested: configmaps=1, used: configmaps=1, limited: configmaps=1`},
		{"storage", []cluster.Amount{amount("requests.storage", 1<<30)}, nil, &cluster.PersistentVolumeClaim{ObjectMeta: named("v"), Request: 3 << 29},
			`persistentvolumeclaims "v" is forbidden: exceeded quota: quota, requested: requests.storage=1536Mi, used: requests.storage=0, limited: requests.storage=1Gi`},
		{"of what is not asked for", []cluster.Amount{amount("requests.nvidia.com/gpu", 0)}, nil, pod("b"), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			store := world()
			create(t, store, c.have...)
			create(t, store, quota(c.hard...))
			err := store.Create(c.new, cluster.ReasonCreated)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, cluster.ErrForbidden)
			require.EqualError(t, err, c.want)
		})
	}
}

// TestQuotaIsGivenBack: a pod that has ended or is gone leaves room for another, one of another namespace takes none.
func TestQuotaIsGivenBack(t *testing.T) {
	store := world()
	other := pod("other")
	other.Namespace = "elsewhere"
	create(t, store, quota(amount("pods", 1)), other, pod("a"))
	require.Error(t, store.Create(pod("b"), cluster.ReasonCreated))
	a := store.Pod(named("a").NamespacedName)
	require.NoError(t, store.EditPod(cluster.KeyOf(a), cluster.ReasonCompleted, func(p *cluster.Pod) { p.Status.Phase = cluster.Succeeded }))
	create(t, store, pod("b"))
	require.NoError(t, store.Delete(cluster.KeyOf(store.Pod(named("b").NamespacedName)), cluster.ReasonDeleted))
	create(t, store, pod("c"))
	require.Error(t, store.Create(pod("d"), cluster.ReasonCreated))
}

// TestQuotasHoldAlways: whatever comes and goes, what is counted is what is there, and no quota is exceeded.
func TestQuotasHoldAlways(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := world()
		limit := rapid.Int64Range(0, 2000).Draw(t, "limit")
		require.NoError(t, store.Create(quota(amount("requests.cpu", limit)), cluster.ReasonCreated))
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			name := fmt.Sprint("p", rapid.IntRange(0, 5).Draw(t, "pod"))
			p := store.Pod(named(name).NamespacedName)
			request := rapid.Int64Range(0, 900).Draw(t, "cpu")
			switch {
			case p == nil:
				before := requested(store)
				err := store.Create(pod(name, container(request, -1)), cluster.ReasonCreated)
				require.Equal(t, request > 0 && before+request > limit, err != nil)
			case rapid.Bool().Draw(t, "ends"):
				require.NoError(t, store.EditPod(cluster.KeyOf(p), cluster.ReasonCompleted, func(p *cluster.Pod) { p.Status.Phase = cluster.Failed }))
			default:
				require.NoError(t, store.Delete(cluster.KeyOf(p), cluster.ReasonDeleted))
			}
			require.LessOrEqual(t, requested(store), limit)
		}
	})
}

func requested(store *cluster.Store) int64 {
	var sum int64
	for _, o := range store.List(cluster.KindPod) {
		if p := o.(*cluster.Pod); !p.Terminal() {
			sum += p.Spec.Requests().MilliCPU
		}
	}
	return sum
}

func limitRange(items ...cluster.LimitRangeItem) *cluster.LimitRange {
	return &cluster.LimitRange{ObjectMeta: named("limits"), Items: items}
}

func TestLimitRangeDefaults(t *testing.T) {
	store := world()
	create(t, store, limitRange(cluster.LimitRangeItem{Type: "Container",
		Default: []cluster.Amount{amount("cpu", 500), amount("memory", 1<<20)}, DefaultRequest: []cluster.Amount{amount("cpu", 100)}}))
	spec := (&cluster.PodSpec{Containers: []cluster.Container{container(-1, -1), container(300, 400)}}).Complete()
	a, b := pod("a"), pod("b")
	a.Spec, b.Spec = spec, spec
	create(t, store, a, b)
	require.Same(t, a.Spec, b.Spec, "one class of pods stays one")
	require.Equal(t, int64(400), a.Spec.Requests().MilliCPU)
	require.Equal(t, int64(500), a.Spec.Containers[0].Limits.MilliCPU)
	require.Equal(t, int64(1<<20), a.Spec.Containers[1].Limits.Memory)
	require.Equal(t, int64(400), a.Spec.Containers[1].Limits.MilliCPU)
	require.Zero(t, spec.Containers[0].Requests.MilliCPU, "the spec of the others stays as it is")
}

func TestLimitRangeBounds(t *testing.T) {
	least, most := []cluster.Amount{amount("cpu", 200)}, []cluster.Amount{amount("cpu", 800)}
	cases := []struct {
		name string
		item cluster.LimitRangeItem
		pod  *cluster.Pod
		want string
	}{
		{"within", cluster.LimitRangeItem{Type: "Container", Min: least, Max: most}, pod("p", container(200, 800)), ""},
		{"too little", cluster.LimitRangeItem{Type: "Container", Min: least}, pod("p", container(100, -1)),
			"minimum cpu usage per Container is 200m, but request is 100m"},
		{"too much", cluster.LimitRangeItem{Type: "Container", Max: most}, pod("p", container(100, 1500)),
			"maximum cpu usage per Container is 800m, but limit is 1500m"},
		{"no limit", cluster.LimitRangeItem{Type: "Container", Max: most}, pod("p", container(100, -1)),
			"maximum cpu usage per Container is 800m.  No limit is specified"},
		{"no request", cluster.LimitRangeItem{Type: "Container", Min: least}, pod("p", container(-1, -1)),
			"minimum cpu usage per Container is 200m.  No request is specified"},
		{"both", cluster.LimitRangeItem{Type: "Container", Min: least, Max: most}, pod("p", container(100, 900)),
			"[minimum cpu usage per Container is 200m, but request is 100m, maximum cpu usage per Container is 800m, but limit is 900m]"},
		{"the pod as a whole", cluster.LimitRangeItem{Type: "Pod", Max: most}, pod("p", container(1, 500), container(1, 500)),
			"maximum cpu usage per Pod is 800m, but limit is 1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			store := world()
			create(t, store, limitRange(c.item))
			err := store.Create(c.pod, cluster.ReasonCreated)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, `pods "p" is forbidden: `+c.want)
		})
	}
}

func TestClaimBounds(t *testing.T) {
	store := world()
	create(t, store, limitRange(cluster.LimitRangeItem{Type: "PersistentVolumeClaim", Min: []cluster.Amount{amount("storage", 1<<30)}, Max: []cluster.Amount{amount("storage", 2<<30)}}))
	claim := func(name string, size int64) error {
		return store.Create(&cluster.PersistentVolumeClaim{ObjectMeta: named(name), Request: size}, cluster.ReasonCreated)
	}
	require.NoError(t, claim("a", 1<<30))
	require.EqualError(t, claim("b", 1<<29), `persistentvolumeclaims "b" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi`)
	require.EqualError(t, claim("c", 3<<30), `persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi`)
}

// TestPriority: a class that came after the template counts when the pod is made.
func TestPriority(t *testing.T) {
	store := world()
	wants := func(name string) *cluster.Pod {
		p := pod(name)
		p.Spec = (&cluster.PodSpec{PriorityClass: "high"}).Complete()
		return p
	}
	require.EqualError(t, store.Create(wants("a"), cluster.ReasonCreated), `pods "a" is forbidden: no PriorityClass with name high was found`)
	class := &cluster.PriorityClass{Value: 7, PreemptionPolicy: cluster.PreemptNever}
	class.Name = "high"
	create(t, store, class)
	p := wants("b")
	create(t, store, p)
	require.Equal(t, int32(7), p.Spec.Priority)
	require.Equal(t, cluster.PreemptNever, p.Spec.PreemptionPolicy)
	system := pod("c")
	system.Spec = (&cluster.PodSpec{PriorityClass: "system-node-critical", Priority: 2_000_001_000}).Complete()
	create(t, store, system)
}
