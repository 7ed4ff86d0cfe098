package cluster

// Namespace holds labels that pod affinity can select.
type Namespace struct{ ObjectMeta }

// Kind returns KindNamespace.
func (n *Namespace) Kind() Kind    { return KindNamespace }
func (n *Namespace) clone() Object { c := *n; return &c }

// PodSet is any object that selects pods of its namespace by label: Service, ReplicationController, ReplicaSet or
// StatefulSet. The scheduler's default spreading asks them for their pods.
type PodSet struct {
	ObjectMeta
	Type     Kind
	Selector *Selector
	ClientIP bool // of a Service: sessionAffinity ClientIP
	Replicas int  // of a ReplicationController; no controller keeps them
}

// Kind returns the kind it stands for.
func (s *PodSet) Kind() Kind { return s.Type }

// PodSelector implements SelectsPods.
func (s *PodSet) PodSelector() *Selector { return s.Selector }
func (s *PodSet) clone() Object          { c := *s; return &c }

// PriorityClass names a priority.
type PriorityClass struct {
	ObjectMeta
	Value            int32
	GlobalDefault    bool
	PreemptionPolicy PreemptionPolicy
}

// Kind returns KindPriorityClass.
func (c *PriorityClass) Kind() Kind    { return KindPriorityClass }
func (c *PriorityClass) clone() Object { d := *c; return &d }

// NewObject returns an empty object of a kind, nil for an unknown kind.
func NewObject(k Kind) Object {
	switch k {
	case KindNode:
		return &Node{}
	case KindPod:
		return &Pod{}
	case KindNamespace:
		return &Namespace{}
	case KindService, KindReplicationController:
		return &PodSet{Type: k}
	case KindReplicaSet:
		return &ReplicaSet{}
	case KindStatefulSet:
		return &StatefulSet{}
	case KindDeployment:
		return &Deployment{}
	case KindDaemonSet:
		return &DaemonSet{}
	case KindJob:
		return &Job{}
	case KindCronJob:
		return &CronJob{}
	case KindConfigMap, KindSecret:
		return &ConfigMap{Secret: k == KindSecret}
	case KindResourceQuota:
		return &ResourceQuota{}
	case KindLimitRange:
		return &LimitRange{}
	case KindPodDisruptionBudget:
		return &PodDisruptionBudget{}
	case KindHorizontalPodAutoscaler:
		return &HorizontalPodAutoscaler{}
	case KindPriorityClass:
		return &PriorityClass{}
	case KindPersistentVolume:
		return &PersistentVolume{}
	case KindPersistentVolumeClaim:
		return &PersistentVolumeClaim{}
	case KindStorageClass:
		return &StorageClass{}
	case KindCSINode:
		return &CSINode{}
	}
	return nil
}
