package plugins

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// mounting gives the pod volumes: "claim:name", "ephemeral:volume", "gce:disk", "aws:disk", "iscsi:iqn", "rbd:image";
// a leading "ro:" makes one read-only.
func mounting(volumes string) podChange {
	return func(p *cluster.Pod) {
		for _, f := range strings.Fields(volumes) {
			source, readOnly := strings.CutPrefix(f, "ro:")
			sort, name, _ := strings.Cut(source, ":")
			v := cluster.Volume{Name: name, ReadOnly: readOnly}
			switch sort {
			case "claim":
				v.Claim = name
			case "ephemeral":
				v.Ephemeral = true
			case "gce":
				v.GCEDisk = name
			case "aws":
				v.AWSDisk = name
			case "iscsi":
				v.ISCSI = name
			case "rbd":
				v.RBD = &cluster.RBDImage{Monitors: strings.Split("a,b", ","), Pool: "pool", Image: name}
			}
			p.Spec.Volumes = append(p.Spec.Volumes, v)
		}
	}
}

func mounts(volumes string) *cluster.Pod { return workload("p", "", "", mounting(volumes)) }

type (
	claimChange  func(*cluster.PersistentVolumeClaim)
	volumeChange func(*cluster.PersistentVolume)
)

// claim is a claim of class "wait" in namespace default.
func claim(name string, changes ...claimChange) *cluster.PersistentVolumeClaim {
	lastUID++
	c := &cluster.PersistentVolumeClaim{ObjectMeta: named("default/" + name), StorageClass: "wait", Request: 10}
	c.UID = lastUID
	for _, change := range changes {
		change(c)
	}
	return c
}

func boundTo(volume string) claimChange {
	return func(c *cluster.PersistentVolumeClaim) { c.VolumeName, c.Bound = volume, true }
}
func ofClass(class string) claimChange {
	return func(c *cluster.PersistentVolumeClaim) { c.StorageClass = class }
}
func asking(bytes int64) claimChange {
	return func(c *cluster.PersistentVolumeClaim) { c.Request = bytes }
}
func selectedOn(node string) claimChange {
	return func(c *cluster.PersistentVolumeClaim) { c.SelectedNode = node }
}

// disk is a free volume of class "wait".
func disk(name string, capacity int64, changes ...volumeChange) *cluster.PersistentVolume {
	lastUID++
	v := &cluster.PersistentVolume{ObjectMeta: named(name), StorageClass: "wait", Capacity: capacity}
	v.UID, v.Labels = lastUID, cluster.Labels{}
	for _, change := range changes {
		change(v)
	}
	return v
}

func reachable(with string) volumeChange {
	return func(v *cluster.PersistentVolume) {
		v.NodeAffinity = &cluster.NodeSelector{Terms: []cluster.NodeSelectorTerm{{MatchExpressions: cluster.SelectLabels(labels(with)).Requirements}}}
	}
}
func keptForClaim(name string) volumeChange {
	return func(v *cluster.PersistentVolume) { v.ClaimRef = named("default/" + name).NamespacedName }
}
func labelled(with string) volumeChange {
	return func(v *cluster.PersistentVolume) { v.Labels = labels(with) }
}

// classes are "wait" without and "dynamic" with a provisioner, both waiting for the consumer, "zone1" that provisions in
// zone1 only, and "now".
func classes() objects {
	class := func(name, provisioner string, wait bool) *cluster.StorageClass {
		return &cluster.StorageClass{ObjectMeta: named(name), Provisioner: provisioner, WaitForConsumer: wait}
	}
	zone1 := class("zone1", "csi.example.com", true)
	zone1.AllowedTopologies = []cluster.NodeSelectorTerm{{}, {MatchExpressions: cluster.SelectLabels(labels("zone=zone1")).Requirements}}
	return objects{class("wait", noProvisioner, true), class("dynamic", "csi.example.com", true), zone1, class("now", "csi.example.com", false)}
}

func worldWith(more ...cluster.Object) *world {
	w := fourNodes("", "")
	w.objects = append(classes(), more...)
	return w
}

