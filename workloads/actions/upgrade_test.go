package actions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func (f *fleet) nodes() []string {
	var names []string
	for _, o := range f.store.List(cluster.KindNode) {
		names = append(names, o.Meta().Name)
	}
	return names
}

// TestSurgeUpgrade: a new node comes up, then the old one is emptied and deleted; one at a time.
func TestSurgeUpgrade(t *testing.T) {
	f := newFleet(t, 1, 1)
	csi := &cluster.CSINode{Drivers: []cluster.DriverLimit{{Driver: "d", Count: 3, Stated: true}}}
	csi.Name = "n-0"
	require.NoError(t, f.store.Create(csi, cluster.ReasonCreated))
	f.run("- {at: 1m, upgrade: {nodes: 'n-*', labels: {v: b}, provision: 90s}}")
	require.Equal(t, 1, f.store.Len(cluster.KindCSINode))
	require.Equal(t, csi.Drivers, f.store.Get(cluster.KindCSINode, cluster.NamespacedName{Name: "n-0-r2"}).(*cluster.CSINode).Drivers)
	require.Equal(t, []string{
		"2m30s ask n-0-a", "2m30s Created n-0-r2", "2m30s Cordoned n-0", "2m32s gone n-0-a", "2m32s Deleted n-0",
		"4m2s ask n-1-a", "4m2s Created n-1-r2", "4m2s Cordoned n-1", "4m4s gone n-1-a", "4m4s Deleted n-1",
	}, f.log)
	require.Empty(t, f.failures())
	n := f.store.Node("n-0-r2")
	require.Equal(t, cluster.Labels{"pool": "web", "v": "b", cluster.LabelHostname: "n-0-r2"}, n.Labels)
	require.Equal(t, []cluster.Taint{{Key: "gpu", Effect: cluster.NoSchedule}}, n.Taints, "not what told of the old one's state")
	require.Equal(t, cluster.NodeState{}, n.NodeState)
	require.InDelta(t, 2, n.Price, 0)
	require.Empty(t, n.Images)
	require.False(t, n.Unschedulable)
}

// TestSurgeOfSeveral: so many nodes at a time are new; a second upgrade gives the next revision.
func TestSurgeOfSeveral(t *testing.T) {
	f := newFleet(t, 1, 1, 1).run("- {at: 1m, upgrade: {nodes: 'n-*', surge: 2, provision: 1m}}\n- {at: 1h, upgrade: {nodes: n-1-r2, provision: 0s}}")
	require.Equal(t, []string{"n-0-r2", "n-1-r3", "n-2-r2"}, f.nodes())
	require.Equal(t, []string{"2m0s Created n-0-r2", "2m0s Cordoned n-0", "2m0s Created n-1-r2"}, f.log[2:5])
	require.Contains(t, f.log, "3m2s Created n-2-r2")
}

// TestUpgradeInPlace: the node is emptied, down while it is made anew, and back with its new labels.
func TestUpgradeInPlace(t *testing.T) {
	f := newFleet(t, 1, 1)
	var states []cluster.NodeState
	f.at(90*time.Second, func() { states = append(states, f.store.Node("n-0").NodeState) })
	f.run("- {at: 1m, upgrade: {nodes: 'n-?', labels: {v: b}, surge: 0, maxUnavailable: 1, provision: 1m}}")
	require.Equal(t, []string{
		"1m0s ask n-0-a", "1m0s Cordoned n-0", "1m2s gone n-0-a", "1m2s NodeDown n-0",
		"2m2s ask n-1-a", "2m2s Updated n-0", "2m2s NodeUp n-0", "2m2s Uncordoned n-0", "2m2s Cordoned n-1",
	}, f.log[:9])
	require.Equal(t, []cluster.NodeState{{Down: true, Silent: sim.Time(62 * time.Second), Slowdown: 3}}, states)
	n := f.store.Node("n-0")
	require.Equal(t, []any{"b", false, false, 0}, []any{n.Labels["v"], n.Down, n.Unschedulable, len(n.Images)})
	require.Equal(t, []string{"n-0", "n-1"}, f.nodes())
}

// TestUpgradeByForce: what is left after the drain's time is deleted, whatever its budget says, and reported.
func TestUpgradeByForce(t *testing.T) {
	f := newFleet(t, 2)
	f.refuse = func(_ sim.Time, pod string) error {
		if pod == "n-0-a" {
			return tooMany(pod)
		}
		return nil
	}
	f.run("- {at: 0s, upgrade: {nodes: n-0, provision: 0s}}")
	require.Equal(t, []string{
		"actions[0] at 1h0m0s: upgrade of node n-0: drain of node n-0 did not complete within 1h0m0s: " +
			"left are default/n-0-a: not now: too many requests; what is left is deleted",
	}, f.failures())
	require.Equal(t, []string{"1h0m2s gone n-0-a", "1h0m2s Deleted n-0"}, f.log[len(f.log)-2:])
}

// TestUpgradeOfWhatDoesNotEnd: pods that do not end in their grace period do not keep the node.
func TestUpgradeOfWhatDoesNotEnd(t *testing.T) {
	f := newFleet(t, 1)
	f.stop = 10 * time.Hour
	f.run("- {at: 0s, upgrade: {nodes: n-0, provision: 0s, drainTimeout: 1m}}")
	require.Contains(t, f.log, "1m32s Deleted n-0", "the grace period and a little")
	require.Len(t, f.failures(), 1)
}

