package generate

import (
	"bytes"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

// Case is one cluster with pods to decide. Case Index of Seed is always the same.
type Case struct {
	Seed  uint64
	Index int
	Kind  string
	YAML  []byte // several documents, as a user would write them: not defaulted
}

// String names the case so that it can be made again.
func (c Case) String() string { return fmt.Sprintf("seed %d case %d (%s)", c.Seed, c.Index, c.Kind) }

// New makes case index of a seed.
func New(seed uint64, index int) (Case, error) {
	kind := kinds[index%len(kinds)]
	w := &world{dice: newDice(seed, index), mix: kind.mix}
	w.build()
	manifest, err := w.manifest()
	if err != nil {
		return Case{}, fmt.Errorf("seed %d case %d: %w", seed, index, err)
	}
	header := fmt.Sprintf("# kind: %s  seed: %d  case: %d  nodes: %d  pods: %d\n", kind.name, seed, index, len(w.nodes), len(w.pods))
	return Case{Seed: seed, Index: index, Kind: kind.name, YAML: append([]byte(header), manifest...)}, nil
}

// world is a cluster in the making.
type world struct {
	dice
	mix
	document   string // a KubeSchedulerConfiguration document, or empty
	namespaces []string
	apps       []string // the app labels that this cluster uses
	nodes      []*corev1.Node
	pods       []*corev1.Pod
	others     []runtime.Object // printed before nodes and pods
	claims     []string         // claims that pods to decide may use
	room       map[string]room  // by node, what no running pod has taken
}

// build makes the parts in the order in which they refer to each other.
func (w *world) build() {
	w.room = make(map[string]room)
	w.addNamespaces()
	w.addPriorityClasses()
	w.addNodes()
	w.addServices()
	w.addStorage()
	w.addRunningPods()
	w.addBudgets()
	w.addNominatedPods()
	w.addPendingPods()
	w.addConfig()
}

func (w *world) manifest() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(w.document)
	objects := w.others
	for _, node := range w.nodes {
		objects = append(objects, node)
	}
	for _, pod := range w.pods {
		objects = append(objects, pod)
	}
	for _, object := range objects {
		document, err := marshal(object)
		if err != nil {
			return nil, err
		}
		if out.Len() > 0 {
			out.WriteString("---\n")
		}
		out.Write(document)
	}
	return out.Bytes(), nil
}

// marshal leaves out a status that says nothing.
func marshal(object runtime.Object) ([]byte, error) {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, err
	}
	if status, ok := fields["status"].(map[string]any); ok && len(status) == 0 {
		delete(fields, "status")
	}
	return yaml.Marshal(fields)
}
