package plugins

import (
	"maps"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// podLog is the sequence of pods that came to nodes and went, as seen by comparing the nodes that changed with what they
// held before. Counts over all pods of the cluster follow it: a count costs as much as has happened since it was last
// asked for, and not as much as there are pods.
type podLog struct {
	records []podRecord // by NodeInfo.Index
	entries []podEntry
	first   uint64 // number of entries[0]
	epoch   uint64 // of the snapshot when nodes were last looked for that are gone
	round   uint64
}

// podRecord is a node as it was when last compared.
type podRecord struct {
	info       *cluster.NodeInfo // nil: none. A handle is used again after its node is removed
	generation uint64
	node       *cluster.Node
	pods       []*cluster.Pod
	round      uint64
}

// podEntry is a pod that came (sign 1) or went (sign -1).
type podEntry struct {
	pod    *cluster.Pod
	node   *cluster.Node // with the labels it had for this pod
	handle int32
	sign   int32
}

// maxPodEntries bounds the log. Whoever has not read that far counts anew.
const maxPodEntries = 1 << 16

// end is the number of the next entry.
func (l *podLog) end() uint64 { return l.first + uint64(len(l.entries)) }

// since returns the entries from a number on, and whether they are all still there.
func (l *podLog) since(number uint64) ([]podEntry, bool) {
	if number < l.first {
		return nil, false
	}
	return l.entries[number-l.first:], true
}

// sync writes down what has happened since the last sync.
func (l *podLog) sync(view *cluster.Snapshot) {
	moved := l.round == 0 || l.epoch != view.Epoch()
	if moved {
		l.round++
		l.epoch = view.Epoch()
	}
	for _, n := range view.Nodes() {
		for len(l.records) <= n.Index {
			l.records = append(l.records, podRecord{})
		}
		r := &l.records[n.Index]
		r.round = l.round
		if r.info != n || r.generation != n.Generation {
			l.compare(r, n)
		}
	}
	if moved {
		l.sweep()
	}
	l.trim()
}

// sweep lets the pods go whose nodes are gone.
func (l *podLog) sweep() {
	for i := range l.records {
		if r := &l.records[i]; r.info != nil && r.round != l.round {
			l.empty(r)
			*r = podRecord{}
		}
	}
}

func (l *podLog) trim() {
	if surplus := len(l.entries) - maxPodEntries; surplus > 0 {
		drop := surplus + maxPodEntries/2
		l.entries = append([]podEntry(nil), l.entries[drop:]...)
		l.first += uint64(drop)
	}
}

// compare brings a record up to date. A node whose labels changed loses its pods and gets them again: they are in other
// domains now.
func (l *podLog) compare(r *podRecord, n *cluster.NodeInfo) {
	if r.info != nil && (r.info != n || !maps.Equal(r.node.Labels, n.Node.Labels)) {
		l.empty(r)
	}
	r.info, r.node, r.generation = n, n.Node, n.Generation
	same := 0
	for same < len(r.pods) && same < len(n.Pods) && r.pods[same] == n.Pods[same] {
		same++
	}
	for _, p := range r.pods[same:] {
		if !slices.Contains(n.Pods[same:], p) {
			l.note(r, p, -1)
		}
	}
	for _, p := range n.Pods[same:] {
		if !slices.Contains(r.pods[same:], p) {
			l.note(r, p, 1)
		}
	}
	r.pods = append(r.pods[:same], n.Pods[same:]...)
}

func (l *podLog) empty(r *podRecord) {
	for _, p := range r.pods {
		l.note(r, p, -1)
	}
	r.pods = r.pods[:0]
}

func (l *podLog) note(r *podRecord, p *cluster.Pod, sign int32) {
	l.entries = append(l.entries, podEntry{pod: p, node: r.node, handle: int32(r.info.Index), sign: sign})
}

// all calls do for each pod on a node, as of the last sync.
func (l *podLog) all(do func(e podEntry)) {
	for i := range l.records {
		r := &l.records[i]
		for _, p := range r.pods {
			do(podEntry{pod: p, node: r.node, handle: int32(i), sign: 1})
		}
	}
}
