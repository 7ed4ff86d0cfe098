package plugins

import (
	"encoding/json"
	"fmt"

	"github.com/wavetank/wavetank/sim/cluster"
)

// DefaultingType says where the default spread constraints come from.
type DefaultingType string

// The defaulting types (kubescheduler.config.k8s.io/v1).
const (
	SystemDefaulting DefaultingType = "System"
	ListDefaulting   DefaultingType = "List"
)

// PodTopologySpreadArgs are the arguments of PodTopologySpread (kubescheduler.config.k8s.io/v1).
type PodTopologySpreadArgs struct {
	TypeMeta
	// DefaultConstraints act on pods without constraints that a Service or controller selects. Only with List.
	DefaultConstraints []DefaultSpreadConstraint `json:"defaultConstraints,omitempty"`
	// DefaultingType is System unless stated: hostname with maxSkew 3 and zone with maxSkew 5, both ScheduleAnyway.
	DefaultingType DefaultingType `json:"defaultingType,omitempty"`
}

// DefaultSpreadConstraint is one default constraint: core/v1 TopologySpreadConstraint without its selector, which comes
// from the pod's Services and controller.
type DefaultSpreadConstraint struct {
	MaxSkew            int32           `json:"maxSkew"`
	TopologyKey        string          `json:"topologyKey"`
	WhenUnsatisfiable  string          `json:"whenUnsatisfiable"` // DoNotSchedule or ScheduleAnyway
	MinDomains         *int32          `json:"minDomains,omitempty"`
	NodeAffinityPolicy *string         `json:"nodeAffinityPolicy,omitempty"` // Honor unless stated, or Ignore
	NodeTaintsPolicy   *string         `json:"nodeTaintsPolicy,omitempty"`   // Ignore unless stated, or Honor
	LabelSelector      json.RawMessage `json:"labelSelector,omitempty"`      // refused: it is deduced for each pod
	MatchLabelKeys     []string        `json:"matchLabelKeys,omitempty"`     // without effect, as upstream
}

// systemSpreadConstraints are upstream's (podtopologyspread/plugin.go: systemDefaultConstraints, v1.36), in its order:
// the scores are sums of floats.
var systemSpreadConstraints = []cluster.TopologySpreadConstraint{
	{TopologyKey: cluster.LabelHostname, MaxSkew: 3},
	{TopologyKey: cluster.LabelZone, MaxSkew: 5},
}

func (a *PodTopologySpreadArgs) setDefaults() {
	if a.DefaultingType == "" {
		a.DefaultingType = SystemDefaulting
	}
}

// validate refuses what kube-scheduler refuses (apis/config/validation/validation_pluginargs.go:
// ValidatePodTopologySpreadArgs, v1.36).
func (a *PodTopologySpreadArgs) validate() error {
	if a.DefaultingType != SystemDefaulting && a.DefaultingType != ListDefaulting {
		return fmt.Errorf("defaultingType: %q is neither System nor List", a.DefaultingType)
	}
	if a.DefaultingType == SystemDefaulting && len(a.DefaultConstraints) > 0 {
		return fmt.Errorf("defaultingType: System takes no defaultConstraints; use List")
	}
	for i := range a.DefaultConstraints {
		if err := a.DefaultConstraints[i].validate(); err != nil {
			return fmt.Errorf("defaultConstraints[%d].%w", i, err)
		}
		if a.repeats(i) {
			c := &a.DefaultConstraints[i]
			return fmt.Errorf("defaultConstraints[%d]: {%s, %s} appears twice", i, c.TopologyKey, c.WhenUnsatisfiable)
		}
	}
	return nil
}

func (a *PodTopologySpreadArgs) repeats(i int) bool {
	c := &a.DefaultConstraints[i]
	for _, other := range a.DefaultConstraints[:i] {
		if other.TopologyKey == c.TopologyKey && other.WhenUnsatisfiable == c.WhenUnsatisfiable {
			return true
		}
	}
	return false
}

func (c *DefaultSpreadConstraint) validate() error {
	if err := qualifiedName(c.TopologyKey); err != nil {
		return fmt.Errorf("topologyKey: %w", err)
	}
	switch {
	case c.MaxSkew <= 0:
		return fmt.Errorf("maxSkew: %d is not in the range (0, inf)", c.MaxSkew)
	case c.WhenUnsatisfiable != "DoNotSchedule" && c.WhenUnsatisfiable != "ScheduleAnyway":
		return fmt.Errorf("whenUnsatisfiable: %q is neither DoNotSchedule nor ScheduleAnyway", c.WhenUnsatisfiable)
	case len(c.LabelSelector) > 0 && string(c.LabelSelector) != "null":
		return fmt.Errorf("labelSelector: a default constraint must not define a selector, it is deduced for each pod")
	case c.MinDomains != nil && *c.MinDomains <= 0:
		return fmt.Errorf("minDomains: %d is not in the range (0, inf)", *c.MinDomains)
	case !isInclusionPolicy(c.NodeAffinityPolicy):
		return fmt.Errorf("nodeAffinityPolicy: %q is neither Honor nor Ignore", *c.NodeAffinityPolicy)
	case !isInclusionPolicy(c.NodeTaintsPolicy):
		return fmt.Errorf("nodeTaintsPolicy: %q is neither Honor nor Ignore", *c.NodeTaintsPolicy)
	}
	return nil
}

func isInclusionPolicy(p *string) bool { return p == nil || *p == "Honor" || *p == "Ignore" }

func (a *PodTopologySpreadArgs) constraints() []cluster.TopologySpreadConstraint {
	if a.DefaultingType == SystemDefaulting {
		return systemSpreadConstraints
	}
	list := make([]cluster.TopologySpreadConstraint, len(a.DefaultConstraints))
	for i := range a.DefaultConstraints {
		c := &a.DefaultConstraints[i]
		list[i] = cluster.TopologySpreadConstraint{
			MaxSkew:            c.MaxSkew,
			TopologyKey:        c.TopologyKey,
			Hard:               c.WhenUnsatisfiable == "DoNotSchedule",
			NodeAffinityPolicy: inclusionPolicy(c.NodeAffinityPolicy),
			NodeTaintsPolicy:   inclusionPolicy(c.NodeTaintsPolicy),
		}
		if c.MinDomains != nil {
			list[i].MinDomains = *c.MinDomains
		}
	}
	return list
}

func inclusionPolicy(p *string) cluster.NodeInclusionPolicy {
	switch {
	case p == nil:
		return cluster.InclusionDefault
	case *p == "Honor":
		return cluster.InclusionHonor
	}
	return cluster.InclusionIgnore
}
