package oracle

import (
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

// apiServer is the object tracker that stands for kube-apiserver.
type apiServer struct {
	*fake.Clientset
	mu      sync.Mutex
	record  bool     // deletes and patches of pods are recorded and not done
	deleted []string // namespace/name
}

func newAPIServer(objects []runtime.Object) *apiServer {
	s := &apiServer{Clientset: fake.NewSimpleClientset(objects...)}
	s.PrependReactor("list", "nodes", s.listInOrder(objects))
	s.PrependReactor("delete", "pods", s.intercept)
	s.PrependReactor("patch", "pods", s.intercept)
	return s
}

// listInOrder lists nodes in the order of the manifest. The tracker's own order is that of a Go map, and the
// scheduler takes an image's size from the node that its cache saw first.
func (s *apiServer) listInOrder(objects []runtime.Object) clienttesting.ReactionFunc {
	list := &corev1.NodeList{}
	for _, object := range objects {
		if node, ok := object.(*corev1.Node); ok {
			list.Items = append(list.Items, *node)
		}
	}
	return func(clienttesting.Action) (bool, runtime.Object, error) { return true, list.DeepCopy(), nil }
}

func (s *apiServer) intercept(action clienttesting.Action) (handled bool, result runtime.Object, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.record {
		return false, nil, nil
	}
	if d, ok := action.(clienttesting.DeleteAction); ok {
		s.deleted = append(s.deleted, d.GetNamespace()+"/"+d.GetName())
	}
	return true, &corev1.Pod{}, nil
}

// dryRun calls f and returns the pods that it would have deleted, sorted.
func (s *apiServer) dryRun(f func()) []string {
	s.setRecord(true)
	f()
	s.setRecord(false)
	slices.Sort(s.deleted)
	return s.deleted
}

func (s *apiServer) setRecord(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record = on
	if on {
		s.deleted = nil
	}
}
