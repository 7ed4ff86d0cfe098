package cronjob

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// AnnotationScheduled holds the time for which a Job was made (k8s.io/api batch/v1: CronJobScheduledTimestampAnnotation, v0.36).
const AnnotationScheduled = "batch.kubernetes.io/cronjob-scheduled-timestamp"

// observation is what one sync of a CronJob sees.
type observation struct {
	now   sim.Time
	clock clock
	whole func(sim.Time) sim.Time
	cron  *cluster.CronJob
	jobs  []*cluster.Job
}

// plan is what one sync does, in this order.
type plan struct {
	remove    []*cluster.Job
	create    *cluster.Job // nil: none
	active    []cluster.NamespacedName
	last      sim.Time // with create: the time it is made for
	write     bool     // the status has changed
	again     time.Duration
	scheduled bool // again is valid
}

// calculation is one sync while it is worked out.
type calculation struct {
	observation
	plan
}

// calculate works out one sync (syncCronJob, v1.36.3).
func calculate(o observation) plan {
	c := &calculation{observation: o, plan: plan{active: slices.Clone(o.cron.Active)}}
	c.trim(complete, c.cron.SuccessfulLimit)
	c.trim(failed, c.cron.FailedLimit)
	c.forget()
	if !c.cron.Suspend {
		c.schedule()
	}
	return c.plan
}

// trim deletes the oldest Jobs of those that ended in a certain way, but for the last ones (removeOldestJobs, v1.36.3).
func (c *calculation) trim(end string, limit int) {
	var ended []*cluster.Job
	for _, j := range c.jobs {
		if endOf(j) == end {
			ended = append(ended, j)
		}
	}
	slices.SortFunc(ended, byStart)
	for _, j := range ended[:max(0, len(ended)-limit)] {
		c.delete(j)
	}
}

// The conditions of Jobs that have finished (k8s.io/api batch/v1: JobComplete and JobFailed, v0.36).
const (
	complete = "Complete"
	failed   = "Failed"
)

// endOf returns the condition in which a Job has finished, "" if it has not.
func endOf(j *cluster.Job) string {
	for _, condition := range j.Status.Conditions {
		if condition.Status && (condition.Type == complete || condition.Type == failed) {
			return condition.Type
		}
	}
	return ""
}

// byStart sorts Jobs by start, those that have not started last.
func byStart(i, j *cluster.Job) int {
	started := func(j *cluster.Job) int {
		if j.Status.Started {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(started(i), started(j)),
		cmp.Compare(i.Status.StartTime, j.Status.StartTime),
		cmp.Compare(i.Name, j.Name),
	)
}

func (c *calculation) delete(j *cluster.Job) {
	c.remove = append(c.remove, j)
	c.deactivate(j.NamespacedName)
	c.write = true
}

func (c *calculation) deactivate(name cluster.NamespacedName) {
	c.active = slices.DeleteFunc(c.active, func(a cluster.NamespacedName) bool { return a == name })
}

// forget takes Jobs off the list of active ones that have finished or are gone.
func (c *calculation) forget() {
	for _, name := range slices.Clone(c.active) {
		i := slices.IndexFunc(c.jobs, func(j *cluster.Job) bool { return j.NamespacedName == name })
		if i < 0 || endOf(c.jobs[i]) != "" {
			c.deactivate(name)
			c.write = true
		}
	}
}

// schedule makes the Job of the last time of the timetable, if that is due.
func (c *calculation) schedule() {
	timetable, err := Parse(c.cron.Schedule, c.cron.TimeZone)
	if err != nil {
		return
	}
	now, since := c.clock.wall(c.now), c.since()
	due, err := lastTime(c.afterDeadline(since, now), now, timetable)
	if err != nil {
		return
	}
	if !due.last.IsZero() && c.starts(due.last, now) {
		c.start(due.last)
		since = due.last
	}
	c.again, c.scheduled = untilNext(since, now, timetable), true
}

// since returns the time from which times of the timetable count.
func (c *calculation) since() time.Time {
	if c.cron.Scheduled {
		return c.clock.wall(c.cron.LastSchedule)
	}
	return c.clock.wall(c.whole(c.cron.CreatedAt))
}

// afterDeadline moves since to where startingDeadlineSeconds begins, if that is later.
func (c *calculation) afterDeadline(since, now time.Time) time.Time {
	if c.cron.StartingDeadline == nil {
		return since
	}
	if deadline := now.Add(-*c.cron.StartingDeadline); deadline.After(since) {
		return deadline
	}
	return since
}

// starts tells whether the Job of a time is to be made, and what has to go for it.
func (c *calculation) starts(at, now time.Time) bool {
	if d := c.cron.StartingDeadline; d != nil && at.Add(*d).Before(now) {
		return false
	}
	if slices.Contains(c.active, c.nameFor(at)) || c.cron.Scheduled && c.cron.LastSchedule == c.clock.run(at) {
		return false
	}
	switch c.cron.Concurrency {
	case "Forbid":
		return len(c.active) == 0
	case "Replace":
		for _, j := range c.jobs {
			if slices.Contains(c.active, j.NamespacedName) {
				c.delete(j)
			}
		}
	}
	return true
}

// nameFor returns the name of the Job of a time (getJobName, v1.36.3).
func (c *calculation) nameFor(at time.Time) cluster.NamespacedName {
	const secondsPerMinute = 60
	minutes := strconv.FormatInt(at.Unix()/secondsPerMinute, 10)
	return cluster.NamespacedName{Namespace: c.cron.Namespace, Name: c.cron.Name + "-" + minutes}
}

func (c *calculation) start(at time.Time) {
	c.create, c.last, c.write = c.newJob(at), c.clock.run(at), true
	c.active = append(c.active, c.create.NamespacedName)
}

// newJob returns the Job of a time (getJobFromTemplate2, v1.36.3).
func (c *calculation) newJob(at time.Time) *cluster.Job {
	j := *c.cron.JobTemplate
	annotations := map[string]string{}
	maps.Copy(annotations, c.cron.JobTemplate.Annotations)
	zone, err := time.LoadLocation(c.cron.TimeZone)
	if err != nil {
		panic("cronjob: a time zone that was parsed is unknown: " + c.cron.TimeZone)
	}
	annotations[AnnotationScheduled] = at.In(zone).Format(time.RFC3339)
	j.ObjectMeta = cluster.ObjectMeta{
		NamespacedName: c.nameFor(at), Generation: 1, Labels: c.cron.JobTemplate.Labels, Annotations: annotations,
		Owners: []cluster.OwnerReference{controller.Ref(c.cron)},
	}
	j.Status = cluster.JobStatus{}
	if j.Selector == nil {
		j.SelectOwnPods()
	}
	return &j
}