// TestStrictUpgrade ends with the first node that cannot be emptied; what has begun goes on.
func TestStrictUpgrade(t *testing.T) {
	f := newFleet(t, 1, 1, 1)
	f.refuse = func(_ sim.Time, pod string) error {
		if pod == "n-0-a" {
			return tooMany(pod)
		}
		return nil
	}
	f.run("- {at: 0s, upgrade: {nodes: 'n-*', provision: 0s, drainTimeout: 1m, podEvictionOnTimeout: fail, maxUnavailable: 1}}")
	require.Equal(t, []string{"actions[0] at 1m0s: upgrade of node n-0: drain of node n-0 did not complete within 1m0s: " +
		"left are default/n-0-a: not now: too many requests"}, f.failures())
	require.Equal(t, []string{"n-0", "n-0-r2", "n-1", "n-2"}, f.nodes(), "n-1 and n-2 were upgraded in place meanwhile")
	require.True(t, f.store.Node("n-0").Unschedulable)
	require.False(t, f.store.Node("n-2").Unschedulable)
}

// TestUpgradeOfWhatGoes: a node that goes by itself needs no upgrade; one that is not there is a mistake.
func TestUpgradeOfWhatGoes(t *testing.T) {
	f := newFleet(t, 0, 0)
	f.at(time.Second, func() { require.NoError(t, f.store.Delete(cluster.KeyOf(f.store.Node("n-0")), cluster.ReasonDeleted)) })
	f.run("- {at: 0s, upgrade: {nodes: 'n-*', provision: 1m}}\n- {at: 1h, upgrade: {nodes: n-0}}")
	require.Equal(t, []string{"n-1-r2"}, f.nodes())
	require.Equal(t, []string{"actions[1] at 1h0m0s: node/n-0: not found"}, f.failures())
}

// TestUpgradeThatDoesNotEnd says how far it got.
func TestUpgradeThatDoesNotEnd(t *testing.T) {
	f := newFleet(t, 0, 1)
	f.refuse = func(_ sim.Time, pod string) error { return tooMany(pod) }
	f.until = sim.Time(30 * time.Minute)
	f.run("- {at: 0s, upgrade: {nodes: 'n-*', provision: 1m}}")
	require.Equal(t, []string{"actions[0] at 0s: upgrade of node/n-* has not ended: 1 of 2 nodes are upgraded"}, f.failures())
}

// TestMachinesOfTheirOwn: how long a machine takes depends on the node.
func TestMachinesOfTheirOwn(t *testing.T) {
	list := "- {at: 0s, upgrade: {nodes: 'n-*', surge: 9, provision: {exponential: 1m}}}"
	a, b := newFleet(t, 0, 0, 0).run(list), newFleet(t, 0, 0).run(list)
	require.Contains(t, a.log, b.log[0])
	require.NotEqual(t, a.log[0][:5], a.log[3][:5])
}

// TestUpgradesOfOneMachine: a machine that two upgrades make anew at the same time is back when both are done, and silent
// since it first went down.
func TestUpgradesOfOneMachine(t *testing.T) {
	f := newFleet(t, 0)
	var silent []sim.Time
	f.at(100*time.Second, func() { silent = append(silent, f.store.Node("n-0").Silent) })
	f.run("- {at: 1m, upgrade: {nodes: n-0, surge: 0, maxUnavailable: 1, provision: 1m}}\n" +
		"- {at: 90s, upgrade: {nodes: n-0, surge: 0, maxUnavailable: 1, provision: 2m}}")
	var power []string
	for _, line := range f.log {
		if strings.Contains(line, "NodeDown") || strings.Contains(line, "NodeUp") {
			power = append(power, line)
		}
	}
	require.Equal(t, []string{"1m0s NodeDown n-0", "3m30s NodeUp n-0"}, power)
	require.Equal(t, []sim.Time{sim.Time(time.Minute)}, silent)
}

// TestPowerIsAskedFor: where others take machines down too, they are told, and the node is left to them.
func TestPowerIsAskedFor(t *testing.T) {
	f := newFleet(t, 0)
	f.cfg.Power = func(node cluster.Key, on bool) { f.note(f.engine.Now(), fmt.Sprint("power ", node.Name, " ", on)) }
	f.run("- {at: 1m, upgrade: {nodes: n-0, surge: 0, maxUnavailable: 1, provision: 1m}}")
	require.Equal(t, []string{"1m0s power n-0 false", "1m0s Cordoned n-0", "2m0s power n-0 true", "2m0s Updated n-0", "2m0s Uncordoned n-0"}, f.log,
		"of writes it is heard after them")
}

// TestMachineThatIsGone: what is deleted while it is made anew does not come back, nor does its power.
func TestMachineThatIsGone(t *testing.T) {
	f := newFleet(t, 0)
	f.at(90*time.Second, func() { require.NoError(t, f.store.Delete(cluster.KeyOf(f.store.Node("n-0")), cluster.ReasonDeleted)) })
	f.run("- {at: 1m, upgrade: {nodes: n-0, surge: 0, maxUnavailable: 1, provision: 1m}}")
	require.Equal(t, []string{"1m0s Cordoned n-0", "1m0s NodeDown n-0", "1m30s Deleted n-0"}, f.log)
	require.Empty(t, f.failures())
}
