package manifest

import (
	"sync"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	eventsv1 "k8s.io/api/events/v1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	resourcev1 "k8s.io/api/resource/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// scheme knows the types of every API group that a Kubernetes v1.36 API server serves by default and that manifests use.
var scheme = sync.OnceValue(func() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, policyv1.AddToScheme, schedulingv1.AddToScheme,
		storagev1.AddToScheme, autoscalingv1.AddToScheme, autoscalingv2.AddToScheme, networkingv1.AddToScheme,
		rbacv1.AddToScheme, admissionregistrationv1.AddToScheme, certificatesv1.AddToScheme, coordinationv1.AddToScheme,
		discoveryv1.AddToScheme, eventsv1.AddToScheme, flowcontrolv1.AddToScheme, nodev1.AddToScheme, resourcev1.AddToScheme,
	} {
		if err := add(s); err != nil {
			panic("manifest: registering API types: " + err.Error())
		}
	}
	return s
})

// kind is how objects of one API type are read.
type kind struct {
	fields  *fields
	convert func(r *reader, c *check, o runtime.Object)
}

// kinds are the modelled kinds. All others that the scheme knows are read, checked for unknown fields, and warned about.
func kinds() map[schema.GroupVersionKind]kind {
	core, apps, batch := corev1.SchemeGroupVersion, appsv1.SchemeGroupVersion, batchv1.SchemeGroupVersion
	storage := storagev1.SchemeGroupVersion
	selector := kindFields("spec.selector status")
	return map[schema.GroupVersionKind]kind{
		core.WithKind("Node"):                  {kindFields("spec.taints spec.unschedulable spec.podCIDR spec.podCIDRs spec.providerID status"), convert(nodeObject)},
		core.WithKind("Pod"):                   {podFields(), convert(podObject)},
		core.WithKind("Namespace"):             {kindFields("spec.finalizers status"), convert(namespaceObject)},
		core.WithKind("Service"):               {selector, convert(serviceObject)},
		core.WithKind("ReplicationController"): {kindFields("spec.selector spec.replicas status"), convert(replicationControllerObject)},
		core.WithKind("PersistentVolume"):      {kindFields(persistentVolumeFields), convert(persistentVolumeObject)},
		core.WithKind("PersistentVolumeClaim"): {kindFields(persistentVolumeClaimFields), convert(persistentVolumeClaimObject)},
		core.WithKind("ConfigMap"):             {kindFields("data binaryData immutable"), convert(configMapObject)},
		core.WithKind("Secret"):                {kindFields("data stringData immutable type"), convert(secretObject)},
		core.WithKind("ResourceQuota"):         {kindFields("spec.hard status"), convert(resourceQuotaObject)},
		core.WithKind("LimitRange"): {kindFields(`spec.limits.type spec.limits.default spec.limits.defaultRequest
			spec.limits.min spec.limits.max`), convert(limitRangeObject)},
		apps.WithKind("Deployment"):  {workloadFields(deploymentFields, "spec.template"), convert(deploymentObject)},
		apps.WithKind("ReplicaSet"):  {workloadFields(replicaSetFields, "spec.template"), convert(replicaSetObject)},
		apps.WithKind("StatefulSet"): {workloadFields(statefulSetFields, "spec.template"), convert(statefulSetObject)},
		apps.WithKind("DaemonSet"):   {workloadFields(daemonSetFields, "spec.template"), convert(daemonSetObject)},
		batch.WithKind("Job"):        {workloadFields(prefixed("spec", jobFields), "spec.template"), convert(jobObject)},
		batch.WithKind("CronJob"): {workloadFields(cronJobFields+prefixed("spec.jobTemplate.spec", jobFields),
			"spec.jobTemplate.spec.template"), convert(cronJobObject)},
		policyv1.SchemeGroupVersion.WithKind("PodDisruptionBudget"): {kindFields(podDisruptionBudgetFields),
			convert(podDisruptionBudgetObject)},
		schedulingv1.SchemeGroupVersion.WithKind("PriorityClass"): {kindFields("value globalDefault preemptionPolicy description"),
			convert(priorityClassObject)},
		storage.WithKind("StorageClass"): {kindFields("provisioner volumeBindingMode allowedTopologies reclaimPolicy=Delete"),
			convert(storageClassObject)},
		storage.WithKind("CSINode"): {kindFields("spec"), convert(csiNodeObject)},
		autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"): {kindFields(autoscalerFields), convert(autoscalerObject)},
		autoscalingv1.SchemeGroupVersion.WithKind("HorizontalPodAutoscaler"): {kindFields(autoscalerFieldsV1), convert(autoscalerObjectV1)},
	}
}

// convert lets a function of one API type stand in the table.
func convert[T runtime.Object](fn func(*reader, *check, T)) func(*reader, *check, runtime.Object) {
	return func(r *reader, c *check, o runtime.Object) { fn(r, c, o.(T)) }
}

// clusterWide are the kinds without a namespace, among those that are common in manifests.
var clusterWide = map[string]bool{
	"Node": true, "Namespace": true, "PersistentVolume": true, "StorageClass": true, "CSINode": true, "CSIDriver": true,
	"PriorityClass": true, "ClusterRole": true, "ClusterRoleBinding": true, "IngressClass": true, "RuntimeClass": true,
	"CustomResourceDefinition": true, "APIService": true, "MutatingWebhookConfiguration": true,
	"ValidatingWebhookConfiguration": true, "ValidatingAdmissionPolicy": true, "ValidatingAdmissionPolicyBinding": true,
	"DeviceClass": true, "ResourceSlice": true, "FlowSchema": true, "PriorityLevelConfiguration": true,
	"CertificateSigningRequest": true, "VolumeAttachment": true, "VolumeAttributesClass": true, "PodSecurityPolicy": true,
}
