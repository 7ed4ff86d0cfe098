package clusterautoscaler

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/nodegroup"
)

func TestScaleUpTakesAScanAndTheProvisioning(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 0, 5, 4000, 16*gib))
	w.at(25*time.Second, func() { w.set("web", 6, podSpec(1000, gib)) })
	w.run(5 * time.Minute)
	require.Equal(t, []string{"30s scaleUp a 2", "1m30s nodeReady aa-0 1", "1m30s nodeReady aa-1 1"}, w.story(ScaleUp, NodeReady))
	require.Empty(t, w.pending())
	for _, r := range w.reports {
		switch r.Kind {
		case ScaleUp:
			require.Equal(t, []any{6, 5 * time.Second}, []any{r.Pods, r.Lag})
		case NodeReady, PodHelped:
			require.Equal(t, 65*time.Second, r.Lag)
		}
	}
	require.Len(t, w.story(PodHelped), 6)
}

func TestPodsThatAreVeryNewWait(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 0, 5, 4000, 16*gib))
	w.at(29*time.Second, func() { w.set("web", 1, podSpec(1000, gib)) })
	w.run(5 * time.Minute)
	require.Equal(t, []string{"40s scaleUp a 1"}, w.story(ScaleUp), "one second is too new at 30s")
}

func TestNewPodScaleUpDelay(t *testing.T) {
	o := defaults()
	o.NewPodScaleUpDelay = time.Minute
	w := newWorld(t, o, groupConfig("a", 0, 5, 4000, 16*gib))
	w.at(25*time.Second, func() { w.set("web", 1, podSpec(1000, gib)) })
	w.at(26*time.Second, func() {
		late := w.set("late", 1, podSpec(4000, gib))
		require.NoError(t, cluster.Edit(w.store, cluster.KeyOf(late), cluster.ReasonUpdated, func(r *cluster.ReplicaSet) {
			r.Template = &cluster.PodTemplate{Labels: r.Template.Labels, Spec: r.Template.Spec, Annotations: map[string]string{AnnotationScaleUpDelay: "5m"}}
		}))
	})
	w.run(10 * time.Minute)
	require.Equal(t, []string{"1m30s scaleUp a 1", "5m30s scaleUp a 1"}, w.story(ScaleUp))
}

func TestUpcomingNodesAreCounted(t *testing.T) {
	g := groupConfig("a", 0, 5, 4000, 16*gib)
	g.Provisioning = func(string) time.Duration { return 5 * time.Minute }
	w := newWorld(t, defaults(), g)
	w.at(5*time.Second, func() { w.set("web", 2, podSpec(1000, gib)) })
	w.at(95*time.Second, func() { w.set("more", 2, podSpec(1000, gib)) })
	w.at(155*time.Second, func() { w.set("most", 1, podSpec(1000, gib)) })
	w.run(20 * time.Minute)
	require.Equal(t, []string{"10s scaleUp a 1", "2m40s scaleUp a 1"}, w.story(ScaleUp), "the first node has room for four")
	require.Empty(t, w.pending())
}

func TestWhatFitsNowhereMakesNoNodes(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 0, 5, 4000, 16*gib))
	w.at(5*time.Second, func() {
		w.set("big", 1, podSpec(5000, gib))
		picky := podSpec(100, gib)
		picky.NodeSelector = cluster.Labels{"disk": "ssd"}
		w.set("picky", 1, picky)
		cheap := podSpec(100, gib)
		cheap.Priority = -11
		w.set("cheap", 1, cheap)
	})
	require.NoError(t, w.engine.Run(sim.Never), "and the run ends")
	require.Empty(t, w.story(ScaleUp))
	require.Len(t, w.pending(), 3)
}

func TestLimits(t *testing.T) {
	o := defaults()
	o.MaxNodesTotal = 4 // and one of them is not of a group
	w := newWorld(t, o, groupConfig("a", 1, 2, 4000, 16*gib), groupConfig("b", 0, 5, 4000, 16*gib))
	w.at(5*time.Second, func() { w.set("web", 40, podSpec(1000, gib)) })
	require.NoError(t, w.engine.Run(sim.Never))
	require.Len(t, w.nodes(), 3)
	require.LessOrEqual(t, w.groups["a"].Target(), 2)
	require.Len(t, w.pending(), 28)
}

