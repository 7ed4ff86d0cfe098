package manifest

import "strings"

// The fields that are read, kind by kind; doc.go explains them. A status is the control plane's own record: what is of
// no use to the simulation is passed over.
const (
	metaFields = `
		apiVersion kind
		metadata.name metadata.generateName metadata.namespace metadata.labels metadata.annotations metadata.uid
		metadata.ownerReferences metadata.creationTimestamp metadata.deletionTimestamp
		metadata.deletionGracePeriodSeconds metadata.resourceVersion metadata.generation metadata.managedFields
		metadata.selfLink`

	containerFields = `
		name image imagePullPolicy resources.requests resources.limits restartPolicy
		env.name env.value env.valueFrom envFrom volumeMounts
		startupProbe readinessProbe livenessProbe lifecycle.preStop.sleep lifecycle.preStop.exec
		ports.name ports.hostPort ports.containerPort ports.hostIP ports.protocol
		terminationMessagePath=/dev/termination-log terminationMessagePolicy=File`

	volumeFields = `
		name persistentVolumeClaim ephemeral gcePersistentDisk.pdName gcePersistentDisk.readOnly
		awsElasticBlockStore.volumeID iscsi.iqn iscsi.readOnly rbd.monitors rbd.pool rbd.image rbd.readOnly
		csi.driver image.reference configMap secret projected.defaultMode
		projected.sources.configMap projected.sources.secret projected.sources.downwardAPI
		projected.sources.serviceAccountToken`

	podSpecFields = `
		overhead resources.requests resources.limits priority priorityClassName preemptionPolicy schedulerName
		nodeSelector affinity tolerations topologySpreadConstraints schedulingGates hostNetwork
		restartPolicy terminationGracePeriodSeconds
		dnsPolicy=ClusterFirst enableServiceLinks=true serviceAccountName=default serviceAccount=default`

	persistentVolumeFields = `
		spec.capacity spec.accessModes spec.storageClassName spec.volumeMode spec.claimRef spec.nodeAffinity
		spec.persistentVolumeReclaimPolicy=Retain
		spec.csi.driver spec.csi.volumeHandle spec.gcePersistentDisk.pdName spec.gcePersistentDisk.readOnly
		spec.awsElasticBlockStore.volumeID spec.iscsi.iqn spec.iscsi.readOnly
		spec.rbd.monitors spec.rbd.pool spec.rbd.image spec.rbd.readOnly status`

	persistentVolumeClaimFields = `
		spec.accessModes spec.resources spec.storageClassName spec.volumeMode spec.volumeName spec.selector status`
)

// The fields of workload objects beside those of their pod template.
const (
	deploymentFields = `
		spec.replicas spec.selector spec.strategy spec.minReadySeconds spec.revisionHistoryLimit spec.paused
		spec.progressDeadlineSeconds`

	replicaSetFields = `spec.replicas spec.selector spec.minReadySeconds`

	statefulSetFields = `
		spec.replicas spec.selector spec.serviceName spec.podManagementPolicy spec.updateStrategy
		spec.minReadySeconds spec.revisionHistoryLimit spec.ordinals spec.volumeClaimTemplates
		spec.persistentVolumeClaimRetentionPolicy.whenDeleted=Retain
		spec.persistentVolumeClaimRetentionPolicy.whenScaled=Retain`

	daemonSetFields = `
		spec.selector spec.updateStrategy spec.minReadySeconds spec.revisionHistoryLimit`

	jobFields = `
		parallelism completions completionMode backoffLimit backoffLimitPerIndex maxFailedIndexes
		activeDeadlineSeconds ttlSecondsAfterFinished suspend podReplacementPolicy podFailurePolicy
		selector manualSelector`

	cronJobFields = `
		spec.schedule spec.timeZone spec.startingDeadlineSeconds spec.concurrencyPolicy spec.suspend
		spec.successfulJobsHistoryLimit spec.failedJobsHistoryLimit
		spec.jobTemplate.metadata.name spec.jobTemplate.metadata.namespace spec.jobTemplate.metadata.labels
		spec.jobTemplate.metadata.annotations spec.jobTemplate.metadata.creationTimestamp
		`

	templateMetaFields = `name namespace labels annotations creationTimestamp`
)

func podFields() *fields {
	return parseFields(metaFields, "status", "spec.nodeName", podSpecAt("spec"))
}

// podSpecAt returns the fields of a pod spec that stands at a path.
func podSpecAt(path string) string {
	return strings.Join([]string{prefixed(path, podSpecFields), prefixed(path+".containers", containerFields),
		prefixed(path+".initContainers", containerFields), prefixed(path+".volumes", volumeFields)}, " ")
}

// workloadFields returns the fields of a workload object with a pod template at a path.
func workloadFields(list, template string) *fields {
	return parseFields(metaFields, "status", list, prefixed(template+".metadata", templateMetaFields), podSpecAt(template+".spec"))
}

func kindFields(list string) *fields { return parseFields(metaFields, list) }
