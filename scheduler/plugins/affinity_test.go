package plugins

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

func podTerm(selector, key string, namespaces ...string) cluster.PodAffinityTerm {
	return cluster.PodAffinityTerm{Selector: selecting(selector), TopologyKey: key, Namespaces: namespaces}
}

func inNamespaces(t cluster.PodAffinityTerm, selector string) cluster.PodAffinityTerm {
	t.NamespaceSelector = selecting(selector)
	return t
}

func near(t cluster.PodAffinityTerm) podChange {
	return func(p *cluster.Pod) { p.Spec.Affinity.RequiredPod = append(p.Spec.Affinity.RequiredPod, t) }
}

func apart(t cluster.PodAffinityTerm) podChange {
	return func(p *cluster.Pod) { p.Spec.Affinity.RequiredPodAnti = append(p.Spec.Affinity.RequiredPodAnti, t) }
}

// prefer wants to be near pods with a positive weight, apart from them with a negative one.
func prefer(weight int32, t cluster.PodAffinityTerm) podChange {
	return func(p *cluster.Pod) {
		if a := p.Spec.Affinity; weight > 0 {
			a.PreferredPod = append(a.PreferredPod, cluster.WeightedPodAffinityTerm{Weight: weight, Term: t})
		} else {
			a.PreferredPodAnti = append(a.PreferredPodAnti, cluster.WeightedPodAffinityTerm{Weight: -weight, Term: t})
		}
	}
}

func newAffinity() *interPodAffinity { return mustPlugin[*interPodAffinity](NewInterPodAffinity, nil) }

const (
	affinityReason     = "UnschedulableAndUnresolvable: node(s) didn't match pod affinity rules"
	antiAffinityReason = "Unschedulable: node(s) didn't match pod anti-affinity rules"
	existingReason     = "Unschedulable: node(s) didn't satisfy existing pods anti-affinity rules"
)

// Cases of interpodaffinity/filtering_test.go: TestRequiredAffinitySingleNode and TestRequiredAffinityMultipleNodes,
// v1.36.3. The running pod is on a; a and b are in zone1, x and y in zone2.
func TestAffinityFilter(t *testing.T) {
	zone, host := cluster.LabelZone, cluster.LabelHostname
	all := func(a, b, x, y string) map[string]string {
		return map[string]string{"a": a, "b": b, "x": x, "y": y}
	}
	skip := map[string]string{"*": "Skip"}
	no, anti, existing := affinityReason, antiAffinityReason, existingReason
	tests := []struct {
		name    string
		running []*cluster.Pod
		pod     *cluster.Pod
		want    map[string]string
	}{
		{"no rules anywhere", []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", ""), skip},
		{"affinity to a running pod: its zone", []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "", near(podTerm("app=s", zone))), all("", "", no, no)},
		{"affinity to its host", []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "", near(podTerm("app=s", host))), all("", no, no, no)},
		{"affinity, but another namespace", []*cluster.Pod{workload("r", "a", "app=s", in("other"))}, workload("p", "", "", near(podTerm("app=s", zone))), all(no, no, no, no)},
		{"affinity with that namespace listed", []*cluster.Pod{workload("r", "a", "app=s", in("other"))}, workload("p", "", "", near(podTerm("app=s", zone, "other"))), all("", "", no, no)},
		{"affinity with a namespace selector", []*cluster.Pod{workload("r", "a", "app=s", in("other"))}, workload("p", "", "", near(inNamespaces(podTerm("app=s", zone), "team=x"))), all("", "", no, no)},
		{"affinity with an empty namespace selector", []*cluster.Pod{workload("r", "a", "app=s", in("nowhere"))}, workload("p", "", "", near(inNamespaces(podTerm("app=s", zone), "*"))), all("", "", no, no)},
		{"a namespace selector that matches no labels matches every namespace", []*cluster.Pod{workload("r", "a", "app=s", in("other"))}, workload("p", "", "", near(inNamespaces(podTerm("app=s", zone), "!team"))), all("", "", no, no)},
		{"two affinity terms need one pod that matches both", []*cluster.Pod{workload("r", "a", "app=s"), workload("q", "x", "tier=1")}, workload("p", "", "", near(podTerm("app=s", zone)), near(podTerm("tier=1", zone))), all(no, no, no, no)},
		{"the first of a group that matches itself goes anywhere", []*cluster.Pod{workload("r", "a", "app=t")}, workload("p", "", "app=s", near(podTerm("app=s", zone))), all("", "", "", "")},
		{"the first of a group needs the key", nil, workload("p", "", "app=s", near(podTerm("app=s", "rack"))), all(no, no, no, no)},
		{"not the first, but none here", []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "app=s", near(podTerm("app=s", zone))), all("", "", no, no)},
		{"anti-affinity to a running pod", []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "", apart(podTerm("app=s", zone))), all(anti, anti, "", "")},
		{"anti-affinity without the key on the node", []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "", apart(podTerm("app=s", "rack"))), all("", "", "", "")},
		{"a terminating pod still counts", []*cluster.Pod{workload("r", "a", "app=s", deleting)}, workload("p", "", "", apart(podTerm("app=s", host))), all(anti, "", "", "")},
		{"a running pod hates it", []*cluster.Pod{workload("r", "a", "", apart(podTerm("app=s", zone)))}, workload("p", "", "app=s"), all(existing, existing, "", "")},
		{"a running pod of another namespace does not", []*cluster.Pod{workload("r", "a", "", apart(podTerm("app=s", zone)), in("other"))}, workload("p", "", "app=s"), skip},
		{"unless its term says so", []*cluster.Pod{workload("r", "a", "", apart(podTerm("app=s", zone, "default")), in("other"))}, workload("p", "", "app=s"), all(existing, existing, "", "")},
		{"unless its term selects the namespace", []*cluster.Pod{workload("r", "a", "", apart(inNamespaces(podTerm("app=s", zone), "kubernetes.io/metadata.name=default")), in("other"))}, workload("p", "", "app=s"), all(existing, existing, "", "")},
		{"affinity and anti-affinity: affinity speaks first", []*cluster.Pod{workload("r", "a", "app=s"), workload("q", "b", "app=t")}, workload("p", "", "", near(podTerm("app=s", zone)), apart(podTerm("app=t", host))), all("", anti, no, no)},
		{"a nil selector matches nothing", []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "", apart(cluster.PodAffinityTerm{TopologyKey: zone})), all("", "", "", "")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := fourNodes("", "")
			w.pods = tt.running
			w.objects = objects{&cluster.Namespace{ObjectMeta: withLabels(named("other"), "team=x")}}
			require.Equal(t, tt.want, filterAll(newAffinity(), tt.pod, w.snapshot()))
		})
	}
}

