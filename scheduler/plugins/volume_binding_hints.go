package plugins

import (
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// migratedPlugins names the in-tree plugins that CSI drivers serve on a node (core/v1 MigratedPluginsAnnotationKey).
const migratedPlugins = "storage.alpha.kubernetes.io/migrated-plugins"

// EventsToRegister names what can bring a volume or a node for it (volumebinding/volume_binding.go, v1.36). CSIDriver and
// CSIStorageCapacity are not modelled.
func (p *volumeBinding) EventsToRegister() []framework.ClusterEventWithHint {
	addOrUpdate := framework.ActionAdd | framework.ActionUpdate
	return []framework.ClusterEventWithHint{
		on(framework.StorageClass, addOrUpdate, func(_ *cluster.Pod, change *cluster.Change) bool {
			return change.Old == nil || !sameTopologies(change.Old.(*cluster.StorageClass), change.New.(*cluster.StorageClass))
		}),
		on(framework.PersistentVolumeClaim, addOrUpdate, func(pod *cluster.Pod, change *cluster.Change) bool {
			return usesClaim(pod, change.Object().Meta(), true)
		}),
		on(framework.PersistentVolume, addOrUpdate, nil),
		on(framework.NodeEvent, framework.ActionAdd|framework.UpdateNodeLabel, nil),
		on(framework.CSINode, addOrUpdate, func(_ *cluster.Pod, change *cluster.Change) bool {
			return change.Old == nil || change.Old.Meta().Annotations[migratedPlugins] != change.New.Meta().Annotations[migratedPlugins]
		}),
	}
}

func sameTopologies(a, b *cluster.StorageClass) bool {
	return slices.EqualFunc(a.AllowedTopologies, b.AllowedTopologies, func(x, y cluster.NodeSelectorTerm) bool {
		return slices.EqualFunc(x.MatchExpressions, y.MatchExpressions, func(r, s cluster.Requirement) bool {
			return r.Key == s.Key && r.Operator == s.Operator && slices.Equal(r.Values, s.Values)
		})
	})
}
