package manifest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a time zone must mean the same on every machine

	batchv1 "k8s.io/api/batch/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The defaults and limits of pkg/apis/batch/v1/defaults.go and pkg/apis/batch/validation, v1.36: a name leaves room for
// the 11 characters that its jobs' names have more.
const (
	defaultSuccessfulJobs = 3
	defaultFailedJobs     = 1
	maxCronJobName        = 52
)

var concurrencyPolicies = map[string]string{"Allow": "Allow", "Forbid": "Forbid", "Replace": "Replace"}

func cronJobObject(r *reader, c *check, o *batchv1.CronJob) {
	s := &o.Spec
	j := &cluster.CronJob{
		ObjectMeta:       r.workloadMeta(c, &o.ObjectMeta),
		Schedule:         s.Schedule,
		StartingDeadline: c.optionalSeconds("spec.startingDeadlineSeconds", s.StartingDeadlineSeconds),
		Concurrency:      choose(c, "spec.concurrencyPolicy", string(s.ConcurrencyPolicy), "Allow", concurrencyPolicies),
		Suspend:          s.Suspend != nil && *s.Suspend,
		SuccessfulLimit:  c.count("spec.successfulJobsHistoryLimit", s.SuccessfulJobsHistoryLimit, defaultSuccessfulJobs),
		FailedLimit:      c.count("spec.failedJobsHistoryLimit", s.FailedJobsHistoryLimit, defaultFailedJobs),
		JobLabels:        s.JobTemplate.Labels,
		JobTemplate:      r.job(c, "spec.jobTemplate.spec", &s.JobTemplate.Spec),
	}
	c.want(len(o.Name) <= maxCronJobName, "metadata.name", "longer than %d characters", maxCronJobName)
	c.schedule("spec.schedule", s.Schedule)
	j.JobTemplate.Labels, j.JobTemplate.Annotations = s.JobTemplate.Labels, s.JobTemplate.Annotations
	if zone := s.TimeZone; zone != nil {
		j.TimeZone = *zone
		_, err := time.LoadLocation(*zone)
		c.want(err == nil && *zone != "" && !strings.EqualFold(*zone, "local"), "spec.timeZone", "unknown time zone %q", *zone)
	}
	if last := o.Status.LastScheduleTime; last != nil {
		j.Scheduled = true
		r.setLater(&j.LastSchedule, last.Time)
	}
	for _, ref := range o.Status.Active {
		j.Active = append(j.Active, cluster.NamespacedName{Namespace: ref.Namespace, Name: ref.Name})
	}
	r.add(c, j, &o.ObjectMeta)
}

// schedule checks a timetable of cron, as pkg/apis/batch/validation: validateScheduleFormat does with robfig/cron's
// standard parser (v1.36).
func (c *check) schedule(path, text string) {
	switch {
	case text == "":
		c.fail(path, "is missing")
	case strings.Contains(text, "TZ"):
		c.fail(path, "%q: a time zone is stated in spec.timeZone", text)
	case strings.HasPrefix(text, "@"):
		c.want(knownDescriptor(text), path, "%q is none of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @every <duration>", text)
	default:
		if err := checkCron(text); err != nil {
			c.fail(path, "%q: %v", text, err)
		}
	}
}

func knownDescriptor(text string) bool {
	switch text {
	case "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly":
		return true
	}
	span, every := strings.CutPrefix(text, "@every ")
	d, err := time.ParseDuration(span)
	return every && err == nil && d > 0
}

// cronField is one of the five fields of a timetable.
type cronField struct {
	name        string
	first, last int
	names       string // three letters each, for first, first+1, ...
}

var cronFields = []cronField{
	{"minute", 0, 59, ""},
	{"hour", 0, 23, ""},
	{"day of month", 1, 31, ""},
	{"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
	{"day of week", 0, 6, "sunmontuewedthufrisat"},
}

func checkCron(text string) error {
	parts := strings.Fields(text)
	if len(parts) != len(cronFields) {
		return fmt.Errorf("five fields are needed (minute, hour, day of month, month, day of week), found %d", len(parts))
	}
	for i, f := range cronFields {
		for _, item := range strings.Split(parts[i], ",") {
			if !f.accepts(item) {
				return fmt.Errorf("%s: %q is not a part of %d-%d", f.name, item, f.first, f.last)
			}
		}
	}
	return nil
}

// accepts tells whether an item is *, a number, a range, or one of those with a step.
func (f *cronField) accepts(item string) bool {
	span, step, stepped := strings.Cut(item, "/")
	if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1) {
		return false
	}
	if span == "*" || span == "?" {
		return true
	}
	low, high, isRange := strings.Cut(span, "-")
	if !isRange {
		high = low
	}
	first, ok := f.number(low)
	last, ok2 := f.number(high)
	return ok && ok2 && first >= f.first && last <= f.last && first <= last
}

func (f *cronField) number(text string) (int, bool) {
	if i := strings.Index(f.names, strings.ToLower(text)); len(text) == 3 && i >= 0 && i%3 == 0 {
		return f.first + i/3, true
	}
	n, err := strconv.ParseUint(text, 10, 16)
	return int(n), err == nil
}
