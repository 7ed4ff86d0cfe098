package decisionlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/results/decisionlog"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func header(full bool) decisionlog.Header {
	return decisionlog.Header{Full: full, Seed: 1<<64 - 1, Configuration: "kind: KubeSchedulerConfiguration\n"}
}

// written returns the log that write writes.
func written(t require.TestingT, h decisionlog.Header, write func(*decisionlog.Writer)) []byte {
	var b bytes.Buffer
	w, err := decisionlog.NewWriter(&b, h)
	require.NoError(t, err)
	write(w)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func read(t require.TestingT, log []byte) (decisionlog.Header, []decisionlog.Record) {
	r, err := decisionlog.NewReader(bytes.NewReader(log))
	require.NoError(t, err)
	defer r.Close()
	var records []decisionlog.Record
	for {
		rec, nextErr := r.Next()
		if errors.Is(nextErr, io.EOF) {
			return r.Header, records
		}
		require.NoError(t, nextErr)
		records = append(records, rec)
	}
}

func drawPod(t *rapid.T, specs []*cluster.PodSpec) *cluster.Pod {
	p := &cluster.Pod{Spec: rapid.SampledFrom(specs).Draw(t, "spec"), GPUs: cluster.DeviceSet(rapid.Uint64().Draw(t, "gpus"))}
	p.Namespace, p.Name = "default", rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "name")
	p.UID = cluster.UID(rapid.Uint64().Draw(t, "uid"))
	p.NodeName = rapid.SampledFrom([]string{"", "n1", "n2"}).Draw(t, "node")
	if rapid.Bool().Draw(t, "labelled") {
		p.Labels = cluster.Labels{"app": rapid.StringMatching(`[a-z]*`).Draw(t, "app"), "zone": "a"}
	}
	if rapid.Bool().Draw(t, "owned") {
		p.Owners = []cluster.OwnerReference{{Kind: "ReplicaSet", Name: "web", Controller: true}}
	}
	p.Deleting = rapid.Bool().Draw(t, "deleting")
	p.Status = cluster.PodStatus{
		Phase:         cluster.Phase(rapid.IntRange(0, 3).Draw(t, "phase")),
		StartedAt:     sim.Time(rapid.Int64().Draw(t, "started")),
		NominatedNode: rapid.SampledFrom([]string{"", "n1"}).Draw(t, "nominated"),
		Disrupted:     rapid.SampledFrom([]cluster.Reason{"", cluster.ReasonPreempted}).Draw(t, "disrupted"),
	}
	return p
}

func drawDecision(t *rapid.T, p *cluster.Pod) *framework.Decision {
	small := rapid.IntRange(0, 5000)
	d := &framework.Decision{
		Pod: cluster.KeyOf(p), At: sim.Time(rapid.Int64Range(0, 1<<50).Draw(t, "at")), Attempt: small.Draw(t, "attempt"),
		Node: rapid.SampledFrom([]string{"", "n1", "n2"}).Draw(t, "node"), Nominated: rapid.SampledFrom([]string{"", "n3"}).Draw(t, "nominated"),
		Renominated: rapid.Bool().Draw(t, "renominated"), Score: rapid.Int64().Draw(t, "score"), Ties: small.Draw(t, "ties"),
		Feasible: small.Draw(t, "feasible"), Evaluated: small.Draw(t, "evaluated"), Nodes: small.Draw(t, "nodes"), Start: small.Draw(t, "start"),
		PreFilter: rapid.SampledFrom([]string{"", "no claim"}).Draw(t, "prefilter"), PostFilter: rapid.String().Draw(t, "postfilter"),
		Err: rapid.SampledFrom([]string{"", "broken"}).Draw(t, "err"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "victims") {
		d.Evict = append(d.Evict, cluster.Key{Kind: cluster.KindPod, NamespacedName: cluster.NamespacedName{Namespace: "x", Name: "v"}, UID: 7})
	}
	for range rapid.IntRange(0, 3).Draw(t, "rejections") {
		d.Rejections = append(d.Rejections, framework.Rejection{Plugin: "NodeResourcesFit", Code: framework.Unschedulable,
			Reason: rapid.SampledFrom([]string{"Insufficient cpu", "Too many pods"}).Draw(t, "reason"), Nodes: small.Draw(t, "n")})
	}
	return d
}

func specs() []*cluster.PodSpec {
	var all []*cluster.PodSpec
	for i := range 3 {
		all = append(all, (&cluster.PodSpec{Priority: int32(i), Containers: []cluster.Container{{
			Requests: cluster.Resources{MilliCPU: int64(i) * 100, Extended: []cluster.Amount{{Name: "example.com/x", Value: 1}}}, RequestsCPU: true}},
			Affinity: &cluster.Affinity{RequiredPodAnti: []cluster.PodAffinityTerm{{TopologyKey: "zone", Selector: cluster.SelectLabels(cluster.Labels{"a": "b"})}}},
		}).Complete())
	}
	return all
}

// TestDecisionsComeBack: whatever is written is read, at both levels.
func TestDecisionsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		full := rapid.Bool().Draw(t, "full")
		all := specs()
		var want []*framework.Decision
		for range rapid.IntRange(0, 5).Draw(t, "decisions") {
			p := drawPod(t, all)
			d := drawDecision(t, p)
			if full {
				d.Tried = p
			}
			want = append(want, d)
		}
		log := written(t, header(full), func(w *decisionlog.Writer) {
			for _, d := range want {
				w.OnDecision(d)
			}
		})
		h, got := read(t, log)
		require.Equal(t, header(full), h)
		require.Len(t, got, len(want))
		for i, d := range want {
			require.Equal(t, d, got[i].Decision)
		}
	})
}

