package manifest

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

var selectorOperators = map[string]cluster.Operator{
	"In": cluster.In, "NotIn": cluster.NotIn, "Exists": cluster.Exists, "DoesNotExist": cluster.DoesNotExist,
}

var nodeOperators = map[string]cluster.Operator{
	"In": cluster.In, "NotIn": cluster.NotIn, "Exists": cluster.Exists, "DoesNotExist": cluster.DoesNotExist,
	"Gt": cluster.Gt, "Lt": cluster.Lt,
}

// selector converts a label selector. None selects nothing, an empty one everything.
func (c *check) selector(path string, s *metav1.LabelSelector) *cluster.Selector {
	if s == nil {
		return nil
	}
	selector := cluster.SelectLabels(s.MatchLabels)
	for i, e := range s.MatchExpressions {
		at := at(path+".matchExpressions", i)
		selector.Requirements = append(selector.Requirements, c.requirement(at, e.Key, string(e.Operator), e.Values, selectorOperators))
	}
	return selector
}

// requirement converts one condition. How many values an operator takes is checked as the API server does
// (apimachinery pkg/apis/meta/v1/validation and pkg/apis/core/validation ValidateNodeSelectorRequirement, v1.36).
func (c *check) requirement(path, key, operator string, values []string, operators map[string]cluster.Operator) cluster.Requirement {
	c.want(key != "", path+".key", "is missing")
	c.want(operator != "", path+".operator", "is missing")
	r := cluster.Requirement{Key: key, Operator: choose(c, path+".operator", operator, 0, operators), Values: values}
	switch r.Operator {
	case cluster.In, cluster.NotIn:
		c.want(len(values) > 0, path+".values", "%s needs at least one value", operator)
	case cluster.Exists, cluster.DoesNotExist:
		c.want(len(values) == 0, path+".values", "%s takes no values", operator)
	case cluster.Gt, cluster.Lt:
		c.want(len(values) == 1, path+".values", "%s needs exactly one value", operator)
		for _, v := range values {
			_, err := strconv.ParseInt(v, 10, 64)
			c.want(err == nil, path+".values", "%s needs an integer, found %q", operator, v)
		}
	}
	return r
}

// nodeSelector converts the required terms; nil stays nil.
func (c *check) nodeSelector(path string, s *corev1.NodeSelector) *cluster.NodeSelector {
	if s == nil {
		return nil
	}
	c.want(len(s.NodeSelectorTerms) > 0, path+".nodeSelectorTerms", "at least one term is needed")
	selector := &cluster.NodeSelector{}
	for i := range s.NodeSelectorTerms {
		selector.Terms = append(selector.Terms, c.nodeTerm(at(path+".nodeSelectorTerms", i), &s.NodeSelectorTerms[i]))
	}
	return selector
}

func (c *check) nodeTerm(path string, t *corev1.NodeSelectorTerm) cluster.NodeSelectorTerm {
	var term cluster.NodeSelectorTerm
	for i, e := range t.MatchExpressions {
		term.MatchExpressions = append(term.MatchExpressions,
			c.requirement(at(path+".matchExpressions", i), e.Key, string(e.Operator), e.Values, nodeOperators))
	}
	for i, e := range t.MatchFields {
		term.MatchFields = append(term.MatchFields, c.fieldRequirement(at(path+".matchFields", i), &e))
	}
	return term
}

// fieldRequirement converts a condition on a node's field. The API knows one field, and one value for it.
func (c *check) fieldRequirement(path string, e *corev1.NodeSelectorRequirement) cluster.Requirement {
	r := c.requirement(path, e.Key, string(e.Operator), e.Values, nodeOperators)
	c.want(e.Key == metav1.ObjectNameField, path+".key", "unknown field %q (metadata.name)", e.Key)
	c.want(r.Operator == cluster.In || r.Operator == cluster.NotIn, path+".operator", "unknown value %q (In, NotIn)", e.Operator)
	c.want(len(e.Values) == 1, path+".values", "exactly one value is needed")
	return r
}
