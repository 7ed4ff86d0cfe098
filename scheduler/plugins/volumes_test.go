package plugins

import (
	"errors"
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
			f, readOnly := strings.CutPrefix(f, "ro:")
			sort, name, _ := strings.Cut(f, ":")
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

// Cases of volumezone/volume_zone_test.go: TestSingleZone, TestMultiZone, TestWithBinding, v1.36.3.
func TestVolumeZone(t *testing.T) {
	const unresolvable = "UnschedulableAndUnresolvable: "
	everywhere := func(reason string) map[string]string { return map[string]string{"*": unresolvable + reason} }
	inZone := func(values string) []cluster.Object {
		return []cluster.Object{claim("c", boundTo("v")), disk("v", 10, labelled("zone="+values))}
	}
	beta := []cluster.Object{claim("c", boundTo("v")), disk("v", 10, labelled(labelBetaZone+"=zone2"))}
	tests := []struct {
		name    string
		objects []cluster.Object
		fit     string
		want    map[string]string
	}{
		{"missing claim", nil, "", everywhere(`persistentvolumeclaim "c" not found`)},
		{"missing volume", []cluster.Object{claim("c", boundTo("v"))}, "", everywhere(`persistentvolume "v" not found`)},
		{"no volume and no class", []cluster.Object{claim("c", ofClass(""))}, "", everywhere("PersistentVolumeClaim had no pv name and storageClass name")},
		{"missing class", []cluster.Object{claim("c", ofClass("none"))}, "", everywhere(`storageclass.storage.k8s.io "none" not found`)},
		{"unbound immediate claim", []cluster.Object{claim("c", ofClass("now"))}, "", everywhere("PersistentVolume had no name")},
		{"unbound waiting claim", []cluster.Object{claim("c")}, "", map[string]string{"*": "Skip"}},
		{"volume without labels", []cluster.Object{claim("c", boundTo("v")), disk("v", 10)}, "", map[string]string{"*": "Skip"}},
		{"unreadable label", inZone("zone1__"), "", map[string]string{"*": "Skip"}},
		{"zone1; a node without zone labels fits", inZone("zone1"), "a b bare", nil},
		{"two zones", inZone("zone1__zone2"), "a b bare x y", nil},
		{"another zone", inZone("zone9"), "bare", nil},
		{"beta label, current label on the node", beta, "bare x y", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := worldWith(tt.objects...)
			w.nodes = append(w.nodes, machine("bare", ""))
			got := filterAll(mustPlugin[volumeZone](NewVolumeZone, nil), mounts("claim:c"), w.snapshot())
			if tt.want != nil {
				require.Equal(t, tt.want, got)
				return
			}
			require.Equal(t, tt.fit, fitting(got))
			for _, status := range got {
				require.Contains(t, []string{"", unresolvable + ReasonVolumeZone}, status)
			}
		})
	}
}

// Cases of volumerestrictions/volume_restrictions_test.go, v1.36.3. Node a has a pod with the disks.
func TestVolumeRestrictions(t *testing.T) {
	oncePod := claim("once")
	oncePod.AccessModes = []cluster.AccessMode{cluster.ReadWriteOncePod}
	tests := []struct {
		name           string
		running, wants string
		fit            string
	}{
		{"nothing to keep apart", "gce:d", "claim:many", "*"},
		{"same GCE disk", "gce:d", "gce:d", "b x y"},
		{"another GCE disk", "gce:d", "gce:e", "a b x y"},
		{"same GCE disk, both read only", "ro:gce:d", "ro:gce:d", "a b x y"},
		{"same GCE disk, one writes", "ro:gce:d", "gce:d", "b x y"},
		{"same AWS disk, both read only", "ro:aws:d", "ro:aws:d", "b x y"},
		{"same ISCSI target", "iscsi:i", "iscsi:i", "b x y"},
		{"same ISCSI target, both read only", "ro:iscsi:i", "ro:iscsi:i", "a b x y"},
		{"same RBD image", "rbd:i", "rbd:i", "b x y"},
		{"another RBD image", "rbd:i", "rbd:j", "a b x y"},
		{"ReadWriteOncePod claim in use", "claim:once", "claim:once", ""},
		{"ReadWriteOncePod claim not in use", "claim:many", "claim:once", "*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := worldWith(oncePod, claim("many"))
			w.pods = []*cluster.Pod{workload("r", "a", "", mounting(tt.running))}
			got := filterAll(mustPlugin[volumeRestrictions](NewVolumeRestrictions, nil), mounts(tt.wants), w.snapshot())
			if tt.fit == "*" {
				require.Equal(t, map[string]string{"*": "Skip"}, got)
				return
			}
			require.Equal(t, tt.fit, fitting(got))
		})
	}
}

