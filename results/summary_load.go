package results

// WorkloadSummary is how available a workload was. All shares and means are over the time of its window in which pods
// were desired of it.
type WorkloadSummary struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`

	From          float64 `json:"from"` // the window, seconds
	To            float64 `json:"to"`
	NeverComplete bool    `json:"neverComplete,omitempty"` // then the window begins with its creation
	Seconds       float64 `json:"seconds"`                 // of the window, in which pods were desired

	Desired float64 `json:"desired"` // mean
	Serving float64 `json:"serving"` // mean share of the desired pods that served
	Claimed float64 `json:"claimed"` // mean share that was ready: what the API says
	Some    float64 `json:"some"`    // share of time with at least one serving pod
	Enough  float64 `json:"enough"`  // share of time with as many serving pods as needed

	Shortages       int     `json:"shortages"`
	ShortageSeconds float64 `json:"shortageSeconds"`
	LongestShortage float64 `json:"longestShortage"`
	LongestAt       float64 `json:"longestAt"`
	WorstServing    int64   `json:"worstServing"` // in the state with the smallest share of serving pods, among the short ones
	WorstDesired    int64   `json:"worstDesired"`
	WorstAt         float64 `json:"worstAt"`

	LostReplicaSeconds    float64 `json:"lostReplicaSeconds"`    // desired, and not serving
	PhantomReplicaSeconds float64 `json:"phantomReplicaSeconds"` // ready in the API, and not serving
}

// ServiceSummary is what became of the requests of one service.
type ServiceSummary struct {
	Namespace string  `json:"namespace"`
	Name      string  `json:"name"`
	From      float64 `json:"from"` // its first interval
	To        float64 `json:"to"`   // its last

	Requests     float64 `json:"requests"`
	Errors       float64 `json:"errors"`
	Slow         float64 `json:"slow"`
	Availability float64 `json:"availability"` // good / requests; 1 without requests

	Response     float64 `json:"response"`     // seconds, mean over the answers
	ResponseTime float64 `json:"responseTime"` // mean over the time
	P99          float64 `json:"p99"`          // of the intervals, mean over the answers
	P99Time      float64 `json:"p99Time"`      // mean over the time
	WorstP99     float64 `json:"worstP99"`
	WorstP99At   float64 `json:"worstP99At"`

	Endpoints    float64 `json:"endpoints"`    // mean, as the API has it
	Serving      float64 `json:"serving"`      // mean, in truth
	UsedCPUHours float64 `json:"usedCPUHours"` // core-hours

	Objective *ObjectiveSummary `json:"objective,omitempty"`
}

// ObjectiveSummary holds a service against its objective.
type ObjectiveSummary struct {
	Latency float64 `json:"latency"` // seconds; 0: any answer is good
	Target  float64 `json:"target"`
	Met     bool    `json:"met"`

	Budget    float64  `json:"budget"`    // bad requests that are allowed
	Consumed  float64  `json:"consumed"`  // bad requests / budget; 0 where the budget is
	RanOut    *float64 `json:"ranOut"`    // when the budget was used up; null: it was not
	Burn1h    float64  `json:"burn1h"`    // worst burn rate in a window of 1 h
	Burn1hEnd float64  `json:"burn1hEnd"` // when that window ended
	Burn5m    float64  `json:"burn5m"`
	Burn5mEnd float64  `json:"burn5mEnd"`
}

// FaultSummary is what one fault did. Spans are in seconds from its begin; null is what did not come to pass.
type FaultSummary struct {
	ID    int      `json:"id"`
	Kind  string   `json:"kind"`
	Name  string   `json:"name"`
	Begin float64  `json:"begin"`
	End   *float64 `json:"end"` // null: still on at the end of the run

	Nodes int `json:"nodes"`
	Pods  int `json:"pods"` // on those nodes at its begin

	Detected      *float64      `json:"detected"` // the first of its nodes is not Ready
	Tainted       *float64      `json:"tainted"`
	NodesNotReady int           `json:"nodesNotReady"`
	NodesTainted  int           `json:"nodesTainted"`
	Unready       *float64      `json:"unready"` // the first of its pods is not Ready
	PodsUnready   int           `json:"podsUnready"`
	FirstEvicted  *float64      `json:"firstEvicted"`
	Evicted       *float64      `json:"evicted"` // the last of its pods that went
	PodsEvicted   int           `json:"podsEvicted"`
	EvictedBy     []ReasonCount `json:"evictedBy"`
	PodsGone      int           `json:"podsGone,omitempty"` // hit pods that their owners or users ended meanwhile

	Workloads             int      `json:"workloads"`              // that lost serving pods
	WorkloadsShort        int      `json:"workloadsShort"`         // of those: not whole again at the end of the run
	Recovered             *float64 `json:"recovered"`              // all of them are whole again
	LastWorkload          string   `json:"lastWorkload,omitempty"` // the last one of them to be whole, or one that is not
	LostReplicaSeconds    float64  `json:"lostReplicaSeconds"`
	PhantomReplicaSeconds float64  `json:"phantomReplicaSeconds"`
	WorstWorkload         string   `json:"worstWorkload,omitempty"`
	WorstServing          int64    `json:"worstServing"`
	WorstDesired          int64    `json:"worstDesired"`

	FailedRequests float64 `json:"failedRequests"`
	BadRequests    float64 `json:"badRequests"` // that count against an objective
	BudgetShare    float64 `json:"budgetShare"` // of the error budgets of all services together
	WorstService   string  `json:"worstService,omitempty"`
	WorstFailed    float64 `json:"worstFailed"`
}

// FaultTotals is what all faults of a run come to.
type FaultTotals struct {
	Count                 int          `json:"count"`
	StillOn               int          `json:"stillOn"` // at the end of the run
	Listed                int          `json:"listed"`  // in faults
	Pods                  int          `json:"pods"`
	PodsEvicted           int          `json:"podsEvicted"`
	Duration              Distribution `json:"duration"` // of those that ended
	Detected              Distribution `json:"detected"` // of those that were
	FirstEvicted          Distribution `json:"firstEvicted"`
	Recovered             Distribution `json:"recovered"` // of those whose workloads lost pods and are whole again
	LostReplicaSeconds    float64      `json:"lostReplicaSeconds"`
	PhantomReplicaSeconds float64      `json:"phantomReplicaSeconds"`
	FailedRequests        float64      `json:"failedRequests"`
}

// ScalingSummary is what an autoscaler did with one workload.
type ScalingSummary struct {
	Kind      string `json:"kind"` // of the workload
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Scaler    string `json:"scaler,omitempty"` // the HorizontalPodAutoscaler

	Ups          int     `json:"ups"`
	Downs        int     `json:"downs"`
	MinReplicas  int64   `json:"minReplicas"` // that were desired, from the autoscaler's creation on
	MeanReplicas float64 `json:"meanReplicas"`
	MaxReplicas  int64   `json:"maxReplicas"`

	Lag       Distribution `json:"lag"`       // from a scaling up until as many pods serve
	Overtaken int          `json:"overtaken"` // scalings up that were taken back before
	Unreached int          `json:"unreached"` // that were not reached at the end of the run
	PodWait   Distribution `json:"podWait"`   // from the creation of its pods until they had a node
}

// CostSummary is what the nodes cost, and what was not made use of.
type CostSummary struct {
	NodeHours float64       `json:"nodeHours"`
	Cost      float64       `json:"cost"` // in the currency of the scenario's prices
	Pools     []PoolSummary `json:"pools"`

	OfferedCoreHours   float64 `json:"offeredCoreHours"`   // allocatable of the nodes that are up, over the run's window
	RequestedCoreHours float64 `json:"requestedCoreHours"` // by the pods there
	IdleCoreHours      float64 `json:"idleCoreHours"`      // the difference

	// Of the pods behind the services whose load is known.
	ServiceRequestedCoreHours float64 `json:"serviceRequestedCoreHours"`
	ServiceUsedCoreHours      float64 `json:"serviceUsedCoreHours"`
	ServiceSlackCoreHours     float64 `json:"serviceSlackCoreHours"` // the difference
}

// PoolSummary is the nodes of one pool.
type PoolSummary struct {
	Pool             string  `json:"pool"` // "": nodes of none
	NodeHours        float64 `json:"nodeHours"`
	Cost             float64 `json:"cost"`
	OfferedCoreHours float64 `json:"offeredCoreHours"` // allocatable, while the nodes exist
	MinNodes         int64   `json:"minNodes"`
	MeanNodes        float64 `json:"meanNodes"`
	MaxNodes         int64   `json:"maxNodes"`
	Added            int     `json:"added"` // after the run's first instant
	Removed          int     `json:"removed"`
}