// TestViewComesBack: the changes of a snapshot, written and read, make an equal snapshot with the order of nodes and pods.
func TestViewComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		original, again := cluster.NewSnapshot(nil), cluster.NewSnapshot(nil)
		log := written(t, header(true), func(w *decisionlog.Writer) {
			original.OnViewChange(w.OnViewChange)
			change(t, original)
		})
		_, records := read(t, log)
		for _, r := range records {
			again.Apply(*r.View)
		}
		require.Equal(t, len(original.Nodes()), len(again.Nodes()))
		for i, n := range original.Nodes() {
			m := again.Nodes()[i]
			require.Equal(t, n.Node, m.Node)
			require.Equal(t, n.Requested, m.Requested)
			require.Equal(t, len(n.Pods), len(m.Pods))
			for k := range n.Pods {
				require.Equal(t, n.Pods[k], m.Pods[k])
			}
			require.Equal(t, len(original.Nominated(n.Name())), len(again.Nominated(n.Name())))
		}
	})
}

// change does things to a snapshot.
func change(t *rapid.T, view *cluster.Snapshot) {
	all := specs()
	var placed []*cluster.Pod
	uid := cluster.UID(0)
	fresh := func(t *rapid.T, name string) *cluster.Pod {
		uid++
		p := &cluster.Pod{Spec: rapid.SampledFrom(all).Draw(t, "spec"), NodeName: name}
		p.Namespace, p.Name, p.UID = "default", fmt.Sprintf("p%d", uid), uid
		return p
	}
	node := rapid.SampledFrom([]string{"n1", "n2", "n3"})
	t.Repeat(map[string]func(*rapid.T){
		"node": func(t *rapid.T) {
			n := &cluster.Node{AllocatablePods: 110}
			n.Name = node.Draw(t, "node")
			n.Labels = cluster.Labels{cluster.LabelZone: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "zone")}
			view.UpdateNode(n)
		},
		"node gone": func(t *rapid.T) { view.RemoveNode(node.Draw(t, "node")) },
		"pod": func(t *rapid.T) {
			p := fresh(t, node.Draw(t, "node"))
			view.AddPod(p)
			placed = append(placed, p)
		},
		"pod update": func(t *rapid.T) {
			if len(placed) == 0 {
				t.Skip("no pods")
			}
			i := rapid.IntRange(0, len(placed)-1).Draw(t, "pod")
			p := *placed[i]
			p.Deleting = !p.Deleting
			view.ReplacePod(placed[i], &p)
			placed[i] = &p
		},
		"pod gone": func(t *rapid.T) {
			if len(placed) == 0 {
				t.Skip("no pods")
			}
			require.True(t, view.RemovePod(placed[0]))
			placed = placed[1:]
		},
		"nominate": func(t *rapid.T) {
			p := fresh(t, "")
			p.Status.NominatedNode = node.Draw(t, "node")
			view.Nominate(p)
			if rapid.Bool().Draw(t, "and not") {
				view.Unnominate(p.UID)
			}
		},
	})
}

