package plugins

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

// TestAffinityAgainstDefinition compares with the rules as the documentation of Kubernetes states them, evaluated pod by
// pod.
func TestAffinityAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := affinityWorld(t)
		view := w.snapshot()
		plugin := newAffinity()
		for range 3 {
			pod := drawPod(t, "p", "", drawAffinity)
			got := filterAll(plugin, pod, view)
			scores := scoreAll(plugin, pod, view)
			d := definition{pod, view}
			for _, n := range view.Nodes() {
				if got["*"] == "" {
					require.Equal(t, d.status(n), got[n.Name()], n.Name())
				} else {
					require.Empty(t, d.status(n), "skipped")
				}
			}
			require.Equal(t, d.scores(), scores)
			view.AddPod(drawPod(t, "later", rapid.SampledFrom(w.nodes).Draw(t, "where").Name, drawAffinity))
		}
	})
}

// definition evaluates the rules of and about one pod without any counting.
type definition struct {
	pod  *cluster.Pod
	view *cluster.Snapshot
}

func (d definition) each(do func(n *cluster.NodeInfo, p *cluster.Pod)) {
	for _, n := range d.view.Nodes() {
		for _, p := range n.Pods {
			do(n, p)
		}
	}
}

func together(a, b *cluster.NodeInfo, key string) bool {
	x, hasX := a.Node.Labels[key]
	y, hasY := b.Node.Labels[key]
	return hasX && hasY && x == y
}

func (d definition) selects(t *cluster.PodAffinityTerm, other *cluster.Pod) bool {
	everywhere := t.NamespaceSelector != nil && t.NamespaceSelector.Matches(nil)
	return t.InDomain(d.pod, other, d.view.NamespaceLabels) || everywhere && t.Selector.Matches(other.Labels)
}

func (d definition) status(n *cluster.NodeInfo) string {
	a := d.pod.Spec.Affinity
	if len(a.RequiredPod) > 0 && !d.nearEnough(n) {
		return affinityReason
	}
	status := ""
	d.each(func(m *cluster.NodeInfo, p *cluster.Pod) {
		for i := range p.Spec.Affinity.RequiredPodAnti {
			t := &p.Spec.Affinity.RequiredPodAnti[i]
			if status == "" && t.InDomain(p, d.pod, d.view.NamespaceLabels) && together(n, m, t.TopologyKey) {
				status = existingReason
			}
		}
		for i := range a.RequiredPodAnti {
			if t := &a.RequiredPodAnti[i]; d.selects(t, p) && together(n, m, t.TopologyKey) {
				status = antiAffinityReason
			}
		}
	})
	return status
}

func (d definition) selectsAll(other *cluster.Pod) bool {
	return !slices.ContainsFunc(d.pod.Spec.Affinity.RequiredPod, func(t cluster.PodAffinityTerm) bool { return !d.selects(&t, other) })
}

func (d definition) nearEnough(n *cluster.NodeInfo) bool {
	missing, anywhere := false, false
	for _, t := range d.pod.Spec.Affinity.RequiredPod {
		if _, has := n.Node.Labels[t.TopologyKey]; !has {
			return false
		}
		found := false
		d.each(func(m *cluster.NodeInfo, p *cluster.Pod) {
			if d.selectsAll(p) {
				found = found || together(n, m, t.TopologyKey)
				_, keyed := m.Node.Labels[t.TopologyKey]
				anywhere = anywhere || keyed
			}
		})
		missing = missing || !found
	}
	return !missing || !anywhere && d.selectsAll(d.pod)
}

func (d definition) scores() map[string]int64 {
	raw := map[string]int64{}
	touched := false
	for _, n := range d.view.Nodes() {
		raw[n.Name()] = 0
		d.each(func(m *cluster.NodeInfo, p *cluster.Pod) {
			count := func(t *cluster.PodAffinityTerm, weight int64, matches bool) {
				_, keyed := m.Node.Labels[t.TopologyKey]
				touched = touched || matches && keyed
				if matches && together(n, m, t.TopologyKey) {
					raw[n.Name()] += weight
				}
			}
			own, theirs := d.pod.Spec.Affinity, p.Spec.Affinity
			for _, t := range own.PreferredPod {
				count(&t.Term, int64(t.Weight), d.selects(&t.Term, p))
			}
			for _, t := range own.PreferredPodAnti {
				count(&t.Term, -int64(t.Weight), d.selects(&t.Term, p))
			}
			about := func(t *cluster.PodAffinityTerm) bool { return t.InDomain(p, d.pod, d.view.NamespaceLabels) }
			for _, t := range theirs.RequiredPod {
				count(&t, 1, about(&t))
			}
			for _, t := range theirs.PreferredPod {
				count(&t.Term, int64(t.Weight), about(&t.Term))
			}
			for _, t := range theirs.PreferredPodAnti {
				count(&t.Term, -int64(t.Weight), about(&t.Term))
			}
		})
	}
	if !touched {
		return nil
	}
	least, most := int64(1<<62), int64(-1<<62)
	for _, s := range raw {
		least, most = min(least, s), max(most, s)
	}
	for name, s := range raw {
		raw[name] = 0
		if most > least {
			raw[name] = int64(100 * (float64(s-least) / float64(most-least)))
		}
	}
	return raw
}
