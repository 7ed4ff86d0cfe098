package oracle

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/kubernetes/pkg/apis/scheduling"
	schedulingvalidation "k8s.io/kubernetes/pkg/apis/scheduling/validation"
	"k8s.io/kubernetes/pkg/apis/storage"
	storagevalidation "k8s.io/kubernetes/pkg/apis/storage/validation"
	podregistry "k8s.io/kubernetes/pkg/registry/core/pod"
)

// admit makes of an object as written the object that kube-apiserver would store on create: API defaults, the pod
// strategy's preparation, and validation. Status is kept, which a real create would drop. Admission plugins do not run.
func admit(object runtime.Object) (runtime.Object, error) {
	version := object.GetObjectKind().GroupVersionKind().GroupVersion()
	legacyscheme.Scheme.Default(object)
	internal, err := legacyscheme.Scheme.ConvertToVersion(object, runtime.InternalGroupVersioner)
	if err != nil {
		return nil, err
	}
	setUID(internal)
	errs, err := prepareAndValidate(internal)
	if err != nil {
		return nil, err
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("%s: %w", describe(internal), errs.ToAggregate())
	}
	return legacyscheme.Scheme.ConvertToVersion(internal, version)
}

// prepareAndValidate applies to an object what its kind's REST strategy does on create.
func prepareAndValidate(object runtime.Object) (field.ErrorList, error) {
	switch o := object.(type) {
	case *core.Pod:
		return preparePod(o), nil
	case *core.Node:
		return corevalidation.ValidateNode(o), nil
	case *core.Namespace:
		return corevalidation.ValidateNamespace(o), nil
	case *core.Service:
		return corevalidation.ValidateServiceCreate(o), nil
	case *core.PersistentVolume:
		return corevalidation.ValidatePersistentVolume(o, corevalidation.ValidationOptionsForPersistentVolume(o, nil)), nil
	case *core.PersistentVolumeClaim:
		options := corevalidation.ValidationOptionsForPersistentVolumeClaimCreate()
		return corevalidation.ValidatePersistentVolumeClaim(o, options), nil
	case *apps.ReplicaSet:
		return appsvalidation.ValidateReplicaSet(o, podutil.GetValidationOptionsFromPodTemplate(&o.Spec.Template, nil)), nil
	case *policy.PodDisruptionBudget:
		options := policyvalidation.PodDisruptionBudgetValidationOptions{}
		return policyvalidation.ValidatePodDisruptionBudget(o, options), nil
	case *scheduling.PriorityClass:
		return schedulingvalidation.ValidatePriorityClass(o), nil
	}
	return validateStorage(object)
}

func validateStorage(object runtime.Object) (field.ErrorList, error) {
	switch o := object.(type) {
	case *storage.StorageClass:
		return storagevalidation.ValidateStorageClass(o), nil
	case *storage.CSINode:
		return storagevalidation.ValidateCSINode(o), nil
	case *storage.CSIDriver:
		return storagevalidation.ValidateCSIDriver(o), nil
	case *storage.CSIStorageCapacity:
		return storagevalidation.ValidateCSIStorageCapacity(o, storagevalidation.CSIStorageCapacityValidateOptions{}), nil
	case *storage.VolumeAttachment:
		return storagevalidation.ValidateVolumeAttachment(o), nil
	}
	return nil, fmt.Errorf("%T is not a kind that the scheduler reads", object)
}

// preparePod merges matchLabelKeys and mismatchLabelKeys into selectors, among other things; see podStrategy in
// upstream's pkg/registry/core/pod/strategy.go.
func preparePod(pod *core.Pod) field.ErrorList {
	ctx, status := context.Background(), pod.Status
	podregistry.Strategy.PrepareForCreate(ctx, pod)
	errs := podregistry.Strategy.Validate(ctx, pod)
	pod.Status = status
	return errs
}

// setUID gives an object without a UID one that is its own and the same in every run.
func setUID(object runtime.Object) {
	if o, ok := object.(metav1.Object); ok && o.GetUID() == "" {
		o.SetUID(types.UID(describe(object)))
	}
}

func describe(object runtime.Object) string {
	o, ok := object.(metav1.Object)
	if !ok {
		return fmt.Sprintf("%T", object)
	}
	return fmt.Sprintf("%T %s/%s", object, o.GetNamespace(), o.GetName())
}
