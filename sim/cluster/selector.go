package cluster

import (
	"slices"
	"strconv"
)

// Operator relates a label's value to a requirement's values.
type Operator uint8

// The operators of label and node selectors (k8s.io/apimachinery pkg/selection and core/v1 NodeSelectorOperator).
const (
	In Operator = iota + 1
	NotIn
	Exists
	DoesNotExist
	Gt // greater, as integers; node selectors only
	Lt // less, as integers; node selectors only
)

// Requirement is one condition on one label.
type Requirement struct {
	Key      string
	Operator Operator
	Values   []string
}

// Matches tells whether labels meet the requirement (semantics of apimachinery pkg/labels Requirement.Matches, v0.36:
// NotIn and DoesNotExist also hold where the label is absent; Gt and Lt fail where either side is no integer).
func (r *Requirement) Matches(labels Labels) bool {
	value, has := labels[r.Key]
	switch r.Operator {
	case In:
		return has && slices.Contains(r.Values, value)
	case NotIn:
		return !has || !slices.Contains(r.Values, value)
	case Exists:
		return has
	case DoesNotExist:
		return !has
	case Gt, Lt:
		return has && len(r.Values) == 1 && !signed(r.Values[0]) && compareInts(r.Operator, value, r.Values[0])
	}
	panic("cluster: requirement with operator " + strconv.Itoa(int(r.Operator)))
}

// signed tells whether an integer has a sign. No label value has one, and a requirement that states one matches nothing
// (apimachinery pkg/labels NewRequirement, v0.36, refuses it, and node selectors then pass over the whole term).
func signed(s string) bool { return s != "" && (s[0] == '-' || s[0] == '+') }

func compareInts(op Operator, left, right string) bool {
	l, err := strconv.ParseInt(left, 10, 64)
	if err != nil {
		return false
	}
	r, err := strconv.ParseInt(right, 10, 64)
	if err != nil {
		return false
	}
	return op == Gt && l > r || op == Lt && l < r
}

// Selector selects objects by label: all requirements must hold. A nil Selector selects nothing, an empty one everything
// (apimachinery metav1.LabelSelectorAsSelector).
type Selector struct{ Requirements []Requirement }

// Matches tells whether the selector selects an object with these labels.
func (s *Selector) Matches(labels Labels) bool {
	if s == nil {
		return false
	}
	for i := range s.Requirements {
		if !s.Requirements[i].Matches(labels) {
			return false
		}
	}
	return true
}

// Empty tells whether the selector has no requirement: it selects everything, or nothing if it is nil.
func (s *Selector) Empty() bool { return s == nil || len(s.Requirements) == 0 }

// WithLabelKeys returns the selector with a condition for each of the keys that is among a pod's own labels: In or NotIn its
// value. Keys that the pod does not have are passed over, and a condition that stands there is not added again. A selector
// that is not stated stays so (pkg/registry/core/pod/strategy.go: applyLabelKeysToLabelSelector, v1.36.3). The selector
// itself is not changed; where nothing is to be added it is what is returned.
func (s *Selector) WithLabelKeys(keys []string, operator Operator, labels Labels) *Selector {
	if s == nil {
		return nil
	}
	next := s
	for _, key := range keys {
		value, has := labels[key]
		if !has || next.stands(key, operator, value) {
			continue
		}
		next = &Selector{Requirements: append(slices.Clip(next.Requirements), Requirement{Key: key, Operator: operator, Values: []string{value}})}
	}
	return next
}

func (s *Selector) stands(key string, operator Operator, value string) bool {
	return slices.ContainsFunc(s.Requirements, func(r Requirement) bool {
		return r.Key == key && r.Operator == operator && len(r.Values) == 1 && r.Values[0] == value
	})
}

// SelectLabels returns the selector that asks for all the given labels, in order of their keys.
func SelectLabels(labels Labels) *Selector {
	keys := make([]string, 0, len(labels))
	for k := range labels {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	s := &Selector{}
	for _, k := range keys {
		s.Requirements = append(s.Requirements, Requirement{Key: k, Operator: In, Values: []string{labels[k]}})
	}
	return s
}

// NodeSelectorTerm selects nodes by labels and by fields; the only field is metadata.name. A term without any
// requirement matches no node (component-helpers scheduling/corev1/nodeaffinity, v0.36).
type NodeSelectorTerm struct {
	MatchExpressions []Requirement
	MatchFields      []Requirement
}

// Matches tells whether the term selects the node.
func (t *NodeSelectorTerm) Matches(n *Node) bool {
	if len(t.MatchExpressions) == 0 && len(t.MatchFields) == 0 {
		return false
	}
	for i := range t.MatchExpressions {
		if !t.MatchExpressions[i].Matches(n.Labels) {
			return false
		}
	}
	for i := range t.MatchFields {
		if !t.MatchFields[i].matchesField(n) {
			return false
		}
	}
	return true
}

func (r *Requirement) matchesField(n *Node) bool {
	if r.Key != "metadata.name" {
		return false
	}
	return slices.Contains(r.Values, n.Name) == (r.Operator == In)
}

// NodeSelector selects nodes that match any of its terms. A nil selector matches every node, one without terms none.
type NodeSelector struct{ Terms []NodeSelectorTerm }

// Matches tells whether any term selects the node.
func (s *NodeSelector) Matches(n *Node) bool {
	if s == nil {
		return true
	}
	for i := range s.Terms {
		if s.Terms[i].Matches(n) {
			return true
		}
	}
	return false
}