func TestPendingPreemptionIsNoReasonForANode(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 1, 5, 4000, 16*gib))
	slow := podSpec(4000, gib)
	slow.TerminationGracePeriod = time.Hour
	w.bare(slow, cluster.Forever)
	w.at(time.Minute+time.Second, func() {
		p := podSpec(4000, gib)
		p.Priority = 100
		w.set("high", 1, p)
	})
	w.run(90 * time.Second)
	require.Empty(t, w.story(ScaleUp), "the important pod has a place to come")
}

func TestAFailingGroupIsLeftAlone(t *testing.T) {
	first := groupConfig("a", 0, 5, 4000, 16*gib)
	first.Available = func(now sim.Time) bool { return now >= sim.Time(12*time.Minute) }
	w := newWorld(t, defaults(), first)
	w.at(5*time.Second, func() { w.set("web", 1, podSpec(1000, gib)) })
	w.run(2 * time.Hour)
	require.Equal(t, []string{"10s scaleUpFailed a 0", "5m10s scaleUpFailed a 0", "15m10s scaleUp a 1"}, w.story(ScaleUp, ScaleUpFailed),
		"five minutes, then ten: the second failure comes after the first back-off is over")
}

func TestAnotherGroupTakesOverFromOneThatFails(t *testing.T) {
	first, second := groupConfig("a", 0, 5, 2000, 8*gib), groupConfig("b", 0, 5, 16000, 64*gib)
	first.Available = func(sim.Time) bool { return false }
	w := newWorld(t, defaults(), first, second)
	w.at(5*time.Second, func() { w.set("web", 1, podSpec(1000, gib)) })
	w.run(10 * time.Minute)
	require.Equal(t, []string{"10s scaleUpFailed a 0", "20s scaleUp b 1"}, w.story(ScaleUp, ScaleUpFailed))
}

func TestNodesThatDoNotComeAreGivenUp(t *testing.T) {
	lame := groupConfig("a", 0, 5, 2000, 8*gib)
	lame.Provisioning = func(string) time.Duration { return time.Hour }
	w := newWorld(t, defaults(), lame, groupConfig("b", 0, 5, 16000, 64*gib))
	w.at(5*time.Second, func() { w.set("web", 1, podSpec(1000, gib)) })
	w.run(30 * time.Minute)
	require.Equal(t, []string{"10s scaleUp a 1", "15m10s scaleUpFailed a 0", "15m10s scaleUp b 1"}, w.story(ScaleUp, ScaleUpFailed))
	require.Zero(t, w.groups["a"].Target(), "its machine is taken back")
}

func TestEmptyNodesAreRemovedTogether(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 1, 20, 1000, 16*gib))
	w.at(5*time.Second, func() {
		for range 14 {
			w.bare(podSpec(1000, gib), 15*time.Minute)
		}
	})
	require.NoError(t, w.engine.Run(sim.Never), "and the run ends")
	require.Len(t, w.nodes(), 1)
	times := map[sim.Time]int{}
	for _, r := range w.reports {
		if r.Kind == ScaleDownEmpty {
			times[r.At]++
		}
	}
	require.Len(t, w.story(ScaleDownDone), 13)
	for at, n := range times {
		require.LessOrEqual(t, n, 10, "at %v", at)
	}
	require.Contains(t, times, sim.Time(26*time.Minute+10*time.Second), "empty at 16m10s, unneeded for ten minutes")
}

func TestADrainedNodeGivesItsPodsAway(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 0, 5, 4000, 16*gib))
	web := w.set("web", 8, podSpec(1000, gib))
	w.at(10*time.Minute, func() { w.scale(web, 2) })
	require.NoError(t, w.engine.Run(sim.Never))
	require.Len(t, w.nodes(), 1)
	require.Empty(t, w.pending())
	kinds := w.story(Unneeded, ScaleDownDrain, ScaleDownEmpty, ScaleDownDone, ScaleDownFailed)
	require.NotContains(t, kinds, ScaleDownFailed)
	node := w.store.Node(w.nodes()[0])
	require.Empty(t, without(slices.Clone(node.Taints), TaintDeletionCandidate), "nothing is left behind")
}

func TestCoolDownAfterAScaleUp(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 2, 9, 4000, 16*gib))
	w.at(8*time.Minute, func() { w.set("web", 9, podSpec(1000, gib)) })
	w.at(9*time.Minute+30*time.Second, func() {
		w.scale(w.store.Get(cluster.KindReplicaSet, cluster.NamespacedName{Namespace: "default", Name: "web"}).(*cluster.ReplicaSet), 0)
	})
	require.NoError(t, w.engine.Run(sim.Never))
	for _, r := range w.reports {
		if r.Kind == ScaleDownEmpty {
			require.Greater(t, r.At, sim.Time(18*time.Minute))
		}
	}
	require.Len(t, w.nodes(), 2)
}

