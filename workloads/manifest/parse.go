package manifest

import (
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/wavetank/wavetank/sim/cluster"
)

// operators are those of a selector's text.
var operators = map[selection.Operator]cluster.Operator{
	selection.In: cluster.In, selection.Equals: cluster.In, selection.DoubleEquals: cluster.In,
	selection.NotIn: cluster.NotIn, selection.NotEquals: cluster.NotIn,
	selection.Exists: cluster.Exists, selection.DoesNotExist: cluster.DoesNotExist,
	selection.GreaterThan: cluster.Gt, selection.LessThan: cluster.Lt,
}

// ParseSelector reads a selector of labels as kubectl takes it: "app=web,tier in (a, b),!old". The empty text selects
// everything.
func ParseSelector(text string) (*cluster.Selector, error) {
	requirements, err := labels.ParseToRequirements(text)
	if err != nil {
		return nil, err
	}
	s := &cluster.Selector{}
	for _, r := range requirements {
		s.Requirements = append(s.Requirements, cluster.Requirement{Key: r.Key(), Operator: operators[r.Operator()], Values: r.ValuesUnsorted()})
	}
	return s, nil
}
