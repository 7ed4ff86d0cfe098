package admission_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
)

// keyed is a spec whose rules depend on the labels hash and tenant.
func keyed() *cluster.PodSpec {
	web := func() *cluster.Selector { return cluster.SelectLabels(cluster.Labels{"app": "web"}) }
	term := cluster.PodAffinityTerm{TopologyKey: "zone", Selector: web(), MatchLabelKeys: []string{"hash"}, MismatchLabelKeys: []string{"tenant"}}
	weighted := []cluster.WeightedPodAffinityTerm{{Weight: 1, Term: term}}
	s := &cluster.PodSpec{
		Containers:        []cluster.Container{{Name: "c"}},
		SpreadConstraints: []cluster.TopologySpreadConstraint{{Selector: web(), MatchLabelKeys: []string{"hash"}}, {Selector: web()}, {MatchLabelKeys: []string{"hash"}}},
		Affinity: &cluster.Affinity{RequiredPod: []cluster.PodAffinityTerm{term}, RequiredPodAnti: []cluster.PodAffinityTerm{term},
			PreferredPod: weighted, PreferredPodAnti: weighted},
	}
	return s.Complete()
}

func labelled(name string, spec *cluster.PodSpec, labels cluster.Labels) *cluster.Pod {
	p := &cluster.Pod{ObjectMeta: named(name), Spec: spec, RunTime: cluster.Forever}
	p.Labels = labels
	return p
}

func TestLabelKeys(t *testing.T) {
	store, spec := world(), keyed()
	a := labelled("a", spec, cluster.Labels{"app": "web", "hash": "1", "tenant": "x"})
	again := labelled("again", spec, cluster.Labels{"app": "web", "hash": "1", "tenant": "x", "index": "7"})
	other := labelled("other", spec, cluster.Labels{"app": "web", "hash": "2"})
	bare := labelled("bare", spec, nil)
	create(t, store, a, again, other, bare)

	spread := func(p *cluster.Pod, i int) *cluster.Selector { return p.Spec.SpreadConstraints[i].Selector }
	require.True(t, spread(a, 0).Matches(a.Labels))
	require.False(t, spread(a, 0).Matches(other.Labels), "pods of another template do not count")
	require.True(t, spread(a, 1).Matches(other.Labels), "where that is not asked for they do")
	require.Nil(t, spread(a, 2), "what is not stated stays so")
	for _, s := range []*cluster.Selector{
		a.Spec.Affinity.RequiredPod[0].Selector, a.Spec.Affinity.RequiredPodAnti[0].Selector,
		a.Spec.Affinity.PreferredPod[0].Term.Selector, a.Spec.Affinity.PreferredPodAnti[0].Term.Selector,
	} {
		require.True(t, s.Matches(cluster.Labels{"app": "web", "hash": "1", "tenant": "y"}))
		require.False(t, s.Matches(cluster.Labels{"app": "web", "hash": "2", "tenant": "y"}))
		require.False(t, s.Matches(a.Labels), "of its own tenant")
	}
	require.Same(t, a.Spec, again.Spec, "pods with the same values are of one class")
	require.NotSame(t, a.Spec, other.Spec)
	require.Same(t, spec, bare.Spec, "a pod without these labels has nothing to be merged")
	require.Equal(t, keyed(), spec, "the template's spec is not changed")
}

// What a manifest's pod had merged when it was read is not merged again.
func TestLabelKeysThatStand(t *testing.T) {
	spec := (&cluster.PodSpec{SpreadConstraints: []cluster.TopologySpreadConstraint{{
		Selector: cluster.SelectLabels(cluster.Labels{"hash": "1"}), MatchLabelKeys: []string{"hash"},
	}}}).Complete()
	p := labelled("p", spec, cluster.Labels{"hash": "1"})
	create(t, world(), p)
	require.Same(t, spec, p.Spec)
}

// A pod's own rules select, of pods that differ in the labels of the keys alone, those with its own values; and pods have
// one spec exactly if they have the same values.
func TestLabelKeysProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store, spec := world(), keyed()
		var pods []*cluster.Pod
		for i := range rapid.IntRange(2, 8).Draw(t, "pods") {
			labels := cluster.Labels{"app": "web", "hash": rapid.SampledFrom([]string{"1", "2"}).Draw(t, "hash"), "tenant": rapid.SampledFrom([]string{"x", "y"}).Draw(t, "tenant")}
			p := labelled(string(rune('a'+i)), spec, labels)
			require.NoError(t, store.Create(p, cluster.ReasonCreated))
			pods = append(pods, p)
		}
		for _, p := range pods {
			for _, q := range pods {
				sameHash, sameTenant := p.Labels["hash"] == q.Labels["hash"], p.Labels["tenant"] == q.Labels["tenant"]
				require.Equal(t, sameHash, p.Spec.SpreadConstraints[0].Selector.Matches(q.Labels))
				require.Equal(t, sameHash && !sameTenant, p.Spec.Affinity.RequiredPod[0].Selector.Matches(q.Labels))
				require.Equal(t, sameHash && sameTenant, p.Spec == q.Spec)
			}
		}
	})
}

// Without such keys admission does nothing for them.
func BenchmarkAdmitPlainPod(b *testing.B) {
	store := world()
	p := pod("p", container(100, -1))
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, store.Create(p, cluster.ReasonCreated))
		require.NoError(b, store.Delete(cluster.KeyOf(p), cluster.ReasonDeleted))
		p.UID = 0
	}
}
