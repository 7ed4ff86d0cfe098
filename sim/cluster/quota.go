package cluster

// ResourceQuota limits what the objects of its namespace ask for together.
type ResourceQuota struct {
	ObjectMeta
	Hard []Amount // by name, such as "requests.cpu" (in thousandths), "limits.memory", "pods", "count/jobs.batch"; sorted
}

// Kind returns KindResourceQuota.
func (q *ResourceQuota) Kind() Kind    { return KindResourceQuota }
func (q *ResourceQuota) clone() Object { c := *q; return &c }

// LimitRange bounds and completes what the objects of its namespace ask for one by one.
type LimitRange struct {
	ObjectMeta
	Items []LimitRangeItem
}

// LimitRangeItem bounds one type of object. A resource that is not listed is not bounded.
type LimitRangeItem struct {
	Type           string   // Container, Pod, PersistentVolumeClaim
	Default        []Amount // limits of containers that state none
	DefaultRequest []Amount // requests of containers that state none
	Min, Max       []Amount
}

// Kind returns KindLimitRange.
func (l *LimitRange) Kind() Kind    { return KindLimitRange }
func (l *LimitRange) clone() Object { c := *l; return &c }
