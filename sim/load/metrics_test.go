package load_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/load"
)

const second = sim.Time(time.Second)

// cpu asks for a pod's use of cpu: "400 @30s/15s", or "none".
func (w *world) cpu(pod string) string {
	v, ok := w.load.Resource(w.get(pod), "", cluster.CPU)
	return told(v, ok)
}

func told(v load.Value, ok bool) string {
	if !ok {
		return "none"
	}
	return fmt.Sprintf("%d @%v/%v", v.MilliValue, v.Timestamp, v.Window)
}

// A demand of 10 requests a second, 20 from the 40th second on: 200 and 400 milli-CPU.
func doubled() load.Curve {
	return load.Step{{At: 0, Rate: 10}, {At: 40 * second, Rate: 20}}
}

// The figures are those of the last scrape, and a mean since the one before it.
func TestResourceIsAsScraped(t *testing.T) {
	w := story(t, 1, services(web(doubled())))
	for _, c := range []struct {
		at   time.Duration
		want string
	}{
		{10 * time.Second, "none"}, {15 * time.Second, "none"}, {29 * time.Second, "none"},
		{30 * time.Second, "200 @30s/15s"}, {44 * time.Second, "200 @30s/15s"},
		{45 * time.Second, "267 @45s/15s"}, // 10 s of 200 and 5 s of 400
		{61 * time.Second, "400 @1m0s/15s"},
		{10 * time.Minute, "400 @10m0s/15s"}, // nothing has happened since
	} {
		w.run(c.at)
		require.Equal(t, c.want, w.cpu("web-0"), c.at)
	}
}

// A container that started 10 s before its first scrape is told of since its start, one that started later waits for the next.
func TestFreshContainers(t *testing.T) {
	cost := web(load.Constant(10))
	cost.IdleMilliCPU = 50
	w := newWorld(t, 2)
	w.service("web")
	w.start(services(cost))
	w.at(18*time.Second, func() { w.pod("web", "old", "n0", 1000) })
	w.at(21*time.Second, func() { w.pod("web", "young", "n1", 1000) })
	w.run(29 * time.Second)
	require.Equal(t, "none", w.cpu("old"))
	w.run(30 * time.Second)
	require.Equal(t, "175 @30s/12s", w.cpu("old"), "3 s of all the requests, 9 s of half")
	require.Equal(t, "none", w.cpu("young"))
	w.run(45 * time.Second)
	require.Equal(t, "150 @45s/15s", w.cpu("old"))
	require.Equal(t, "150 @45s/15s", w.cpu("young"))
}

// What a pod has used stays its own when the endpoints of its service change.
func TestLedgersOutliveClasses(t *testing.T) {
	w := story(t, 2, services(web(load.Constant(20))))
	w.at(35*time.Second, func() { w.edit("web-1", func(p *cluster.Pod) { p.Status.Ready = false }) })
	w.at(40*time.Second, func() { w.edit("web-1", func(p *cluster.Pod) { p.Status.Ready = true }) })
	w.run(50 * time.Second)
	require.Equal(t, "267 @45s/15s", w.cpu("web-0"), "a third of the time it had all")
	require.Equal(t, "133 @45s/15s", w.cpu("web-1"))
}

func TestUnreachableNodesTellNothing(t *testing.T) {
	w := story(t, 1, services(web(load.Constant(10))))
	w.at(50*time.Second, func() {
		w.node("n0", func(n *cluster.Node) { n.Isolated, n.Silent = true, w.engine.Now() })
	})
	w.run(59 * time.Second)
	require.Equal(t, "200 @45s/15s", w.cpu("web-0"), "the last scrape came before")
	w.run(60 * time.Second)
	require.Equal(t, "none", w.cpu("web-0"))
}

// Of a pod without load the figures are those of its app.
func TestUsageWithoutLoad(t *testing.T) {
	w := newWorld(t, 1)
	w.pod("batch", "b", "n0", 0)
	two := (&cluster.PodSpec{Containers: []cluster.Container{{Name: "x"}, {Name: "y"}}}).Complete()
	w.create(&cluster.Pod{ObjectMeta: meta(shop, "two"), Spec: two, NodeName: "n0", Status: cluster.PodStatus{Phase: cluster.Running}})
	w.start(load.Config{Usage: func(uid cluster.UID) (load.Usage, bool) {
		return load.Usage{MilliCPU: 120.5, Memory: 7}, uid == w.get("b").UID || uid == w.get("two").UID
	}})
	w.run(31 * time.Second)
	require.Equal(t, "121 @30s/15s", w.cpu("b"))
	v, ok := w.load.Resource(w.get("b"), "main", cluster.Memory)
	require.Equal(t, "7000 @30s/15s", told(v, ok), "its only container")
	_, ok = w.load.Resource(w.get("b"), "other", cluster.Memory)
	require.False(t, ok, "there is no such container")
	require.Equal(t, "121 @30s/15s", w.cpu("two"))
	_, ok = w.load.Resource(w.get("two"), "x", cluster.CPU)
	require.False(t, ok, "what each uses is not known")
	_, ok = w.load.Resource(w.get("b"), "", cluster.EphemeralStorage)
	require.False(t, ok)
	w.edit("b", func(p *cluster.Pod) { p.Status.Phase, p.Status.Ready = cluster.Failed, false })
	require.Equal(t, "none", w.cpu("b"))
	require.Zero(t, w.engine.Pending())
}

