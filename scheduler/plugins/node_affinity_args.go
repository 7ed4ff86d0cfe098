package plugins

import (
	"fmt"
	"strconv"

	"github.com/wavetank/wavetank/sim/cluster"
)

// NodeAffinityArgs are the arguments of NodeAffinity.
type NodeAffinityArgs struct {
	TypeMeta
	// AddedAffinity is applied to all pods of the profile besides their own affinity. Default: none.
	AddedAffinity *AddedAffinity `json:"addedAffinity,omitempty"`
}

// AddedAffinity is a v1.NodeAffinity.
type AddedAffinity struct {
	Required  *NodeSelectorArgs      `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty"`
	Preferred []PreferredNodeTermArg `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty"`
}

// NodeSelectorArgs is a v1.NodeSelector: a node matches if any of the terms does.
type NodeSelectorArgs struct {
	NodeSelectorTerms []NodeSelectorTermArg `json:"nodeSelectorTerms"`
}

// PreferredNodeTermArg is a v1.PreferredSchedulingTerm.
type PreferredNodeTermArg struct {
	Weight     int32               `json:"weight"`
	Preference NodeSelectorTermArg `json:"preference"`
}

// NodeSelectorTermArg is a v1.NodeSelectorTerm: a node matches if all requirements hold.
type NodeSelectorTermArg struct {
	MatchExpressions []RequirementArg `json:"matchExpressions,omitempty"`
	MatchFields      []RequirementArg `json:"matchFields,omitempty"`
}

// RequirementArg is a v1.NodeSelectorRequirement.
type RequirementArg struct {
	Key      string   `json:"key"`
	Operator string   `json:"operator"`
	Values   []string `json:"values,omitempty"`
}

// parse checks the affinity and returns it in the cluster's terms; a nil affinity has neither part. Preferences of weight
// 0 or without requirements select nothing, but keep the plugin from being skipped
// (component-helpers scheduling/corev1/nodeaffinity/nodeaffinity.go, v0.36).
func (a *AddedAffinity) parse(path string) (*cluster.NodeSelector, []cluster.WeightedNodeTerm, error) {
	if a == nil {
		return nil, nil, nil
	}
	required, err := a.Required.parse(path + ".requiredDuringSchedulingIgnoredDuringExecution")
	if err != nil {
		return nil, nil, err
	}
	var preferred []cluster.WeightedNodeTerm
	for i, p := range a.Preferred {
		if p.Weight == 0 {
			p.Preference = NodeSelectorTermArg{}
		}
		w := cluster.WeightedNodeTerm{Weight: p.Weight}
		w.Term, err = p.Preference.parse(fmt.Sprintf("%s.preferredDuringSchedulingIgnoredDuringExecution[%d]", path, i))
		if err != nil {
			return nil, nil, err
		}
		preferred = append(preferred, w)
	}
	return required, preferred, nil
}

func (s *NodeSelectorArgs) parse(path string) (*cluster.NodeSelector, error) {
	if s == nil {
		return nil, nil
	}
	parsed := &cluster.NodeSelector{}
	for i := range s.NodeSelectorTerms {
		t, err := s.NodeSelectorTerms[i].parse(fmt.Sprintf("%s.nodeSelectorTerms[%d]", path, i))
		if err != nil {
			return nil, err
		}
		parsed.Terms = append(parsed.Terms, t)
	}
	return parsed, nil
}

func (t *NodeSelectorTermArg) parse(path string) (cluster.NodeSelectorTerm, error) {
	expressions, err := parseAll(t.MatchExpressions, path+".matchExpressions", checkExpression)
	if err != nil {
		return cluster.NodeSelectorTerm{}, err
	}
	fields, err := parseAll(t.MatchFields, path+".matchFields", checkField)
	return cluster.NodeSelectorTerm{MatchExpressions: expressions, MatchFields: fields}, err
}

func parseAll(requirements []RequirementArg, path string, check func(cluster.Requirement) error) ([]cluster.Requirement, error) {
	var parsed []cluster.Requirement
	for i := range requirements {
		r, err := requirements[i].parse(fmt.Sprintf("%s[%d]", path, i), check)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, r)
	}
	return parsed, nil
}

var operators = map[string]cluster.Operator{
	"In": cluster.In, "NotIn": cluster.NotIn, "Exists": cluster.Exists, "DoesNotExist": cluster.DoesNotExist,
	"Gt": cluster.Gt, "Lt": cluster.Lt,
}

func (r *RequirementArg) parse(path string, check func(cluster.Requirement) error) (cluster.Requirement, error) {
	op, ok := operators[r.Operator]
	if !ok {
		return cluster.Requirement{}, fmt.Errorf("%s.operator: %q is none of In, NotIn, Exists, DoesNotExist, Gt, Lt", path, r.Operator)
	}
	parsed := cluster.Requirement{Key: r.Key, Operator: op, Values: r.Values}
	if err := check(parsed); err != nil {
		return cluster.Requirement{}, fmt.Errorf("%s.%w", path, err)
	}
	return parsed, nil
}

// checkExpression checks a requirement on labels (apimachinery pkg/labels NewRequirement, v0.36).
func checkExpression(r cluster.Requirement) error {
	if err := qualifiedName(r.Key); err != nil {
		return fmt.Errorf("key: %w", err)
	}
	if err := checkCount(r); err != nil {
		return fmt.Errorf("values: %w", err)
	}
	for i, v := range r.Values {
		if err := labelValue(v); err != nil {
			return fmt.Errorf("values[%d]: %w", i, err)
		}
	}
	return nil
}

func checkCount(r cluster.Requirement) error {
	switch n := len(r.Values); r.Operator {
	case cluster.In, cluster.NotIn:
		if n == 0 {
			return fmt.Errorf("must not be empty for In and NotIn")
		}
	case cluster.Exists, cluster.DoesNotExist:
		if n != 0 {
			return fmt.Errorf("must be empty for Exists and DoesNotExist")
		}
	default:
		if n != 1 {
			return fmt.Errorf("must be one integer for Gt and Lt")
		}
		if _, err := strconv.ParseInt(r.Values[0], 10, 64); err != nil {
			return fmt.Errorf("%q must be an integer for Gt and Lt", r.Values[0])
		}
	}
	return nil
}

// checkField checks a requirement on fields, of which nodes have one.
func checkField(r cluster.Requirement) error {
	if r.Key != "metadata.name" {
		return fmt.Errorf("key: %q is not metadata.name, the only field of nodes that can be selected", r.Key)
	}
	if r.Operator != cluster.In && r.Operator != cluster.NotIn {
		return fmt.Errorf("operator: must be In or NotIn for a field")
	}
	if len(r.Values) != 1 {
		return fmt.Errorf("values: must have one element for a field")
	}
	return nil
}
