package oracle

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
)

// pendingName is the name of the one pod of a recorded case that is to be decided.
const pendingName = "pending"

// Cluster is a manifest as the API server would hold it.
type Cluster struct {
	Config  *config.KubeSchedulerConfiguration
	Objects []runtime.Object // in the order of the manifest, namespaces that no document declares at the end
	Pending []string         // namespace/name of the pods to decide, in the order of the manifest
}

// Load decodes, defaults and validates a manifest. Finished pods are left out, as the scheduler's informer does.
func Load(manifest []byte) (*Cluster, error) {
	if err := setUpProcess(); err != nil {
		return nil, err
	}
	document, objects, err := decode(manifest)
	if err != nil {
		return nil, err
	}
	c := &Cluster{}
	if c.Config, err = decodeConfig(document); err != nil {
		return nil, err
	}
	for _, object := range append(objects, missingNamespaces(objects)...) {
		if err = c.add(object); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Cluster) add(object runtime.Object) error {
	admitted, err := admit(object)
	if err != nil {
		return err
	}
	if pod, ok := admitted.(*corev1.Pod); ok {
		if finished(pod) {
			return nil
		}
		if toDecide(pod) {
			c.Pending = append(c.Pending, pod.Namespace+"/"+pod.Name)
		}
	}
	c.Objects = append(c.Objects, admitted)
	return nil
}

func finished(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// toDecide tells the pods that a case is about from those that run and those that wait for a node they preempted.
func toDecide(pod *corev1.Pod) bool {
	return pod.Spec.NodeName == "" && (pod.Status.NominatedNodeName == "" || pod.Name == pendingName)
}

// missingNamespaces are the namespaces that objects live in and no document declares.
func missingNamespaces(objects []runtime.Object) []runtime.Object {
	var wanted, declared []string
	for _, object := range objects {
		o, ok := object.(metav1.Object)
		if _, isNamespace := object.(*corev1.Namespace); isNamespace && ok {
			declared = append(declared, o.GetName())
		} else if ok {
			wanted = append(wanted, namespaceOf(object, o))
		}
	}
	slices.Sort(wanted)
	var missing []runtime.Object
	for _, name := range slices.Compact(wanted) {
		if name != "" && !slices.Contains(declared, name) {
			missing = append(missing, newNamespace(name))
		}
	}
	return missing
}

func namespaceOf(object runtime.Object, o metav1.Object) string {
	if _, ok := object.(*corev1.Pod); ok && o.GetNamespace() == "" {
		return metav1.NamespaceDefault
	}
	return o.GetNamespace()
}

func newNamespace(name string) *corev1.Namespace {
	return &corev1.Namespace{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
	}
}

// counts is what the scheduler's cache and queue will hold once the informers have delivered. The cache counts a node
// that only pods speak of, too.
func (c *Cluster) counts() (nodes, running, waiting int) {
	names := make(map[string]bool)
	for _, object := range c.Objects {
		switch o := object.(type) {
		case *corev1.Node:
			names[o.Name] = true
		case *corev1.Pod:
			if o.Spec.NodeName != "" {
				names[o.Spec.NodeName] = true
				running++
			} else if c.profile(o.Spec.SchedulerName) != nil {
				waiting++
			}
		}
	}
	return len(names), running, waiting
}

func (c *Cluster) profile(name string) *config.KubeSchedulerProfile {
	for i := range c.Config.Profiles {
		if c.Config.Profiles[i].SchedulerName == name {
			return &c.Config.Profiles[i]
		}
	}
	return nil
}

// pluginArgs are the defaulted arguments of a plugin in a profile.
func pluginArgs(p *config.KubeSchedulerProfile, plugin string) (runtime.Object, error) {
	for _, c := range p.PluginConfig {
		if c.Name == plugin {
			return c.Args, nil
		}
	}
	return nil, fmt.Errorf("profile %s: no arguments for plugin %s", p.SchedulerName, plugin)
}