// Preemption of the pod that has the claim makes room everywhere.
func TestVolumeRestrictionsExtensions(t *testing.T) {
	c := claim("once")
	c.AccessModes = []cluster.AccessMode{cluster.ReadWriteOncePod}
	w := worldWith(c)
	user := workload("r", "a", "", mounting("claim:once"))
	w.pods = []*cluster.Pod{user}
	view := w.snapshot()
	plugin := mustPlugin[volumeRestrictions](NewVolumeRestrictions, nil)
	state, pod := &framework.CycleState{}, mounts("claim:once")
	_, status := plugin.PreFilter(state, pod, view)
	require.Nil(t, status)
	moved := state.Clone()
	plugin.RemovePod(moved, pod, user, view.Node("a"))
	require.Nil(t, plugin.Filter(moved, pod, view.Node("x")))
	require.Equal(t, ReasonReadWriteOncePod, plugin.Filter(state, pod, view.Node("x")).Message())
	plugin.AddPod(moved, pod, user, view.Node("a"))
	require.Equal(t, framework.Unschedulable, plugin.Filter(moved, pod, view.Node("x")).Code())
	_, status = plugin.PreFilter(state, mounts("claim:none"), view)
	require.Equal(t, `persistentvolumeclaim "none" not found`, status.Message())
}

// Cases of nodevolumelimits/csi_test.go: TestCSILimits, v1.36.3. The CSINode of a allows 2 volumes of the driver.
func TestNodeVolumeLimits(t *testing.T) {
	csi := func(name, handle string) *cluster.PersistentVolume {
		v := disk(name, 10)
		v.CSIDriver, v.CSIHandle = "csi.example.com", handle
		return v
	}
	common := func() *world {
		w := worldWith(csi("v1", "h1"), csi("v2", "h2"), csi("v3", "h3"), csi("same", "h1"), disk("local", 10),
			claim("c1", boundTo("v1")), claim("c2", boundTo("v2")), claim("c3", boundTo("v3")), claim("same", boundTo("same")),
			claim("local", boundTo("local")), claim("new", ofClass("dynamic")), claim("static"), claim("lost", boundTo("gone"), ofClass("dynamic")),
			&cluster.CSINode{ObjectMeta: named("a"), Drivers: []cluster.DriverLimit{
				{Driver: "csi.example.com", Count: 2, Stated: true}, {Driver: gceDriver, Count: 1, Stated: true}, {Driver: "free"}}})
		return w
	}
	tests := []struct {
		name           string
		running, wants string
		fits           bool
	}{
		{"below the limit", "claim:c1", "claim:c2", true},
		{"above the limit", "claim:c1 claim:c2", "claim:c3", false},
		{"two at once", "claim:c1", "claim:c2 claim:c3", false},
		{"attached already", "claim:c1 claim:c2", "claim:c1", true},
		{"the same volume by another name", "claim:c1 claim:c2", "claim:same", true},
		{"not a CSI volume", "claim:c1 claim:c2", "claim:local", true},
		{"to be provisioned by the driver", "claim:c1 claim:c2", "claim:new", false},
		{"waiting for a volume made by hand", "claim:c1 claim:c2", "claim:static", true},
		{"bound to a volume that is gone: its class counts", "claim:c1 claim:c2", "claim:lost", false},
		{"a claim of a running pod is gone", "claim:gone claim:c1", "claim:c2", true},
		{"in-tree disk, served by a driver", "gce:d", "gce:e", false},
		{"the same in-tree disk", "gce:d", "gce:d", true},
		{"a driver without a stated limit", "aws:d aws:e", "aws:f", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := common()
			w.pods = []*cluster.Pod{workload("r", "a", "", mounting(tt.running))}
			got := filterAll(mustPlugin[*nodeVolumeLimits](NewNodeVolumeLimits, nil), mounts(tt.wants), w.snapshot())
			want := map[string]string{"a": "", "b": "", "x": "", "y": ""}
			if !tt.fits {
				want["a"] = "Unschedulable: " + ReasonVolumeLimit
			}
			require.Equal(t, want, got)
		})
	}
	t.Run("a missing claim", func(t *testing.T) {
		got := filterAll(mustPlugin[*nodeVolumeLimits](NewNodeVolumeLimits, nil), mounts("claim:none"), common().snapshot())
		require.Equal(t, `UnschedulableAndUnresolvable: looking up PVC default/none: persistentvolumeclaim "none" not found`, got["b"])
	})
	t.Run("no volume that can be attached", func(t *testing.T) {
		got := filterAll(mustPlugin[*nodeVolumeLimits](NewNodeVolumeLimits, nil), mounts("rbd:i"), common().snapshot())
		require.Equal(t, map[string]string{"*": "Skip"}, got)
	})
}

