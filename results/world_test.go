package results

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// world is a store with a recorder beside it. Tests write to the store by hand: they are the scheduler and the kubelet.
type world struct {
	t      testing.TB
	engine *sim.Engine
	store  *cluster.Store
	rec    *Recorder
	dir    string
}

// newWorld makes an empty world whose results go to a folder of the test.
func newWorld(t testing.TB, cfg Config) *world {
	w := &world{t: t, engine: sim.New(cfg.Seed), dir: cfg.Dir}
	w.store = cluster.NewStore(w.engine)
	rec, err := NewRecorder(cfg)
	require.NoError(t, err)
	w.rec = rec
	w.store.Observe(rec.OnChange)
	return w
}

// at runs the clock to an instant.
func (w *world) at(d time.Duration) { require.NoError(w.t, w.engine.Run(sim.Time(d))) }

func (w *world) addNode(n *cluster.Node) {
	require.NoError(w.t, w.store.Create(n, cluster.ReasonCreated))
}

func (w *world) addPod(p *cluster.Pod) {
	require.NoError(w.t, w.store.Create(p, cluster.ReasonCreated))
}

func (w *world) pod(name string) *cluster.Pod {
	p := w.store.Pod(cluster.NamespacedName{Namespace: "default", Name: name})
	require.NotNil(w.t, p, "pod %s", name)
	return p
}

func (w *world) key(name string) cluster.Key { return cluster.KeyOf(w.pod(name)) }

func (w *world) bind(name, node string, gpus cluster.DeviceSet) {
	require.NoError(w.t, w.store.Bind(w.key(name), node, gpus))
}

func (w *world) edit(name string, reason cluster.Reason, edit func(*cluster.Pod)) {
	require.NoError(w.t, w.store.EditPod(w.key(name), reason, edit))
}

func (w *world) editNode(name string, reason cluster.Reason, edit func(*cluster.Node)) {
	require.NoError(w.t, w.store.EditNode(name, reason, edit))
}

func (w *world) start(name string) {
	w.edit(name, cluster.ReasonStarted, func(p *cluster.Pod) {
		p.Status.Phase, p.Status.Ready, p.Status.StartedAt = cluster.Running, true, w.store.Now()
	})
}

func (w *world) end(name string, phase cluster.Phase, reason string) {
	because := cluster.ReasonCompleted
	if phase == cluster.Failed {
		because = cluster.ReasonKilled
	}
	w.edit(name, because, func(p *cluster.Pod) {
		p.Status.Phase, p.Status.Ready, p.Status.Reason, p.Status.FinishedAt = phase, false, reason, w.store.Now()
	})
}

func (w *world) remove(name string, reason cluster.Reason) {
	require.NoError(w.t, w.store.Delete(w.key(name), reason))
}

// unschedulable has the scheduler find no node for a pod.
func (w *world) unschedulable(name, because string) {
	w.rec.OnDecision(&framework.Decision{
		Pod: w.key(name), At: w.store.Now(), Nodes: 1, Evaluated: 1,
		Rejections: []framework.Rejection{{Plugin: "Test", Code: framework.Unschedulable, Reason: because, Nodes: 1}},
	})
}

// placed has the scheduler find one.
func (w *world) placed(name, node string) {
	w.rec.OnDecision(&framework.Decision{Pod: w.key(name), At: w.store.Now(), Node: node, Nodes: 1})
}

// close ends the run with made-up hashes.
func (w *world) close(partial string) *Summary {
	s, err := w.rec.Close(w.store.Now(), Ending{Partial: partial, Events: w.engine.Events(), EventLogHash: 1, StoreHash: 2})
	require.NoError(w.t, err)
	return s
}

func (w *world) file(name string) string {
	data, err := os.ReadFile(filepath.Join(w.dir, name))
	require.NoError(w.t, err)
	return string(data)
}

func (w *world) rows() []PodRow {
	var rows []PodRow
	for row, err := range ReadPods(w.dir) {
		require.NoError(w.t, err)
		rows = append(rows, row)
	}
	return rows
}

func makeNode(name string, milliCPU int64, gpus int) *cluster.Node {
	return &cluster.Node{
		ObjectMeta:  cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: name}},
		Allocatable: cluster.Resources{MilliCPU: milliCPU, Memory: 64 << 30}, GPUs: gpus,
	}
}

func makeSpec(milliCPU int64) *cluster.PodSpec {
	s := &cluster.PodSpec{Containers: []cluster.Container{{Requests: cluster.Resources{MilliCPU: milliCPU, Memory: milliCPU << 20}}}}
	return s.Complete()
}

func makePod(name string, spec *cluster.PodSpec) *cluster.Pod {
	return &cluster.Pod{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: name}}, Spec: spec}
}

// listing returns the names of the files in a folder.
func listing(t testing.TB, dir string) []string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func podName(i int) string { return fmt.Sprintf("pod-%d", i) }
