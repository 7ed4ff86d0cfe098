// Package manifest reads Kubernetes manifests into objects of the modelled world, strictly.
//
//	set, err := manifest.ReadFiles("cluster.yaml", "-")  // YAML streams, JSON values, lists; what kubectl get prints
//	err = manifest.Load(set, store)
//
// A document goes through five steps:
//
//	text -> node tree with lines -> k8s.io/api type -> API server's defaults -> check and conversion -> Set
//
// Unknown and doubled fields, values of another type and values that make no sense are errors with file, line, object
// and field. What is not modelled, a kind or a field, is a warning with its path, once for each kind of thing and with the
// first object that has it. Kinds of the Kubernetes API that are not modelled are checked for unknown fields all the same.
//
// # What an API server would have done
//
// Objects are treated as kube-apiserver v1.36 treats them on create: limits stand in for requests that are not stated,
// capacity for allocatable; namespaces get the label kubernetes.io/metadata.name; ports of pods on the host's network are
// host ports; matchLabelKeys and mismatchLabelKeys of pod affinity and topology spread are merged into the selectors; a
// pod that has not been through admission (no spec.priority) gets the value and the preemption policy of its
// PriorityClass, of the global default, or 0. Other admission plugins do not run: no tolerations are added, no default
// StorageClass is filled in. A name that the API server would complete (generateName) is numbered.
//
// A status is kept where a real create would drop it, because a snapshot of a cluster is made of statuses. A pod with
// spec.nodeName and no phase runs.
//
// # Times
//
// The snapshot is taken one second after the newest timestamp of all files, and that instant is 0. Times before it are
// negative, in their order.
//
// # What is modelled
//
// Metadata of all kinds: name, generateName, namespace, labels, annotations, ownerReferences, creationTimestamp,
// deletionTimestamp; uid for references between objects of the files.
//
//	Node                   spec: taints, unschedulable; status: capacity, allocatable, images
//	Pod                    spec: nodeName, nodeSelector, affinity, tolerations, topologySpreadConstraints,
//	                       schedulingGates, schedulerName, priority, priorityClassName, preemptionPolicy, overhead,
//	                       resources, hostNetwork, restartPolicy, terminationGracePeriodSeconds
//	                       of containers and initContainers: name, image, imagePullPolicy, resources, ports,
//	                       restartPolicy (sidecars), startupProbe, readinessProbe and livenessProbe (their times and
//	                       thresholds), lifecycle.preStop (sleep, and exec as far as it sleeps), env and envFrom
//	                       (which ConfigMaps and Secrets they need; volumeMounts say nothing more)
//	                       of volumes: name, persistentVolumeClaim, ephemeral, csi, gcePersistentDisk,
//	                       awsElasticBlockStore, iscsi, rbd, image, configMap, secret, projected; other sources are
//	                       warned about
//	                       status: phase, reason, message, nominatedNodeName, startTime, conditions Ready and
//	                       PodScheduled, ends of containers
//	Namespace              labels
//	Service                spec.selector
//	ReplicationController  spec.selector, or the labels of its template; spec.replicas
//	Deployment             spec: replicas, selector, template, strategy, minReadySeconds, revisionHistoryLimit, paused,
//	                       progressDeadlineSeconds; status: counts, conditions
//	ReplicaSet             spec: replicas, selector, template, minReadySeconds; status: counts
//	StatefulSet            spec: replicas, selector, template, podManagementPolicy, updateStrategy, minReadySeconds,
//	                       revisionHistoryLimit, ordinals, volumeClaimTemplates; status: counts, revisions
//	DaemonSet              spec: selector, template, updateStrategy, minReadySeconds; status: counts
//	Job                    spec: all but managedBy and successPolicy; status: counts, indexes, times, conditions
//	CronJob                spec: all; status: lastScheduleTime, active
//	ConfigMap, Secret      that they are there
//	ResourceQuota          spec.hard; one with scopes limits nothing
//	LimitRange             spec.limits: default, defaultRequest, min, max
//	PodDisruptionBudget    spec: all; status: all
//	HorizontalPodAutoscaler  of autoscaling/v2 and v1, spec: all; status: counts, conditions, lastScaleTime. The target is a
//	                       Deployment, ReplicaSet or StatefulSet. minReplicas may be 0 where there is an Object or External
//	                       metric, as with the feature HPAScaleToZero
//	PriorityClass          value, globalDefault, preemptionPolicy
//	PersistentVolume       spec: capacity, accessModes, storageClassName, volumeMode, claimRef, nodeAffinity, csi and
//	                       in-tree disks as of pods; status.phase
//	PersistentVolumeClaim  spec: accessModes, resources.requests, storageClassName, volumeMode, volumeName, selector;
//	                       status.phase; the control plane's annotations bind-completed and selected-node
//	StorageClass           provisioner, volumeBindingMode, allowedTopologies, the annotation is-default-class
//	CSINode                spec.drivers
//
// A pod template is read as a pod's spec; where it names a PriorityClass that the files do not have, the class is looked
// for when its pods are made. A ReplicaSet or StatefulSet with neither labels nor containers in its template selects pods
// and makes none. A Job without a selector gets labels of its name, cluster.Job.SelectOwnPods.
//
// The rest of a status is the control plane's own record and is passed over in silence, as are empty values and
// values that an API server fills in (dnsPolicy ClusterFirst and the like).
//
// Documents of kind KubeSchedulerConfiguration are handed on as written.
//
// Amounts are whole: cpu in thousandths, all else in units, rounded up for each container. Upstream rounds the sum, so a
// pod of several containers that request fractions of a byte may count some bytes more here.
//
// # Shared GPUs
//
// Nodes of the openb trace state alibabacloud.com/gpu-count and gpu-milli among their resources and the label
// gpu-card-model; pods ask by annotations of the same names. They become devices that can be shared (Node.GPUs,
// PodSpec.GPU, cluster.LabelGPUModel) and are no extended resources here. The devices of a pod that holds a node are those
// of its annotation gpu-index, or the tightest fit. GPUs under other names, such as nvidia.com/gpu, are extended resources
// as for kube-scheduler.
package manifest