func TestVolumeHints(t *testing.T) {
	binding, zone := mustPlugin[*volumeBinding](NewVolumeBinding, nil), mustPlugin[volumeZone](NewVolumeZone, nil)
	restrictions, limits := mustPlugin[volumeRestrictions](NewVolumeRestrictions, nil), mustPlugin[*nodeVolumeLimits](NewNodeVolumeLimits, nil)
	pod := mounts("claim:c ephemeral:e gce:d")
	mine, other, ephemeral := claim("c"), claim("x"), claim("p-e")
	now, wait, zone1 := classes()[3], classes()[0], classes()[2]
	csiNode := func(limit int32, migrated string) *cluster.CSINode {
		n := &cluster.CSINode{ObjectMeta: named("a"), Drivers: []cluster.DriverLimit{{Driver: "d", Count: limit, Stated: true}}}
		n.Annotations = map[string]string{migratedPlugins: migrated}
		return n
	}
	tests := []struct {
		name          string
		plugin        framework.EnqueueExtensions
		before, after cluster.Object
		want          bool
	}{
		{"binding: a class", binding, nil, now, true},
		{"binding: topologies change", binding, wait, zone1, true},
		{"binding: a class changes otherwise", binding, wait, now, false},
		{"binding: its claim", binding, nil, mine, true},
		{"binding: its ephemeral claim", binding, nil, ephemeral, true},
		{"binding: another claim", binding, mine, other, false},
		{"binding: a volume", binding, nil, disk("v", 1), true},
		{"binding: plugins migrate", binding, csiNode(1, ""), csiNode(1, "x"), true},
		{"binding: a limit changes", binding, csiNode(1, ""), csiNode(2, ""), false},
		{"zone: a class that does not wait", zone, nil, now, false},
		{"zone: a class that waits", zone, nil, wait, true},
		{"zone: its claim", zone, nil, mine, true},
		{"zone: its ephemeral claim", zone, nil, ephemeral, false},
		{"zone: a volume", zone, nil, disk("v", 1), true},
		{"zone: a volume moves", zone, disk("v", 1), disk("v", 1, labelled("zone=1")), true},
		{"zone: a volume changes otherwise", zone, disk("v", 1), disk("v", 2), false},
		{"restrictions: a pod with the disk goes", restrictions, workload("r", "a", "", mounting("gce:d")), nil, true},
		{"restrictions: a pod with the claim goes", restrictions, workload("r", "a", "", mounting("claim:c")), nil, true},
		{"restrictions: one of another namespace goes", restrictions, workload("r", "a", "", in("other"), mounting("gce:d")), nil, false},
		{"restrictions: another pod goes", restrictions, workload("r", "a", ""), nil, false},
		{"restrictions: its claim", restrictions, nil, mine, true},
		{"limits: a pod with a claim goes", limits, workload("r", "a", "", mounting("claim:z")), nil, true},
		{"limits: one that never ran goes", limits, workload("r", "", "", mounting("claim:z")), nil, false},
		{"limits: one without volumes goes", limits, workload("r", "a", ""), nil, false},
		{"limits: a limit rises", limits, csiNode(1, ""), csiNode(2, ""), true},
		{"limits: a limit falls", limits, csiNode(2, ""), csiNode(1, ""), false},
		{"limits: its claim", limits, nil, ephemeral, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, hintOf(tt.plugin, pod, tt.before, tt.after)) })
	}
}

func TestVolumePluginsTakeNoArguments(t *testing.T) {
	errWrongArgs := errors.New("unknown field")
	wrong := func(any) error { return errWrongArgs }
	for _, name := range []string{VolumeZone, VolumeRestrictions, NodeVolumeLimits} {
		_, err := InTree()[name](wrong, nil)
		require.ErrorIs(t, err, errWrongArgs)
	}
}
