package manifest

import (
	"encoding/json"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// pendingSpec is the spec of a pod or of a template that waits for the priority classes of all files.
type pendingSpec struct {
	*source
	path     string // of the spec
	spec     **cluster.PodSpec
	template bool // pods are made of it later: their classes need not be there yet
	admitted bool // spec.priority is stated: the pod has been through admission
	policy   *corev1.PreemptionPolicy
}

// systemClasses exist in every cluster (pkg/apis/scheduling/v1/helpers.go, v1.36).
var systemClasses = map[string]*cluster.PriorityClass{
	"system-cluster-critical": {Value: 2_000_000_000},
	"system-node-critical":    {Value: 2_000_001_000},
}

// finishPods gives each pod its priority, and pods with equal specs one spec.
func (r *reader) finishPods() error {
	classes, def := r.priorityClasses()
	specs := map[string]*cluster.PodSpec{}
	for _, p := range r.specs {
		if err := p.prioritize(classes, def); err != nil {
			return err
		}
		*p.spec = intern(specs, *p.spec)
	}
	r.placeGPUs()
	return nil
}

// priorityClasses returns all classes by name, and the global default or nil. Among several defaults the lowest counts
// (plugin/pkg/admission/priority: getDefaultPriorityClass, v1.36).
func (r *reader) priorityClasses() (map[string]*cluster.PriorityClass, *cluster.PriorityClass) {
	classes := map[string]*cluster.PriorityClass{}
	for name, class := range systemClasses {
		classes[name] = class
	}
	var def *cluster.PriorityClass
	for _, class := range r.knownClasses() {
		classes[class.Name] = class
		if class.GlobalDefault && (def == nil || class.Value < def.Value) {
			def = class
		}
	}
	return classes, def
}

// knownClasses returns the classes that are there already, then those of the files.
func (r *reader) knownClasses() []*cluster.PriorityClass {
	known := slices.Clone(r.opts.Classes)
	for _, o := range r.set.Objects {
		if class, ok := o.(*cluster.PriorityClass); ok {
			known = append(known, class)
		}
	}
	return known
}

// prioritize does what the admission plugin Priority does to a pod that has not been through it
// (plugin/pkg/admission/priority: admitPod, v1.36).
func (p *pendingSpec) prioritize(classes map[string]*cluster.PriorityClass, def *cluster.PriorityClass) error {
	if p.admitted {
		return nil
	}
	s := *p.spec
	class := def
	if s.PriorityClass != "" {
		if class = classes[s.PriorityClass]; class == nil && !p.template {
			return p.errorf(p.path+".priorityClassName", "%s.priorityClassName: there is no PriorityClass %q", p.path, s.PriorityClass)
		}
	}
	if class == nil {
		return nil
	}
	if p.policy != nil && s.PreemptionPolicy != class.PreemptionPolicy {
		return p.errorf(p.path+".preemptionPolicy", "%s.preemptionPolicy: %s is not the policy of the pod's PriorityClass", p.path, *p.policy)
	}
	if s.PriorityClass == "" {
		s.PriorityClass = class.Name
	}
	s.Priority, s.PreemptionPolicy = class.Value, class.PreemptionPolicy
	return nil
}

// intern returns the first of all equal specs. Specs are equal if everything that is modelled of them is.
func intern(specs map[string]*cluster.PodSpec, s *cluster.PodSpec) *cluster.PodSpec {
	key, err := json.Marshal(s)
	if err != nil {
		panic("manifest: a pod spec that does not marshal: " + err.Error())
	}
	if first, ok := specs[string(key)]; ok {
		return first
	}
	specs[string(key)] = s.Complete()
	return s
}