// Cases of volumebinding/volume_binding_test.go: TestVolumeBinding and binder_test.go: TestFindPodVolumesWithoutProvisioning,
// TestFindPodVolumesWithProvisioning, v1.36.3.
func TestVolumeBindingFilter(t *testing.T) {
	const unresolvable = "UnschedulableAndUnresolvable: "
	everywhere := func(reason string) map[string]string { return map[string]string{"*": unresolvable + reason} }
	on := func(fit, reason string) map[string]string {
		m := map[string]string{}
		for _, n := range []string{"a", "b", "x", "y"} {
			if m[n] = unresolvable + reason; strings.Contains(fit, n) {
				m[n] = ""
			}
		}
		return m
	}
	deleted := claim("c")
	deleted.Deleting = true
	lost := claim("c", boundTo("v"))
	lost.Lost = true
	leaving := disk("v", 10)
	leaving.Deleting = true
	block := disk("v", 10)
	block.VolumeMode = "Block"
	once := claim("c")
	once.AccessModes = []cluster.AccessMode{cluster.ReadWriteOncePod}
	picky := claim("c")
	picky.HasSelector, picky.Selector = true, selecting("tier=1")
	byName := disk("v", 10)
	byName.NodeAffinity = &cluster.NodeSelector{Terms: []cluster.NodeSelectorTerm{{MatchFields: []cluster.Requirement{{Key: "metadata.name", Operator: cluster.In, Values: []string{"a"}}}}}}
	tests := []struct {
		name    string
		objects []cluster.Object
		volumes string
		want    map[string]string
	}{
		{"no claims", nil, "gce:d", map[string]string{"*": "Skip"}},
		{"missing claim", nil, "claim:c", everywhere(`persistentvolumeclaim "c" not found`)},
		{"missing ephemeral claim", nil, "ephemeral:e", everywhere(`waiting for ephemeral volume controller to create the persistentvolumeclaim "p-e"`)},
		{"ephemeral claim of another", []cluster.Object{claim("p-e")}, "ephemeral:e", everywhere("PVC default/p-e was not created for pod default/p (pod is not owner)")},
		{"claim being deleted", []cluster.Object{deleted}, "claim:c", everywhere(`persistentvolumeclaim "c" is being deleted`)},
		{"lost claim", []cluster.Object{lost}, "claim:c", everywhere(`persistentvolumeclaim "c" bound to non-existent persistentvolume "v"`)},
		{"unbound immediate claim", []cluster.Object{claim("c", ofClass("now"))}, "claim:c", everywhere(ReasonUnboundImmediate)},
		{"unbound claim without class", []cluster.Object{claim("c", ofClass(""))}, "claim:c", everywhere(ReasonUnboundImmediate)},
		{"unbound claim of a missing class", []cluster.Object{claim("c", ofClass("none"))}, "claim:c", everywhere(ReasonUnboundImmediate)},
		{"prebound but not yet bound", []cluster.Object{claim("c", func(c *cluster.PersistentVolumeClaim) { c.VolumeName = "v" }), disk("v", 10)}, "claim:c", everywhere(ReasonUnboundImmediate)},
		{"bound, reachable everywhere", []cluster.Object{claim("c", boundTo("v")), disk("v", 10)}, "claim:c", on("abxy", "")},
		{"bound in zone1", []cluster.Object{claim("c", boundTo("v")), disk("v", 10, reachable("zone=zone1"))}, "claim:c", on("ab", ReasonVolumeNodeConflict)},
		{"bound to a volume that is not there", []cluster.Object{claim("c", boundTo("v"))}, "claim:c", on("", ReasonVolumeNotExist)},
		{"volume named by node: the plugin knows labels only", []cluster.Object{claim("c", boundTo("v")), byName}, "claim:c", on("", ReasonVolumeNodeConflict)},
		{"waiting: a volume in zone1", []cluster.Object{claim("c"), disk("v", 10, reachable("zone=zone1"))}, "claim:c", on("ab", ReasonVolumeBindConflict)},
		{"waiting: too small", []cluster.Object{claim("c", asking(11)), disk("v", 10)}, "claim:c", on("", ReasonVolumeBindConflict)},
		{"waiting: two claims, one volume", []cluster.Object{claim("c"), claim("d"), disk("v", 10)}, "claim:c claim:d", on("", ReasonVolumeBindConflict)},
		{"waiting: the small claim leaves the large volume", []cluster.Object{claim("c", asking(20)), claim("d"), disk("v1", 20), disk("v2", 15)}, "claim:c claim:d", on("abxy", "")},
		{"waiting: kept for another claim", []cluster.Object{claim("c"), disk("v", 10, keptForClaim("d"))}, "claim:c", on("", ReasonVolumeBindConflict)},
		{"waiting: kept for it, out of reach, in spite of others", []cluster.Object{claim("c"), disk("v", 10, keptForClaim("c"), reachable("zone=zone1")), disk("w", 10)}, "claim:c", on("ab", ReasonVolumeBindConflict)},
		{"waiting: the volume is being deleted", []cluster.Object{claim("c"), leaving}, "claim:c", on("", ReasonVolumeBindConflict)},
		{"waiting: another volume mode", []cluster.Object{claim("c"), block}, "claim:c", on("", ReasonVolumeBindConflict)},
		{"waiting: access mode not offered", []cluster.Object{once, disk("v", 10)}, "claim:c", on("", ReasonVolumeBindConflict)},
		{"waiting: selector", []cluster.Object{picky, disk("v", 10), disk("w", 10, labelled("tier=1"), reachable("zone=zone2"))}, "claim:c", on("xy", ReasonVolumeBindConflict)},
		{"provision anywhere", []cluster.Object{claim("c", ofClass("dynamic"))}, "claim:c", on("abxy", "")},
		{"provision in zone1", []cluster.Object{claim("c", ofClass("zone1"))}, "claim:c", on("ab", ReasonVolumeBindConflict)},
		{"provisioning under way on x", []cluster.Object{claim("c", ofClass("dynamic"), selectedOn("x"))}, "claim:c", on("x", ReasonVolumeBindConflict)},
		{"one bound in zone1, one provisioned", []cluster.Object{claim("c", boundTo("v")), disk("v", 10, reachable("zone=zone1")), claim("d", ofClass("dynamic"))}, "claim:c claim:d", on("ab", ReasonVolumeNodeConflict)},
		{"both conflicts", []cluster.Object{claim("c", boundTo("v")), disk("v", 10, reachable("zone=zone9")), claim("d")}, "claim:c claim:d", on("", ReasonVolumeNodeConflict+", "+ReasonVolumeBindConflict)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plugin := mustPlugin[*volumeBinding](NewVolumeBinding, nil)
			require.Equal(t, tt.want, filterAll(plugin, mounts(tt.volumes), worldWith(tt.objects...).snapshot()))
		})
	}
}

