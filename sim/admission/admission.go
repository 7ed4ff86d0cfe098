package admission

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// Admission keeps what admission has to know of one store.
type Admission struct {
	store *cluster.Store
	used  map[string]amounts // by namespace
	specs map[variant]*cluster.PodSpec

	tolerations []cluster.Toleration // that pods get: see TolerateFailures
}

// variant names a spec as completed: by a class, or by the LimitRanges of a namespace as they were.
type variant struct {
	spec      *cluster.PodSpec
	namespace string
	version   uint64
	priority  int32
	tolerant  bool
	labels    string // the pod's own that selectors were completed with
}

// Attach has the store ask admission from now on. It must be called before objects are in the store.
func Attach(store *cluster.Store) *Admission {
	a := &Admission{store: store, used: map[string]amounts{}, specs: map[variant]*cluster.PodSpec{}}
	store.Observe(a.observe)
	store.SetAdmission(a.Admit)
	return a
}

// observe counts what a change adds to and takes from the use of its namespace.
func (a *Admission) observe(c *cluster.Change) {
	if sameUse(c) {
		return
	}
	a.count(c.Old, -1)
	a.count(c.New, 1)
}

// sameUse tells of most changes that they change no use: statuses come and go.
func sameUse(c *cluster.Change) bool {
	if c.Verb != cluster.Modified {
		return false
	}
	if before, after := c.Pods(); after != nil {
		return before.Spec == after.Spec && before.Terminal() == after.Terminal()
	}
	return c.New.Kind() != cluster.KindPersistentVolumeClaim
}

func (a *Admission) count(o cluster.Object, sign int64) {
	if o == nil {
		return
	}
	use := Usage(o)
	if len(use) == 0 {
		return
	}
	ns := o.Meta().Namespace
	if a.used[ns] == nil {
		a.used[ns] = amounts{}
	}
	for _, u := range use {
		a.used[ns][u.Name] += sign * u.Value
	}
}

// Admit completes an object that is to be created, or refuses it.
func (a *Admission) Admit(o cluster.Object) error {
	if p, ok := o.(*cluster.Pod); ok {
		if err := a.admitPod(p); err != nil {
			return err
		}
	}
	if n, ok := o.(*cluster.Node); ok {
		admitNode(n)
	}
	if v, ok := o.(*cluster.PersistentVolumeClaim); ok {
		if wrong := checkClaim(a.ranges(v.Namespace), v); len(wrong) > 0 {
			return forbidden(o, strings.Join(wrong, ", "))
		}
	}
	return a.checkQuotas(o)
}

func (a *Admission) admitPod(p *cluster.Pod) error {
	if err := a.prioritize(p); err != nil {
		return err
	}
	a.tolerate(p)
	a.mergeLabelKeys(p)
	items := a.ranges(p.Namespace)
	if len(items) == 0 || p.NodeName != "" {
		return nil
	}
	p.Spec = a.variant(variant{spec: p.Spec, namespace: p.Namespace, version: a.rangesVersion(p.Namespace)}, func(s *cluster.PodSpec) {
		complete(s, items)
	})
	if wrong := checkPod(items, p.Spec); len(wrong) == 1 {
		return forbidden(p, wrong[0])
	} else if len(wrong) > 1 {
		return forbidden(p, "["+strings.Join(wrong, ", ")+"]")
	}
	return nil
}

// systemClasses exist without an object (pkg/apis/scheduling/v1/helpers.go, v1.36).
var systemClasses = []string{"system-cluster-critical", "system-node-critical"}

// prioritize gives a pod the priority of its class. One that has a priority has been through admission.
func (a *Admission) prioritize(p *cluster.Pod) error {
	name := p.Spec.PriorityClass
	if name == "" || p.Spec.Priority != 0 || p.NodeName != "" || slices.Contains(systemClasses, name) {
		return nil
	}
	class, ok := a.store.Get(cluster.KindPriorityClass, cluster.NamespacedName{Name: name}).(*cluster.PriorityClass)
	if !ok {
		return forbidden(p, "no PriorityClass with name "+name+" was found")
	}
	if class.Value != 0 {
		p.Spec = a.variant(variant{spec: p.Spec, priority: class.Value}, func(s *cluster.PodSpec) {
			s.Priority, s.PreemptionPolicy = class.Value, class.PreemptionPolicy
		})
	}
	return nil
}

// variant returns a changed copy of a spec, the same one for the same change: specs are the classes of pods.
func (a *Admission) variant(v variant, change func(*cluster.PodSpec)) *cluster.PodSpec {
	if made, ok := a.specs[v]; ok {
		return made
	}
	s := *v.spec
	change(&s)
	a.specs[v] = s.Complete()
	return &s
}

func (a *Admission) ranges(namespace string) []cluster.LimitRangeItem {
	var items []cluster.LimitRangeItem
	a.eachIn(cluster.KindLimitRange, namespace, func(o cluster.Object) { items = append(items, o.(*cluster.LimitRange).Items...) })
	return items
}

func (a *Admission) rangesVersion(namespace string) uint64 {
	var version uint64
	a.eachIn(cluster.KindLimitRange, namespace, func(o cluster.Object) { version = max(version, o.Meta().ResourceVersion) })
	return version
}

func (a *Admission) eachIn(kind cluster.Kind, namespace string, fn func(cluster.Object)) {
	if a.store.Len(kind) == 0 {
		return
	}
	for _, o := range a.store.List(kind) {
		if o.Meta().Namespace == namespace {
			fn(o)
		}
	}
}

func (a *Admission) checkQuotas(o cluster.Object) error {
	var wrong string
	use := Usage(o)
	a.eachIn(cluster.KindResourceQuota, o.Meta().Namespace, func(q cluster.Object) {
		if wrong == "" {
			wrong = checkQuota(q.(*cluster.ResourceQuota), a.used[o.Meta().Namespace], use, o)
		}
	})
	if wrong != "" {
		return forbidden(o, wrong)
	}
	return nil
}

// forbidden returns the error of a refusal: pods "web" is forbidden: ...
func forbidden(o cluster.Object, why string) error {
	plural, _ := resourceOf(o.Kind())
	return fmt.Errorf("%s %q is %w: %s", plural, o.Meta().Name, cluster.ErrForbidden, why)
}
