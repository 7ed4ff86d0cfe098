package manifest

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// meta converts the metadata of an object of the given scope.
func (r *reader) meta(c *check, m *metav1.ObjectMeta) cluster.ObjectMeta {
	if m.Name == "" && m.GenerateName != "" {
		m.Name = r.generateName(m.GenerateName)
	}
	c.objectName(m.Name)
	namespace := m.Namespace
	switch {
	case clusterWide[c.kind]:
		c.want(namespace == "", "metadata.namespace", "a %s has no namespace", c.kind)
	case namespace == "":
		namespace = metav1.NamespaceDefault
	}
	return cluster.ObjectMeta{
		NamespacedName: cluster.NamespacedName{Namespace: namespace, Name: m.Name},
		Labels:         m.Labels,
		Annotations:    m.Annotations,
		Owners:         owners(c, m.OwnerReferences),
		Deleting:       m.DeletionTimestamp != nil,
	}
}

// generateName completes a prefix. The API server appends five random characters; here it is a number, so that the same
// files give the same names.
func (r *reader) generateName(prefix string) string {
	r.names[prefix]++
	return fmt.Sprintf("%s%05d", prefix, r.names[prefix])
}

// owners converts references to owners. Their UIDs are set when a store takes the objects in.
func owners(c *check, refs []metav1.OwnerReference) []cluster.OwnerReference {
	var list []cluster.OwnerReference
	managed := false
	for i, o := range refs {
		path := at("metadata.ownerReferences", i)
		controller := o.Controller != nil && *o.Controller
		c.want(o.Kind != "" && o.Name != "", path, "kind and name must be stated")
		c.want(!controller || !managed, path, "there is another owner with controller: true")
		managed = managed || controller
		list = append(list, cluster.OwnerReference{Kind: o.Kind, Name: o.Name, Controller: controller})
	}
	return list
}

// instant is a time of the files that waits to be related to the others.
type instant struct {
	target *sim.Time
	at     time.Time
}

// setLater notes a time. The zero time stands for none.
func (r *reader) setLater(target *sim.Time, t time.Time) {
	if !t.IsZero() {
		r.instants = append(r.instants, instant{target, t})
	}
}

// setTimes relates all times to the instant of the snapshot, which is 0. That is one second after the newest of them,
// because timestamps are cut to whole seconds: what happened before the snapshot is negative, and nothing that is known
// to have happened falls on what is not known, 0.
func (r *reader) setTimes() {
	var newest time.Time
	for _, i := range r.instants {
		if i.at.After(newest) {
			newest = i.at
		}
	}
	now := newest.Add(time.Second)
	for _, i := range r.instants {
		*i.target = sim.Time(i.at.Sub(now))
	}
}