func TestABudgetHoldsANode(t *testing.T) {
	w, _ := sparse(t, podSpec(1000, gib), nil)
	b := w.budget("web", 2)
	w.at(2*time.Hour, func() {
		require.NoError(t, cluster.Edit(w.store, cluster.KeyOf(b), cluster.ReasonUpdated, func(b *cluster.PodDisruptionBudget) {
			b.MinAvailable = &cluster.IntOrPercent{Value: 1}
		}))
	})
	w.run(2*time.Hour - time.Second)
	require.Len(t, w.nodes(), 2)
	require.Zero(t, w.evictor.asked, "nothing is tried that is not allowed")
	require.NoError(t, w.engine.Run(sim.Never))
	require.Len(t, w.nodes(), 1)
}

func TestUnreadyClustersAreLeftAlone(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 8, 20, 4000, 16*gib))
	w.at(time.Minute, func() {
		for i := range 5 {
			require.NoError(t, w.store.EditNode(groupNode("a", i, 0, 0).Name, cluster.ReasonNodeNotReady, func(n *cluster.Node) { n.Ready = cluster.ConditionUnknown }))
		}
		w.set("web", 60, podSpec(1000, gib))
	})
	w.run(20 * time.Minute)
	require.Empty(t, w.story(ScaleUp), "5 of 8 nodes are not ready")
}

func TestDaemonPodsTakeRoomOnNewNodes(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 0, 9, 4000, 16*gib))
	agent := &cluster.DaemonSet{Selector: cluster.SelectLabels(cluster.Labels{"app": "agent"})}
	agent.NamespacedName = cluster.NamespacedName{Namespace: "kube-system", Name: "agent"}
	agent.Template = &cluster.PodTemplate{Labels: cluster.Labels{"app": "agent"}, Spec: podSpec(500, gib)}
	w.create(agent)
	w.at(5*time.Second, func() { w.set("web", 4, podSpec(1000, gib)) })
	w.run(time.Minute)
	require.Equal(t, []string{"10s scaleUp a 2"}, w.story(ScaleUp), "three pods fit beside the agent")
}

func TestSimilarGroupsGrowTogether(t *testing.T) {
	o := defaults()
	o.BalanceSimilarNodeGroups = true
	zone := func(name, zone string) nodegroup.Config {
		g := groupConfig(name, 0, 9, 4000, 16*gib)
		g.Template = func(i int) *cluster.Node {
			n := groupNode(name, i, 4000, 16*gib)
			delete(n.Labels, "group")
			n.Labels[cluster.LabelZone] = zone
			return n
		}
		return g
	}
	w := newWorld(t, o, zone("a", "1"), zone("b", "2"), zone("c", "3"), groupConfig("other", 0, 9, 32000, 256*gib))
	w.at(5*time.Second, func() { w.set("web", 28, podSpec(1000, gib)) })
	w.run(2 * time.Minute)
	require.Equal(t, []int{3, 2, 2, 0}, []int{w.groups["a"].Target(), w.groups["b"].Target(), w.groups["c"].Target(), w.groups["other"].Target()})
}

func TestWhatHappensLateInTheInstantOfAScanWaitsForTheNext(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 0, 5, 4000, 16*gib))
	spec := podSpec(1000, gib)
	spec.SchedulerName = "another"
	p := w.bare(spec, time.Hour)
	w.engine.At(sim.Time(20*time.Second), sim.PhaseSchedule, sim.Func{Name: "another scheduler", Do: func(sim.Time) {
		w.ca.Unschedulable(cluster.KeyOf(p))
		w.ca.Unschedulable(cluster.KeyOf(p))
	}})
	w.run(time.Minute)
	require.Equal(t, []string{"30s scaleUp a 1"}, w.story(ScaleUp), "the scan of 20s is over by then")
	require.Equal(t, 10*time.Second, w.reports[0].Lag)
}

func TestAGroupAtItsMinimumHasNoCandidates(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 2, 5, 4000, 16*gib), groupConfig("b", 2, 5, 4000, 16*gib))
	w.at(time.Second, func() { require.NoError(t, w.groups["b"].Increase(2)) })
	require.NoError(t, w.engine.Run(sim.Never))
	require.Len(t, w.nodes(), 4)
	require.Len(t, w.story(ScaleDownDone), 2)
	require.Empty(t, w.story(ScaleDownFailed))
	for _, r := range w.reports {
		require.NotEqual(t, "a", r.Group, "its nodes are not even noted")
	}
}
