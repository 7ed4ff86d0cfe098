package plugins

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// ResourceSpec is a resource that takes part in a score.
type ResourceSpec struct {
	Name   cluster.ResourceName `json:"name"`
	Weight int64                `json:"weight,omitempty"` // 1..100; 0 stands for 1
}

// ScoringStrategyType names how NodeResourcesFit ranks nodes.
type ScoringStrategyType string

// The scoring strategies of NodeResourcesFit.
const (
	LeastAllocated           ScoringStrategyType = "LeastAllocated"
	MostAllocated            ScoringStrategyType = "MostAllocated"
	RequestedToCapacityRatio ScoringStrategyType = "RequestedToCapacityRatio"
)

// ScoringStrategy is how NodeResourcesFit ranks nodes.
type ScoringStrategy struct {
	Type                     ScoringStrategyType           `json:"type"`
	Resources                []ResourceSpec                `json:"resources,omitempty"` // default: cpu 1, memory 1
	RequestedToCapacityRatio *RequestedToCapacityRatioArgs `json:"requestedToCapacityRatio,omitempty"`
}

// RequestedToCapacityRatioArgs hold the function of utilization that RequestedToCapacityRatio applies.
type RequestedToCapacityRatioArgs struct {
	Shape []UtilizationShapePoint `json:"shape"`
}

// UtilizationShapePoint is one corner of that function.
type UtilizationShapePoint struct {
	Utilization int32 `json:"utilization"` // percent, 0..100
	Score       int32 `json:"score"`       // 0..10
}

// NodeResourcesFitArgs are the arguments of NodeResourcesFit. Defaults and checks: apis/config/v1/defaults.go and
// apis/config/validation/validation_pluginargs.go, v1.36.
type NodeResourcesFitArgs struct {
	TypeMeta
	// IgnoredResources are extended resources that the filter leaves out.
	IgnoredResources []string `json:"ignoredResources,omitempty"`
	// IgnoredResourceGroups are the parts before '/' of extended resources that the filter leaves out.
	IgnoredResourceGroups []string `json:"ignoredResourceGroups,omitempty"`
	// ScoringStrategy is LeastAllocated by default.
	ScoringStrategy *ScoringStrategy `json:"scoringStrategy,omitempty"`
}

// NodeResourcesBalancedAllocationArgs are the arguments of NodeResourcesBalancedAllocation.
type NodeResourcesBalancedAllocationArgs struct {
	TypeMeta
	Resources []ResourceSpec `json:"resources,omitempty"` // default: cpu, memory; weights must be 1
}

func readFitArgs(args framework.Args) (*NodeResourcesFitArgs, error) {
	a := &NodeResourcesFitArgs{}
	if err := args.Decode(a); err != nil {
		return nil, fmt.Errorf("%s: %w", NodeResourcesFit, err)
	}
	if err := a.check(NodeResourcesFit); err != nil {
		return nil, err
	}
	if a.ScoringStrategy == nil {
		a.ScoringStrategy = &ScoringStrategy{Type: LeastAllocated}
	}
	a.ScoringStrategy.Resources = withDefaultWeights(a.ScoringStrategy.Resources)
	if err := a.validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", NodeResourcesFit, err)
	}
	return a, nil
}

func withDefaultWeights(resources []ResourceSpec) []ResourceSpec {
	if len(resources) == 0 {
		resources = []ResourceSpec{{Name: cluster.CPU}, {Name: cluster.Memory}}
	}
	for i := range resources {
		if resources[i].Weight == 0 {
			resources[i].Weight = 1
		}
	}
	return resources
}

func (a *NodeResourcesFitArgs) validate() error {
	for i, r := range a.IgnoredResources {
		if err := qualifiedName(r); err != nil {
			return fmt.Errorf("ignoredResources[%d]: %w", i, err)
		}
	}
	for i, g := range a.IgnoredResourceGroups {
		if strings.Contains(g, "/") {
			return fmt.Errorf("ignoredResourceGroups[%d]: %q: resource group name can't contain '/'", i, g)
		}
		if err := qualifiedName(g); err != nil {
			return fmt.Errorf("ignoredResourceGroups[%d]: %w", i, err)
		}
	}
	return a.ScoringStrategy.validate()
}

func (s *ScoringStrategy) validate() error {
	known := []ScoringStrategyType{LeastAllocated, MostAllocated, RequestedToCapacityRatio}
	if !slices.Contains(known, s.Type) {
		return fmt.Errorf("scoringStrategy.type: %q is none of LeastAllocated, MostAllocated, RequestedToCapacityRatio", s.Type)
	}
	for i, r := range s.Resources {
		if r.Weight < 0 || r.Weight > 100 {
			return fmt.Errorf("scoringStrategy.resources[%d].weight: %d: resource weight of %s not in valid range (0, 100]", i, r.Weight, r.Name)
		}
	}
	if s.Type != RequestedToCapacityRatio {
		if s.RequestedToCapacityRatio != nil {
			return fmt.Errorf("scoringStrategy.requestedToCapacityRatio: must be absent when type is not RequestedToCapacityRatio")
		}
		return nil
	}
	if s.RequestedToCapacityRatio == nil {
		return fmt.Errorf("scoringStrategy.requestedToCapacityRatio: must be specified when type is RequestedToCapacityRatio")
	}
	return validateShape(s.RequestedToCapacityRatio.Shape, "scoringStrategy.requestedToCapacityRatio.shape")
}

func validateShape(shape []UtilizationShapePoint, path string) error {
	if len(shape) == 0 {
		return fmt.Errorf("%s: at least one point must be specified", path)
	}
	for i, p := range shape {
		if i > 0 && shape[i-1].Utilization >= p.Utilization {
			return fmt.Errorf("%s[%d].utilization: %d: values must be sorted in increasing order", path, i, p.Utilization)
		}
		if p.Utilization < 0 || p.Utilization > 100 {
			return fmt.Errorf("%s[%d].utilization: %d: not in valid range [0, 100]", path, i, p.Utilization)
		}
		if p.Score < 0 || p.Score > 10 {
			return fmt.Errorf("%s[%d].score: %d: not in valid range [0, 10]", path, i, p.Score)
		}
	}
	return nil
}

func readBalancedArgs(args framework.Args) (*NodeResourcesBalancedAllocationArgs, error) {
	a := &NodeResourcesBalancedAllocationArgs{}
	if err := args.Decode(a); err != nil {
		return nil, fmt.Errorf("%s: %w", NodeResourcesBalancedAllocation, err)
	}
	if err := a.check(NodeResourcesBalancedAllocation); err != nil {
		return nil, err
	}
	a.Resources = withDefaultWeights(a.Resources)
	for i, r := range a.Resources {
		if slices.ContainsFunc(a.Resources[:i], func(o ResourceSpec) bool { return o.Name == r.Name }) {
			return nil, fmt.Errorf("%s: resources[%d].name: %s is there twice", NodeResourcesBalancedAllocation, i, r.Name)
		}
		if r.Weight != 1 {
			return nil, fmt.Errorf("%s: resources[%d].weight: %d: must be 1", NodeResourcesBalancedAllocation, i, r.Weight)
		}
	}
	return a, nil
}