func withLabels(m cluster.ObjectMeta, with string) cluster.ObjectMeta {
	m.Labels = labels(with)
	return m
}

// Cases of interpodaffinity/scoring_test.go: TestPreferredAffinity, TestPreferredAffinityWithHardPodAffinitySymmetricWeight
// and TestPreferredAffinity with ignorePreferredTermsOfExistingPods, v1.36.3.
func TestAffinityScore(t *testing.T) {
	zone, host := cluster.LabelZone, cluster.LabelHostname
	type scores = map[string]int64
	one, zero := int32(50), int32(0)
	hating := workload("r", "a", "", prefer(-5, podTerm("app=s", zone)))
	tests := []struct {
		name    string
		args    InterPodAffinityArgs
		running []*cluster.Pod
		pod     *cluster.Pod
		want    scores
	}{
		{"no preferences anywhere", InterPodAffinityArgs{}, []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "app=s"), nil},
		{"prefers the zone of a pod", InterPodAffinityArgs{}, []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "", prefer(5, podTerm("app=s", zone))), scores{"a": 100, "b": 100, "x": 0, "y": 0}},
		{"prefers many to few", InterPodAffinityArgs{}, []*cluster.Pod{workload("r", "a", "app=s"), workload("s", "a", "app=s"), workload("q", "x", "app=s")}, workload("p", "", "", prefer(5, podTerm("app=s", host))), scores{"a": 100, "b": 0, "x": 50, "y": 0}},
		{"avoids a pod", InterPodAffinityArgs{}, []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "", prefer(-5, podTerm("app=s", zone))), scores{"a": 0, "b": 0, "x": 100, "y": 100}},
		{"near by zone, apart by host", InterPodAffinityArgs{}, []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "", prefer(8, podTerm("app=s", zone)), prefer(-5, podTerm("app=s", host))), scores{"a": 37, "b": 100, "x": 0, "y": 0}},
		{"a running pod prefers it near", InterPodAffinityArgs{}, []*cluster.Pod{workload("r", "a", "", prefer(5, podTerm("app=s", zone)))}, workload("p", "", "app=s"), scores{"a": 100, "b": 100, "x": 0, "y": 0}},
		{"a running pod prefers it apart", InterPodAffinityArgs{}, []*cluster.Pod{hating}, workload("p", "", "app=s"), scores{"a": 0, "b": 0, "x": 100, "y": 100}},
		{"running pods' preferences are ignored", InterPodAffinityArgs{IgnorePreferredTermsOfExistingPods: true}, []*cluster.Pod{hating}, workload("p", "", "app=s"), nil},
		{"but not for a pod with preferences", InterPodAffinityArgs{IgnorePreferredTermsOfExistingPods: true}, []*cluster.Pod{hating}, workload("p", "", "app=s", prefer(1, podTerm("app=t", zone))), scores{"a": 0, "b": 0, "x": 100, "y": 100}},
		{"required affinity of a running pod counts 1", InterPodAffinityArgs{}, []*cluster.Pod{workload("r", "a", "", near(podTerm("app=s", host))), workload("q", "x", "", prefer(2, podTerm("app=s", host)))}, workload("p", "", "app=s"), scores{"a": 50, "b": 0, "x": 100, "y": 0}},
		{"required affinity of a running pod counts as configured", InterPodAffinityArgs{HardPodAffinityWeight: &one}, []*cluster.Pod{workload("r", "a", "", near(podTerm("app=s", host))), workload("q", "x", "", prefer(25, podTerm("app=s", host)))}, workload("p", "", "app=s"), scores{"a": 100, "b": 0, "x": 50, "y": 0}},
		{"or not at all", InterPodAffinityArgs{HardPodAffinityWeight: &zero}, []*cluster.Pod{workload("r", "a", "", near(podTerm("app=s", host)))}, workload("p", "", "app=s"), nil},
		{"terms that cancel each other out: all the same, but not skipped", InterPodAffinityArgs{}, []*cluster.Pod{workload("r", "a", "app=s")}, workload("p", "", "", prefer(5, podTerm("app=s", zone)), prefer(-5, podTerm("app=s", zone))), scores{"a": 0, "b": 0, "x": 0, "y": 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := fourNodes("", "")
			w.pods = tt.running
			plugin := mustPlugin[*interPodAffinity](NewInterPodAffinity, affinityArgs(tt.args))
			require.Equal(t, tt.want, scoreAll(plugin, tt.pod, w.snapshot()))
		})
	}
}

