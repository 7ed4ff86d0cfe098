package scheduler

import (
	"time"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// WeightedPlugin is a score plugin and how much its score counts.
type WeightedPlugin struct {
	Name   string
	Weight int64
}

// ProfileConfig lists the plugins of one profile by extension point, in the order in which they run.
type ProfileConfig struct {
	SchedulerName string // "" stands for cluster.DefaultScheduler
	// PercentageOfNodesToScore ends the search for fitting nodes early; 0: adaptive, 100: never.
	PercentageOfNodesToScore int32

	QueueSort  string
	PreEnqueue []string
	PreFilter  []string
	Filter     []string
	PostFilter []string
	PreScore   []string
	Score      []WeightedPlugin
	Reserve    []string
	Permit     []string
	PreBind    []string
	Bind       []string
	PostBind   []string

	Args map[string]framework.Args // by plugin name
}

// Defaults of the queue (pkg/scheduler/backend/queue/scheduling_queue.go, v1.36).
const (
	DefaultPodInitialBackoff          = time.Second
	DefaultPodMaxBackoff              = 10 * time.Second
	DefaultPodMaxInUnschedulablePods  = 5 * time.Minute
	unschedulableFlushInterval        = 30 * time.Second
	backoffWindow                     = time.Second // back-offs end at whole windows
	minFeasibleNodesToFind            = 100         // schedule_one.go
	minFeasibleNodesPercentageToFind  = 5           // schedule_one.go
	adaptivePercentageBase            = 50
	adaptivePercentageNodesForOneLess = 125
)

// Config is the whole configuration of one scheduler.
type Config struct {
	Profiles   []ProfileConfig
	Registry   framework.Registry
	Algorithms map[string]framework.Algorithm // by scheduler name: in place of a profile of plugins

	PodInitialBackoff time.Duration // 0: DefaultPodInitialBackoff
	PodMaxBackoff     time.Duration // 0: DefaultPodMaxBackoff

	WatchLatency cluster.Latency      // from a change to the scheduler's cache; nil: none
	CycleTime    func() time.Duration // how long one scheduling cycle takes; nil: no time
	BindLatency  func() time.Duration // from the decision to the binding; nil: none

	PlainPath bool // compute every answer anew: for comparison with remembered ones
}

func (c *Config) setDefaults() {
	if c.PodInitialBackoff == 0 {
		c.PodInitialBackoff = DefaultPodInitialBackoff
	}
	if c.PodMaxBackoff == 0 {
		c.PodMaxBackoff = DefaultPodMaxBackoff
	}
}
