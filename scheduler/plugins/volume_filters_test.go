package plugins

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

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
