package manifest

import (
	"fmt"
	"math"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The order in which a store takes in what is neither node nor pod: what others refer to comes first.
var (
	beforeNodes = []cluster.Kind{
		cluster.KindPriorityClass, cluster.KindStorageClass, cluster.KindResourceQuota, cluster.KindLimitRange,
		cluster.KindConfigMap, cluster.KindSecret, cluster.KindPersistentVolumeClaim, cluster.KindPersistentVolume,
	}
	afterNodes = []cluster.Kind{
		cluster.KindCSINode, cluster.KindService, cluster.KindPodDisruptionBudget, cluster.KindReplicationController,
		cluster.KindDeployment, cluster.KindReplicaSet, cluster.KindStatefulSet, cluster.KindDaemonSet,
		cluster.KindCronJob, cluster.KindJob, cluster.KindHorizontalPodAutoscaler,
	}
)

// noUID is the UID of nothing: what a reference names no longer exists.
const noUID cluster.UID = math.MaxUint64

// Load creates all objects of a set in a store: namespaces (also those that only objects name), classes, volumes, nodes,
// what selects pods, pods that hold a node, and last the pods that wait for one; each group in the order of the files. A
// set can be loaded once, as the store keeps its objects.
func Load(set *Set, store *cluster.Store) error { return newLoader(set, store, false).run() }

func newLoader(set *Set, store *cluster.Store, apply bool) *loader {
	return &loader{set: set, store: store, apply: apply, byUID: map[string]cluster.UID{}}
}

func (l *loader) run() error {
	steps := []func() error{l.namespaces, l.others(beforeNodes), l.nodes, l.others(afterNodes), l.pods(true), l.pods(false), l.adopt}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type loader struct {
	set   *Set
	store *cluster.Store
	apply bool                   // objects that are there are updated
	byUID map[string]cluster.UID // UIDs of the files -> UIDs of the store
	early []cluster.Object       // created before an owner of theirs may have been
}

func (l *loader) create(o cluster.Object) error {
	m := o.Meta()
	if old := l.store.Get(o.Kind(), m.NamespacedName); old != nil && l.apply {
		return l.update(old, o)
	}
	m.Owners = l.owners(o)
	if err := l.store.Create(o, cluster.ReasonCreated); err != nil {
		return fmt.Errorf("%s: %w", l.place(o), err)
	}
	if uid := l.set.uids[o]; uid != "" {
		l.byUID[uid] = m.UID
	}
	if slices.ContainsFunc(m.Owners, func(r cluster.OwnerReference) bool { return r.UID == 0 }) {
		l.early = append(l.early, o)
	}
	return nil
}

func (l *loader) place(o cluster.Object) string {
	if p := l.set.places[objectKey{o.Kind(), o.Meta().NamespacedName}]; p != "" {
		return p
	}
	return "loading manifests"
}

// owners returns an object's references to owners with the UIDs of the store; 0 where the owner is not there (yet).
func (l *loader) owners(o cluster.Object) []cluster.OwnerReference {
	m := o.Meta()
	refs := slices.Clone(m.Owners)
	for i := range refs {
		refs[i].UID = l.owner(m.Namespace, &refs[i], l.set.owners[o][i])
	}
	return refs
}

// owner finds the object that a reference names. One that has taken over the name with another UID is not the owner.
func (l *loader) owner(namespace string, ref *cluster.OwnerReference, uid string) cluster.UID {
	kind := cluster.KindNamed(ref.Kind)
	if clusterWide[ref.Kind] {
		namespace = ""
	}
	o := l.store.Get(kind, cluster.NamespacedName{Namespace: namespace, Name: ref.Name})
	if o == nil {
		return 0
	}
	if stated := l.set.uids[o]; stated != "" && uid != "" && stated != uid {
		return 0
	}
	return o.Meta().UID
}

// namespaces creates the namespaces that are declared, then those that are only used, which have the label of their name
// and no more.
func (l *loader) namespaces() error {
	var used []string
	add := func(o cluster.Object) {
		if ns := o.Meta().Namespace; ns != "" {
			used = append(used, ns)
		}
	}
	for _, o := range l.set.Objects {
		if o.Kind() == cluster.KindNamespace {
			if err := l.create(o); err != nil {
				return err
			}
		}
		add(o)
	}
	for _, p := range l.set.Pods {
		add(p)
	}
	slices.Sort(used)
	for _, name := range slices.Compact(used) {
		if l.store.Get(cluster.KindNamespace, cluster.NamespacedName{Name: name}) != nil {
			continue
		}
		n := &cluster.Namespace{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: name}}}
		n.Labels = namespaceLabels(name, nil)
		if err := l.create(n); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) others(kinds []cluster.Kind) func() error {
	return func() error {
		for _, kind := range kinds {
			for _, o := range l.set.Objects {
				if o.Kind() != kind {
					continue
				}
				if v, ok := o.(*cluster.PersistentVolume); ok {
					l.claim(v)
				}
				if err := l.create(o); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// claim sets the UID of the claim that a volume is bound to. A claim that is gone leaves one that no other claim has.
func (l *loader) claim(v *cluster.PersistentVolume) {
	uid := l.set.claims[v]
	if uid == "" {
		return
	}
	known, ok := l.byUID[uid]
	if !ok {
		known = noUID
	}
	v.ClaimUID = known
}

func (l *loader) nodes() error {
	for _, n := range l.set.Nodes {
		if err := l.create(n); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) pods(placed bool) func() error {
	return func() error {
		for _, p := range l.set.Pods {
			if (p.NodeName != "") != placed {
				continue
			}
			if err := l.create(p); err != nil {
				return err
			}
		}
		return nil
	}
}

// adopt completes references to owners that came after what they own, such as the claim of a pod's ephemeral volume.
func (l *loader) adopt() error {
	for _, o := range l.early {
		owners := l.owners(o)
		if slices.Equal(owners, o.Meta().Owners) {
			continue
		}
		err := cluster.Edit(l.store, cluster.KeyOf(o), cluster.ReasonUpdated, func(o cluster.Object) { o.Meta().Owners = owners })
		if err != nil {
			return fmt.Errorf("%s: %w", l.place(o), err)
		}
	}
	return nil
}
