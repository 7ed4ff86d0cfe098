package manifest

import (
	"math"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The defaults and limits of pkg/apis/batch/v1/defaults.go and pkg/apis/batch/validation, v1.36.
const (
	defaultBackoffLimit = 6
	maxIndexedPods      = 100_000
)

func jobObject(r *reader, c *check, o *batchv1.Job) {
	j := r.job(c, "spec", &o.Spec)
	j.ObjectMeta = r.workloadMeta(c, &o.ObjectMeta)
	if o.Spec.Selector == nil {
		j.SelectOwnPods()
	}
	r.jobStatus(c, &o.Status, j)
	r.add(c, j, &o.ObjectMeta)
}

// job converts the spec of a Job, or of the Jobs of a CronJob, at a path. With neither parallelism nor completions it
// runs one pod (SetDefaults_Job).
func (r *reader) job(c *check, path string, s *batchv1.JobSpec) *cluster.Job {
	j := &cluster.Job{
		Parallelism:          c.count(path+".parallelism", s.Parallelism, 1),
		Completions:          c.optionalCount(path+".completions", s.Completions),
		Indexed:              s.CompletionMode != nil && choose(c, path+".completionMode", string(*s.CompletionMode), false, completionModes),
		BackoffLimitPerIndex: c.optionalCount(path+".backoffLimitPerIndex", s.BackoffLimitPerIndex),
		MaxFailedIndexes:     c.optionalCount(path+".maxFailedIndexes", s.MaxFailedIndexes),
		TTLAfterFinished:     ttl(c, path+".ttlSecondsAfterFinished", s.TTLSecondsAfterFinished),
		Suspend:              s.Suspend != nil && *s.Suspend,
		Template:             *r.template(c, path+".template", &s.Template, corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure),
	}
	if s.Parallelism == nil && s.Completions == nil {
		one := 1
		j.Completions = &one
	}
	if deadline := c.optionalSeconds(path+".activeDeadlineSeconds", s.ActiveDeadlineSeconds); deadline != nil {
		j.ActiveDeadline = *deadline
	}
	backoffs := defaultBackoffLimit
	if j.BackoffLimitPerIndex != nil {
		backoffs = math.MaxInt32
	}
	j.BackoffLimit = c.count(path+".backoffLimit", s.BackoffLimit, backoffs)
	if s.Selector != nil {
		j.Selector = c.selected(path+".selector", s.Selector, &s.Template)
	}
	r.failurePolicy(c, path, s, j)
	checkIndexed(c, path, j)
	return j
}

var completionModes = map[string]bool{"NonIndexed": false, "Indexed": true}

func ttl(c *check, path string, n *int32) *time.Duration {
	if n == nil {
		return nil
	}
	span := c.seconds(path, int64(*n))
	return &span
}

// checkIndexed checks what goes together with completionMode (pkg/apis/batch/validation: validateJobSpec, v1.36).
func checkIndexed(c *check, path string, j *cluster.Job) {
	if !j.Indexed {
		c.want(j.BackoffLimitPerIndex == nil, path+".backoffLimitPerIndex", "needs completionMode Indexed")
		c.want(j.MaxFailedIndexes == nil, path+".maxFailedIndexes", "needs completionMode Indexed")
		return
	}
	if j.Completions == nil {
		c.fail(path+".completions", "is missing: completionMode Indexed needs it")
		return
	}
	c.want(j.Parallelism <= maxIndexedPods, path+".parallelism", "%d is more than %d", j.Parallelism, maxIndexedPods)
	if failed := j.MaxFailedIndexes; failed != nil {
		c.want(j.BackoffLimitPerIndex != nil, path+".maxFailedIndexes", "needs backoffLimitPerIndex")
		c.want(*failed <= *j.Completions, path+".maxFailedIndexes", "%d is more than completions", *failed)
	}
}

var (
	failureActions  = map[string]string{"FailJob": "FailJob", "FailIndex": "FailIndex", "Ignore": "Ignore", "Count": "Count"}
	exitOperators   = map[string]bool{"In": true, "NotIn": false}
	replacePolicies = map[string]bool{"TerminatingOrFailed": true, "Failed": false}
)

// failurePolicy converts podFailurePolicy, and podReplacementPolicy with the default that depends on it.
func (r *reader) failurePolicy(c *check, path string, s *batchv1.JobSpec, j *cluster.Job) {
	replace := path + ".podReplacementPolicy"
	j.ReplaceTerminating = s.PodFailurePolicy == nil
	if s.PodReplacementPolicy != nil {
		j.ReplaceTerminating = choose(c, replace, string(*s.PodReplacementPolicy), true, replacePolicies)
	}
	if s.PodFailurePolicy == nil {
		return
	}
	c.want(!j.ReplaceTerminating, replace, "only Failed goes together with podFailurePolicy")
	c.want(s.Template.Spec.RestartPolicy == corev1.RestartPolicyNever, path+".template.spec.restartPolicy",
		"only Never goes together with podFailurePolicy")
	for i := range s.PodFailurePolicy.Rules {
		j.FailurePolicy = append(j.FailurePolicy, c.failureRules(at(path+".podFailurePolicy.rules", i), &s.PodFailurePolicy.Rules[i], j)...)
	}
}

// failureRules converts one rule; one of several conditions becomes several rules with the same action, as any match
// is one.
func (c *check) failureRules(path string, o *batchv1.PodFailurePolicyRule, j *cluster.Job) []cluster.FailureRule {
	c.want(o.Action != "", path+".action", "is missing")
	rule := cluster.FailureRule{Action: choose(c, path+".action", string(o.Action), "", failureActions)}
	c.want(rule.Action != "FailIndex" || j.BackoffLimitPerIndex != nil, path+".action", "FailIndex needs backoffLimitPerIndex")
	codes := o.OnExitCodes
	c.want((codes != nil) != (len(o.OnPodConditions) > 0), path, "exactly one of onExitCodes and onPodConditions is needed")
	var rules []cluster.FailureRule
	if codes != nil {
		rules = append(rules, c.exitRule(path+".onExitCodes", codes, rule))
	}
	for i, p := range o.OnPodConditions {
		of := at(path+".onPodConditions", i)
		c.want(p.Status == "" || p.Status == corev1.ConditionTrue, of+".status", "only True is modelled")
		rule.Condition = string(p.Type)
		rules = append(rules, rule)
	}
	return rules
}

func (c *check) exitRule(path string, o *batchv1.PodFailurePolicyOnExitCodesRequirement, rule cluster.FailureRule) cluster.FailureRule {
	c.want(o.Operator != "", path+".operator", "is missing")
	c.want(len(o.Values) > 0, path+".values", "at least one is needed")
	rule.In = choose(c, path+".operator", string(o.Operator), true, exitOperators)
	if o.ContainerName != nil {
		rule.Container = *o.ContainerName
	}
	for i, code := range o.Values {
		c.want(code != 0 || !rule.In, at(path+".values", i), "0 is no failure")
		rule.Codes = append(rule.Codes, int(code))
	}
	return rule
}

// jobStatus keeps what has become of a Job, so that one that has finished is not run again.
func (r *reader) jobStatus(c *check, o *batchv1.JobStatus, j *cluster.Job) {
	s := &j.Status
	s.Active, s.Ready, s.Terminating = int(o.Active), number(o.Ready), number(o.Terminating)
	s.Succeeded, s.Failed = int(o.Succeeded), int(o.Failed)
	s.CompletedIndexes = c.indexes("status.completedIndexes", o.CompletedIndexes)
	if o.FailedIndexes != nil {
		s.FailedIndexes = c.indexes("status.failedIndexes", *o.FailedIndexes)
	}
	s.Started = o.StartTime != nil
	if o.StartTime != nil {
		r.setLater(&s.StartTime, o.StartTime.Time)
	}
	if o.CompletionTime != nil {
		r.setLater(&s.CompletionTime, o.CompletionTime.Time)
	}
	if len(o.Conditions) > 0 {
		s.Conditions = make([]cluster.Condition, len(o.Conditions))
	}
	for i, from := range o.Conditions {
		s.Conditions[i] = newCondition(string(from.Type), from.Status, from.Reason, from.Message)
		r.setLater(&s.Conditions[i].LastTransitionTime, from.LastTransitionTime.Time)
	}
}

// indexes reads a list such as "1,3-5,7".
func (c *check) indexes(path, text string) []int {
	var list []int
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		first, err := strconv.ParseUint(low, 10, 31)
		last, err2 := strconv.ParseUint(high, 10, 31)
		if err != nil || err2 != nil || last < first || last-first > maxIndexedPods {
			c.fail(path, "%q is no list of indexes such as 1,3-5", text)
			return nil
		}
		for i := first; i <= last; i++ {
			list = append(list, int(i))
		}
	}
	return list
}
