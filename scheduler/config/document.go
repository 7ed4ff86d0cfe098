package config

import "encoding/json"

// The only version of the configuration API that kube-scheduler v1.36 reads.
const (
	apiVersion = "kubescheduler.config.k8s.io/v1"
	kind       = "KubeSchedulerConfiguration"
)

// document has the fields of k8s.io/kube-scheduler/config/v1 types.go, v0.36. What has no effect here is declared all the
// same, so that a misspelt field is found wherever it stands.
type document struct {
	typeMeta
	Parallelism               *int32            `json:"parallelism,omitempty"`
	LeaderElection            *leaderElection   `json:"leaderElection,omitempty"`
	ClientConnection          *clientConnection `json:"clientConnection,omitempty"`
	EnableProfiling           *bool             `json:"enableProfiling,omitempty"`
	EnableContentionProfiling *bool             `json:"enableContentionProfiling,omitempty"`
	PercentageOfNodesToScore  *int32            `json:"percentageOfNodesToScore,omitempty"`
	PodInitialBackoffSeconds  *int64            `json:"podInitialBackoffSeconds,omitempty"`
	PodMaxBackoffSeconds      *int64            `json:"podMaxBackoffSeconds,omitempty"`
	Profiles                  []profile         `json:"profiles,omitempty"`
	Extenders                 []json.RawMessage `json:"extenders,omitempty"`
	DelayCacheUntilActive     *bool             `json:"delayCacheUntilActive,omitempty"`
}

type typeMeta struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

type profile struct {
	SchedulerName            *string        `json:"schedulerName,omitempty"`
	PercentageOfNodesToScore *int32         `json:"percentageOfNodesToScore,omitempty"`
	Plugins                  plugins        `json:"plugins,omitzero"`
	PluginConfig             []pluginConfig `json:"pluginConfig,omitempty"`
}

type plugins struct {
	PreEnqueue        pluginSet `json:"preEnqueue,omitzero"`
	QueueSort         pluginSet `json:"queueSort,omitzero"`
	PreFilter         pluginSet `json:"preFilter,omitzero"`
	Filter            pluginSet `json:"filter,omitzero"`
	PostFilter        pluginSet `json:"postFilter,omitzero"`
	PreScore          pluginSet `json:"preScore,omitzero"`
	Score             pluginSet `json:"score,omitzero"`
	Reserve           pluginSet `json:"reserve,omitzero"`
	Permit            pluginSet `json:"permit,omitzero"`
	PreBind           pluginSet `json:"preBind,omitzero"`
	Bind              pluginSet `json:"bind,omitzero"`
	PostBind          pluginSet `json:"postBind,omitzero"`
	MultiPoint        pluginSet `json:"multiPoint,omitzero"`
	PlacementGenerate pluginSet `json:"placementGenerate,omitzero"`
	PlacementScore    pluginSet `json:"placementScore,omitzero"`
}

type pluginSet struct {
	Enabled  []plugin `json:"enabled,omitempty"`
	Disabled []plugin `json:"disabled,omitempty"`
}

type plugin struct {
	Name   string `json:"name"`
	Weight *int32 `json:"weight,omitempty"`
}

type pluginConfig struct {
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"`
}

// leaderElection and clientConnection: k8s.io/component-base/config/v1alpha1 types.go, v0.36. Durations are text.
type leaderElection struct {
	LeaderElect       *bool  `json:"leaderElect,omitempty"`
	LeaseDuration     string `json:"leaseDuration,omitempty"`
	RenewDeadline     string `json:"renewDeadline,omitempty"`
	RetryPeriod       string `json:"retryPeriod,omitempty"`
	ResourceLock      string `json:"resourceLock,omitempty"`
	ResourceName      string `json:"resourceName,omitempty"`
	ResourceNamespace string `json:"resourceNamespace,omitempty"`
}

type clientConnection struct {
	Kubeconfig         string  `json:"kubeconfig,omitempty"`
	AcceptContentTypes string  `json:"acceptContentTypes,omitempty"`
	ContentType        string  `json:"contentType,omitempty"`
	QPS                float32 `json:"qps,omitempty"`
	Burst              int32   `json:"burst,omitempty"`
}