func affinityArgs(a InterPodAffinityArgs) framework.Args {
	return func(into any) error { *into.(*InterPodAffinityArgs) = a; return nil }
}

func TestAffinityArgs(t *testing.T) {
	for _, weight := range []int32{-1, 101} {
		_, err := NewInterPodAffinity(affinityArgs(InterPodAffinityArgs{HardPodAffinityWeight: &weight}), nil)
		require.ErrorContains(t, err, "hardPodAffinityWeight")
	}
}

func drawTerm(t *rapid.T) cluster.PodAffinityTerm {
	pt := podTerm(rapid.SampledFrom([]string{"foo", "bar", "foo=1", "!bar", "*"}).Draw(t, "term selector"),
		rapid.SampledFrom([]string{cluster.LabelZone, cluster.LabelHostname, "rack"}).Draw(t, "term key"))
	switch rapid.IntRange(0, 3).Draw(t, "namespaces") {
	case 0:
		pt.Namespaces = []string{"other"}
	case 1:
		pt.NamespaceSelector = selecting(rapid.SampledFrom([]string{"team=x", "*", "!team", "team"}).Draw(t, "namespace selector"))
	}
	return pt
}

func drawAffinity(t *rapid.T) []podChange {
	var changes []podChange
	for range rapid.IntRange(0, 2).Draw(t, "terms") {
		switch rapid.IntRange(0, 3).Draw(t, "sort of term") {
		case 0:
			changes = append(changes, near(drawTerm(t)))
		case 1:
			changes = append(changes, apart(drawTerm(t)))
		default:
			changes = append(changes, prefer(rapid.SampledFrom([]int32{-7, -1, 2, 100}).Draw(t, "weight"), drawTerm(t)))
		}
	}
	return changes
}

func affinityWorld(t *rapid.T) *world {
	w := drawWorld(t, drawAffinity)
	w.objects = objects{&cluster.Namespace{ObjectMeta: withLabels(named("other"), "team=x")}}
	return w
}

func TestAffinityExtensions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := affinityWorld(t)
		pod := drawPod(t, "p", "", drawAffinity)
		checkExtensions(t, newAffinity(), pod, w, drawAffinity)
	})
}

func TestAffinityScoreRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := affinityWorld(t)
		checkScores(t, newAffinity(), func() scorer { return newAffinity() }, w, func() *cluster.Pod {
			return drawPod(t, "p", "", drawAffinity)
		}, drawAffinity)
	})
}

