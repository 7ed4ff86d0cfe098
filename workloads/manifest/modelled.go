package manifest

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
		name image resources.requests resources.limits restartPolicy
		ports.name ports.hostPort ports.containerPort ports.hostIP ports.protocol
		terminationMessagePath=/dev/termination-log terminationMessagePolicy=File`

	volumeFields = `
		name persistentVolumeClaim ephemeral gcePersistentDisk.pdName gcePersistentDisk.readOnly
		awsElasticBlockStore.volumeID iscsi.iqn iscsi.readOnly rbd.monitors rbd.pool rbd.image rbd.readOnly
		csi.driver image.reference`

	podSpecFields = `
		overhead resources.requests resources.limits priority priorityClassName preemptionPolicy schedulerName
		nodeName nodeSelector affinity tolerations topologySpreadConstraints schedulingGates hostNetwork
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

func podFields() *fields {
	return parseFields(metaFields, "status", prefixed("spec", podSpecFields),
		prefixed("spec.containers", containerFields), prefixed("spec.initContainers", containerFields),
		prefixed("spec.volumes", volumeFields))
}

func kindFields(list string) *fields { return parseFields(metaFields, list) }
