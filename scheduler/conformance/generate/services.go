package generate

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func (w *world) addNamespaces() {
	w.apps = some(w.dice, 4, allApps...)
	w.namespaces = some(w.dice, 3, "shop", "ml", "ghost")
	for _, name := range append([]string{"default"}, w.namespaces...) {
		if name == "ghost" {
			continue // exists without a document
		}
		w.others = append(w.others, &corev1.Namespace{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"team": pick(w.dice, "a", "b"), "env": pick(w.dice, "prod", "dev")}},
		})
	}
}

// addServices adds services and replica sets: the scheduler's default spreading acts on pods that they select.
func (w *world) addServices() {
	for _, app := range w.apps {
		if w.chance(w.service) {
			w.others = append(w.others, w.newService(app))
		}
		if w.chance(w.service) {
			w.others = append(w.others, w.newReplicaSet(app))
		}
	}
}

func (w *world) newService(app string) *corev1.Service {
	selector := map[string]string{"app": app}
	if w.chance(0.2) {
		selector["tier"] = "backend"
	}
	return &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: metav1.ObjectMeta{Name: app, Namespace: "default"},
		Spec:       corev1.ServiceSpec{Selector: selector, Ports: []corev1.ServicePort{{Name: "http", Port: 80}}},
	}
}

func (w *world) newReplicaSet(app string) *appsv1.ReplicaSet {
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": app}}}
	template.Spec.Containers = []corev1.Container{{Name: "c0", Image: images[0].asked}}
	return &appsv1.ReplicaSet{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "ReplicaSet"},
		ObjectMeta: metav1.ObjectMeta{Name: app + "-rs", Namespace: "default", UID: replicaSetUID(app)},
		Spec: appsv1.ReplicaSetSpec{
			Replicas: new(int32(w.between(1, 9))), Template: template,
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}},
		},
	}
}

func replicaSetUID(app string) types.UID { return types.UID("uid-of-" + app + "-rs") }

// setOwner names a replica set as the pod's controller, whether or not a document declares it.
func (w *world) setOwner(pod *corev1.Pod) {
	app := pod.Labels["app"]
	if app == "" || !w.chance(w.service) {
		return
	}
	pod.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: "apps/v1", Kind: "ReplicaSet", Name: app + "-rs", UID: replicaSetUID(app),
		Controller: new(true), BlockOwnerDeletion: new(true),
	}}
}
