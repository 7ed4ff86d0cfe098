package framework

import "strings"

// Code is the kind of an outcome.
type Code uint8

// The outcomes, as kube-scheduler's.
const (
	Success Code = iota
	// Error is a failure of the plugin itself: the pod is tried again after a back-off whatever happens in the cluster.
	Error
	// Unschedulable: the pod does not fit now; preemption might help.
	Unschedulable
	// UnschedulableAndUnresolvable: the pod does not fit and preemption cannot help.
	UnschedulableAndUnresolvable
	// Wait: a Permit plugin wants the pod to wait.
	Wait
	// Skip: a PreFilter or PreScore plugin has nothing to say about this pod, its Filter or Score need not run; or a Bind
	// plugin leaves the binding to the next.
	Skip
	// Pending: the decision stands but waits for something outside; the pod is tried again without back-off.
	Pending
)

// String returns the code as kube-scheduler spells it.
func (c Code) String() string {
	return [...]string{"Success", "Error", "Unschedulable", "UnschedulableAndUnresolvable", "Wait", "Skip", "Pending"}[c]
}

// Status is the outcome of one plugin. It is immutable, so that plugins can share one value for each reason they give.
type Status struct {
	code    Code
	reasons []string
	plugin  string
}

// NewStatus returns an outcome with its reasons, in the words an operator reads.
func NewStatus(plugin string, code Code, reasons ...string) *Status {
	return &Status{code: code, reasons: reasons, plugin: plugin}
}

// AsStatus returns an Error status, nil for a nil error.
func AsStatus(plugin string, err error) *Status {
	if err == nil {
		return nil
	}
	return NewStatus(plugin, Error, err.Error())
}

// Code returns the code; nil is Success.
func (s *Status) Code() Code {
	if s == nil {
		return Success
	}
	return s.code
}

// Plugin returns the name of the plugin that gave the status.
func (s *Status) Plugin() string {
	if s == nil {
		return ""
	}
	return s.plugin
}

// Reasons returns the reasons. Not to be changed.
func (s *Status) Reasons() []string {
	if s == nil {
		return nil
	}
	return s.reasons
}

// Message returns the reasons in one line.
func (s *Status) Message() string { return strings.Join(s.Reasons(), ", ") }

// IsSuccess tells whether the outcome is Success.
func (s *Status) IsSuccess() bool { return s.Code() == Success }

// IsSkip tells whether the outcome is Skip.
func (s *Status) IsSkip() bool { return s.Code() == Skip }

// IsRejected tells whether the plugin found the pod unschedulable or pending.
func (s *Status) IsRejected() bool {
	c := s.Code()
	return c == Unschedulable || c == UnschedulableAndUnresolvable || c == Pending
}