func TestObjectsComeBack(t *testing.T) {
	ns := &cluster.Namespace{}
	ns.Name, ns.Labels = "team-a", cluster.Labels{"env": "dev"}
	budget := &cluster.PodDisruptionBudget{DisruptionsAllowed: 2, Selector: cluster.SelectLabels(cluster.Labels{"app": "web"})}
	budget.Namespace, budget.Name = "team-a", "web"
	log := written(t, header(true), func(w *decisionlog.Writer) {
		w.OnChange(&cluster.Change{Verb: cluster.Added, New: ns})
		w.OnChange(&cluster.Change{Verb: cluster.Added, New: budget})
		w.OnChange(&cluster.Change{Verb: cluster.Deleted, Old: ns})
		w.OnChange(&cluster.Change{Verb: cluster.Added, New: &cluster.Node{}}) // the view has the nodes
	})
	_, records := read(t, log)
	require.Len(t, records, 3)
	require.Equal(t, ns, records[0].Object.New)
	require.Equal(t, budget, records[1].Object.New)
	require.Equal(t, decisionlog.ObjectChange{Kind: cluster.KindNamespace, Name: ns.NamespacedName}, *records[2].Object)
}

func TestSummaryLeavesTheViewOut(t *testing.T) {
	log := written(t, header(false), func(w *decisionlog.Writer) {
		w.OnViewChange(cluster.ViewChange{Op: cluster.ViewNode, Node: &cluster.Node{}})
		w.OnChange(&cluster.Change{New: &cluster.Namespace{}})
	})
	_, records := read(t, log)
	require.Empty(t, records)
}

func TestSkipViewKeepsDecisions(t *testing.T) {
	pod := &cluster.Pod{Spec: specs()[1]}
	pod.Name, pod.UID = "a", 1
	log := written(t, header(true), func(w *decisionlog.Writer) {
		w.OnViewChange(cluster.ViewChange{Op: cluster.ViewPod, Pod: pod})
		w.OnViewChange(cluster.ViewChange{Op: cluster.ViewPodGone, Pod: pod})
		w.OnDecision(&framework.Decision{Pod: cluster.KeyOf(pod), Tried: pod, Node: "n1"})
	})
	r, err := decisionlog.NewReader(bytes.NewReader(log))
	require.NoError(t, err)
	defer r.Close()
	r.SkipView()
	rec, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, "n1", rec.Decision.Node)
	_, err = r.Next()
	require.Equal(t, io.EOF, err)
}

// TestDamagedLogs: a log that is cut short or is none is an error and never a shorter log.
func TestDamagedLogs(t *testing.T) {
	pod := &cluster.Pod{Spec: specs()[0]}
	log := written(t, header(true), func(w *decisionlog.Writer) {
		for range 50 {
			w.OnDecision(&framework.Decision{Pod: cluster.KeyOf(pod), Tried: pod})
		}
	})
	for cut := range len(log) {
		require.Error(t, readAll(log[:cut]), "cut at %d of %d", cut, len(log))
	}
	require.NoError(t, readAll(log))
	require.ErrorContains(t, readAll([]byte("pods.csv")), "")
}

func readAll(log []byte) error {
	r, err := decisionlog.NewReader(bytes.NewReader(log))
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		if _, err = r.Next(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// FuzzRead: no file makes the reader panic or hang.
func FuzzRead(f *testing.F) {
	pod := &cluster.Pod{Spec: specs()[0]}
	pod.Labels = cluster.Labels{"a": "b"}
	f.Add(written(f, header(true), func(w *decisionlog.Writer) {
		w.OnViewChange(cluster.ViewChange{Op: cluster.ViewNode, Node: &cluster.Node{}})
		w.OnViewChange(cluster.ViewChange{Op: cluster.ViewPod, Pod: pod})
		w.OnDecision(&framework.Decision{Pod: cluster.KeyOf(pod), Tried: pod, Node: "n1"})
	}))
	f.Add([]byte("wavetank decisions v1\n"))
	f.Fuzz(func(_ *testing.T, data []byte) { _ = readAll(data) })
}

// BenchmarkOnDecision measures what the log adds to a decision, at both levels.
func BenchmarkOnDecision(b *testing.B) {
	pod := &cluster.Pod{Spec: specs()[0]}
	pod.Namespace, pod.Name = "default", "web-7"
	d := &framework.Decision{Pod: cluster.KeyOf(pod), Tried: pod, Node: "n1", Score: 400, Ties: 3, Feasible: 100, Evaluated: 200, Nodes: 1000,
		Rejections: []framework.Rejection{{Plugin: "NodeResourcesFit", Code: framework.Unschedulable, Reason: "Insufficient cpu", Nodes: 100}}}
	for _, full := range []bool{false, true} {
		b.Run(fmt.Sprintf("full=%v", full), func(b *testing.B) {
			w, err := decisionlog.NewWriter(io.Discard, header(full))
			require.NoError(b, err)
			b.ReportAllocs()
			for range b.N {
				w.OnDecision(d)
			}
			require.NoError(b, w.Close())
		})
	}
}