func TestContainers(t *testing.T) {
	w := newWorld(t, 1)
	spec := (&cluster.PodSpec{Containers: []cluster.Container{{Name: "proxy"}, {Name: "app", Limits: cluster.Resources{MilliCPU: 2000}}}}).Complete()
	p := &cluster.Pod{ObjectMeta: meta(shop, "web"), Spec: spec, NodeName: "n0", Status: cluster.PodStatus{Phase: cluster.Running, Ready: true}}
	p.Labels = cluster.Labels{"app": "web"}
	w.create(p)
	cost := load.Service{Name: named("app=web"), Selector: cluster.SelectLabels(p.Labels), Demand: load.Constant(10), CPUPerRequest: 20 * time.Millisecond, Container: "app"}
	w.start(services(cost))
	w.run(31 * time.Second)
	for container, want := range map[string]string{"": "200 @30s/15s", "app": "200 @30s/15s", "proxy": "0 @30s/15s", "none": "none"} {
		v, ok := w.load.Resource(p, container, cluster.CPU)
		require.Equal(t, want, told(v, ok), container)
	}
}

func TestCustomMetrics(t *testing.T) {
	cost := web(doubled())
	cost.Metric = "hits"
	w := story(t, 2, services(cost))
	w.run(46 * time.Second)
	p := w.get("web-0")
	for metric, want := range map[string]string{"hits": "6667 @45s/15s", "requests_per_second": "6667 @45s/15s", "http_requests_per_second": "none"} {
		v, ok := w.load.Pods(p, metric, nil)
		require.Equal(t, want, told(v, ok), metric)
	}
	object := func(namespace, kind, name, metric string, selector *cluster.Selector) string {
		return told(w.load.Object(namespace, cluster.ObjectRef{Kind: kind, Name: name}, metric, selector))
	}
	require.Equal(t, "13333 @45s/15s", object(shop, "Service", "web", "hits", &cluster.Selector{}))
	require.Equal(t, "none", object(shop, "Service", "web", "bytes", nil))
	require.Equal(t, "none", object(shop, "Service", "other", "hits", nil))
	require.Equal(t, "none", object("default", "Service", "web", "hits", nil))
	require.Equal(t, "none", object(shop, "Ingress", "web", "hits", nil))
	require.Equal(t, "none", object(shop, "Service", "web", "hits", cluster.SelectLabels(cluster.Labels{"a": "b"})))
	_, ok := w.load.Pods(p, "hits", cluster.SelectLabels(cluster.Labels{"a": "b"}))
	require.False(t, ok)
	w.remove("web-0")
	_, ok = w.load.Pods(p, "hits", nil)
	require.False(t, ok, "it is gone")
}

func TestExternalMetrics(t *testing.T) {
	w := newWorld(t, 0).start(load.Config{Externals: []load.External{
		{Name: "backlog", Value: load.Ramp{{At: 0, Rate: 0}, {At: 100 * second, Rate: 100}}},
		{Name: "backlog", Namespace: shop, Value: load.Constant(7)},
	}})
	w.run(30 * time.Second)
	require.Zero(t, w.engine.Events(), "a number is looked at when it is asked for")
	all, ok := w.load.External(shop, "backlog", nil)
	require.True(t, ok)
	require.Equal(t, []load.Value{{MilliValue: 30_000, Timestamp: 30 * second}, {MilliValue: 7000, Timestamp: 30 * second}}, all)
	all, ok = w.load.External("default", "backlog", nil)
	require.True(t, ok)
	require.Len(t, all, 1)
	_, ok = w.load.External(shop, "other", nil)
	require.False(t, ok)
	_, ok = w.load.External(shop, "backlog", cluster.SelectLabels(cluster.Labels{"a": "b"}))
	require.False(t, ok)
}