// TestAffinityNamespaceChange: a count by namespace labels does not outlive a change of the labels.
func TestAffinityNamespaceChange(t *testing.T) {
	w := fourNodes("", "")
	w.pods = []*cluster.Pod{workload("r", "a", "app=s", in("other"))}
	list := &relisting{objects{&cluster.Namespace{ObjectMeta: withLabels(named("other"), "team=x")}}}
	view := cluster.NewSnapshot(list)
	for _, n := range w.nodes {
		view.AddNode(n)
	}
	view.AddPod(w.pods[0])
	plugin := newAffinity()
	pod := workload("p", "", "", apart(inNamespaces(podTerm("app=s", cluster.LabelHostname), "team=x")))
	require.Equal(t, "b x y", fitting(filterAll(plugin, pod, view)))
	list.objects = objects{&cluster.Namespace{ObjectMeta: withLabels(named("other"), "team=y")}}
	require.Equal(t, "a b x y", fitting(filterAll(plugin, pod, view)))
}

type relisting struct{ objects }

func TestAffinityHints(t *testing.T) {
	zone := cluster.LabelZone
	friend := workload("p", "", "mine", near(podTerm("app=s", zone)))
	foe := workload("p", "", "mine", apart(podTerm("app=s", zone)))
	bound, waiting := workload("o", "a", "app=s"), workload("o", "", "app=s")
	waiting.UID = bound.UID
	other := *bound
	other.Labels = labels("app=t")
	renamed := *friend
	renamed.Labels = labels("x")
	zoned, moved, bare := machine("a", "zone=1"), machine("a", "zone=2"), machine("a", "")
	tests := []struct {
		name          string
		pod           *cluster.Pod
		before, after cluster.Object
		want          bool
	}{
		{"a wanted pod is bound", friend, waiting, bound, true},
		{"an unwanted pod is bound", friend, nil, &other, false},
		{"a wanted pod waits", friend, nil, waiting, false},
		{"a wanted pod goes", friend, bound, nil, false},
		{"a pod becomes wanted", friend, &other, bound, true},
		{"a pod is no longer wanted", friend, bound, &other, false},
		{"the pod's own labels change", friend, friend, &renamed, true},
		{"a hated pod goes", foe, bound, nil, true},
		{"another pod goes", foe, &other, nil, false},
		{"a pod is no longer hated", foe, bound, &other, true},
		{"a pod goes that hated it", friend, workload("o", "a", "", apart(podTerm("mine", zone))), nil, true},
		{"a node joins with the key wanted", friend, nil, zoned, true},
		{"a node joins without it", friend, nil, bare, false},
		{"a node joins: away from the hated", foe, nil, bare, true},
		{"a node gets the key wanted", friend, bare, zoned, true},
		{"a node changes its domain: friend", friend, zoned, moved, true},
		{"a node changes its domain: foe", foe, zoned, moved, true},
		{"a node loses the key: friend", friend, zoned, bare, false},
		{"a node loses the key: foe", foe, zoned, bare, true},
		{"a node gets the key: foe", foe, bare, zoned, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, hintOf(newAffinity(), tt.pod, tt.before, tt.after))
		})
	}
}

func BenchmarkInterPodAffinity(b *testing.B) {
	for _, bench := range []struct {
		name    string
		running func(app string) []podChange
		rules   func(app string) []podChange
	}{
		{"required anti-affinity of all pods", func(app string) []podChange {
			return []podChange{apart(podTerm(app, cluster.LabelHostname))}
		}, func(app string) []podChange { return []podChange{apart(podTerm(app, cluster.LabelHostname))} }},
		{"required affinity", func(string) []podChange { return nil }, func(app string) []podChange {
			return []podChange{near(podTerm(app, cluster.LabelZone))}
		}},
		{"preferred, pods without rules run", func(string) []podChange { return nil }, func(app string) []podChange {
			return []podChange{prefer(10, podTerm(app, cluster.LabelZone)), prefer(-10, podTerm(app, cluster.LabelHostname))}
		}},
		{"no rules, all running pods prefer", func(app string) []podChange {
			return []podChange{prefer(-10, podTerm(app, cluster.LabelHostname))}
		}, func(string) []podChange { return nil }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			view := bigWorld(b, bench.running)
			var pods []*cluster.Pod
			for i := range 100 {
				app := fmt.Sprint("app=a", i)
				pods = append(pods, workload(fmt.Sprint("p", i), "", app, bench.rules(app)...))
			}
			benchDecisions(b, newAffinity(), view, func(i int) *cluster.Pod { return pods[i%len(pods)] })
		})
	}
}