func TestVolumeBindingNeverScores(t *testing.T) {
	view := worldWith(claim("c"), disk("v", 10)).snapshot()
	plugin := mustPlugin[*volumeBinding](NewVolumeBinding, nil)
	require.True(t, plugin.PreScore(&framework.CycleState{}, mounts("claim:c"), view, view.Nodes()).IsSkip())
}

func TestEphemeralClaimOfThePod(t *testing.T) {
	pod := mounts("ephemeral:e")
	c := claim("p-e", ofClass("dynamic"))
	c.Owners = []cluster.OwnerReference{{UID: pod.UID, Controller: true}}
	require.Equal(t, "a b x y", fitting(filterAll(mustPlugin[*volumeBinding](NewVolumeBinding, nil), pod, worldWith(c).snapshot())))
}

// A volume that one pod was given is not given to the next, until the first gives it back.
func TestVolumeBindingReserve(t *testing.T) {
	first, second := disk("v1", 10, reachable("zone=zone1")), disk("v2", 20, reachable("zone=zone1"))
	c, d, e := claim("c"), claim("d"), claim("e")
	f := claim("f", ofClass("dynamic"))
	view := worldWith(first, second, c, d, e, f).snapshot()
	plugin := mustPlugin[*volumeBinding](NewVolumeBinding, nil)
	reserve := func(claim, node string) (*framework.CycleState, *framework.Status) {
		state := &framework.CycleState{}
		_, status := plugin.PreFilter(state, mounts("claim:"+claim), view)
		require.Nil(t, status)
		return state, plugin.Reserve(state, nil, node)
	}
	taken := func(claim string) string { return fitting(filterAll(plugin, mounts("claim:"+claim), view)) }

	early := &framework.CycleState{} // decided before the others were reserved
	_, status := plugin.PreFilter(early, mounts("claim:e"), view)
	require.Nil(t, status)

	stateC, status := reserve("c", "a")
	require.Nil(t, status)
	require.Equal(t, c.NamespacedName, plugin.volumes["v1"].ClaimRef, "the smallest that fits")
	require.Equal(t, cluster.NamespacedName{}, first.ClaimRef, "the object of the store is as it was")
	require.Equal(t, "a b", taken("c"), "the same claim again: its volume")
	_, status = reserve("d", "b")
	require.Nil(t, status)
	require.Equal(t, "", taken("e"))
	require.Equal(t, ReasonVolumeBindConflict, plugin.Reserve(early, nil, "a").Message())

	plugin.Unreserve(stateC, nil, "a")
	require.Equal(t, "a b", taken("e"))

	_, status = reserve("f", "x")
	require.Nil(t, status)
	require.Equal(t, "x", taken("f"), "provisioned for x")
	f.ResourceVersion++ // the store knows better
	require.Equal(t, "a b x y", taken("f"))
}

func TestVolumeBindingArgs(t *testing.T) {
	negative := int64(-1)
	_, err := NewVolumeBinding(func(into any) error { into.(*VolumeBindingArgs).BindTimeoutSeconds = &negative; return nil }, nil)
	require.ErrorContains(t, err, "bindTimeoutSeconds")
	_, err = NewVolumeBinding(func(into any) error {
		a := into.(*VolumeBindingArgs)
		a.Shape = append(a.Shape, struct {
			Utilization int32 `json:"utilization"`
			Score       int32 `json:"score"`
		}{})
		return nil
	}, nil)
	require.ErrorContains(t, err, "shape")
}
