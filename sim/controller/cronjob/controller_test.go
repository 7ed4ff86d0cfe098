package cronjob_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/controllertest"
	"github.com/wavetank/wavetank/sim/controller/cronjob"
	"github.com/wavetank/wavetank/sim/controller/job"
)

// epoch is 11:55:00 UTC on a Monday; noon is 28553040 minutes after the begin of 1970.
var epoch = time.Date(2024, time.April, 15, 11, 55, 0, 0, time.UTC)

// newCron returns a CronJob of one pod every five minutes.
func newCron() *cluster.CronJob {
	one := 1
	return &cluster.CronJob{
		ObjectMeta: controllertest.Meta("default", "tick"), Schedule: "*/5 * * * *", Concurrency: "Allow",
		SuccessfulLimit: 3, FailedLimit: 1,
		JobTemplate: &cluster.Job{Parallelism: 1, Completions: &one, ReplaceTerminating: true, Template: controllertest.Template("tick"),
			ObjectMeta: cluster.ObjectMeta{Labels: cluster.Labels{"team": "a"}, Annotations: map[string]string{"note": "b"}}},
	}
}

// newWorld returns a cluster whose pods run for a time and end with an exit code.
func newWorld(t controllertest.T, run time.Duration, exit int32) *controllertest.Cluster {
	c := controllertest.New(t, 2)
	c.Finish = func(*cluster.Pod) controllertest.End { return controllertest.End{After: run, Exit: exit} }
	job.New(c.Engine, c.Store, controller.Options{})
	cronjob.New(c.Engine, c.Store, epoch, controller.Options{})
	return c
}

// made returns the Jobs made, as seconds of the run and by name.
func made(c *controllertest.Cluster) (at *[]float64, names *[]string) {
	at, names = &[]float64{}, &[]string{}
	c.Store.Observe(func(change *cluster.Change) {
		if j, ok := change.New.(*cluster.Job); ok && change.Verb == cluster.Added {
			*at, *names = append(*at, change.At.Seconds()), append(*names, j.Name)
		}
	})
	return at, names
}

func jobs(c *controllertest.Cluster) []*cluster.Job {
	var all []*cluster.Job
	for _, o := range c.Store.List(cluster.KindJob) {
		all = append(all, o.(*cluster.Job))
	}
	return all
}

// TestTimetable: a Job 100 ms after each time of the timetable, named by it; the oldest finished ones go.
func TestTimetable(t *testing.T) {
	c := newWorld(t, 10*time.Second, 0)
	at, names := made(c)
	cron := newCron()
	c.Create(cron)
	c.Run(26 * time.Minute)
	require.Equal(t, []float64{300.1, 600.1, 900.1, 1200.1, 1500.1}, *at)
	require.Equal(t, []string{"tick-28553040", "tick-28553045", "tick-28553050", "tick-28553055", "tick-28553060"}, *names)
	require.Len(t, jobs(c), 3, "the history")
	j := jobs(c)[0]
	require.Equal(t, "tick-28553050", j.Name)
	require.Equal(t, map[string]string{"note": "b", cronjob.AnnotationScheduled: "2024-04-15T12:10:00Z"}, j.Annotations)
	require.Equal(t, cluster.Labels{"team": "a"}, j.Labels)
	require.Equal(t, "tick-28553050", j.Template.Labels[cluster.LabelJobName])
	now := controllertest.Get(c, cron)
	require.Empty(t, now.Active)
	require.True(t, now.Scheduled)
	require.Equal(t, 1500.0, now.LastSchedule.Seconds())
}

// TestConcurrency: Jobs run for twelve minutes and are to start every five.
func TestConcurrency(t *testing.T) {
	for policy, want := range map[string]struct {
		at     []float64
		active int
	}{
		"Allow":   {[]float64{300.1, 600.1, 900.1, 1200.1, 1500.1}, 3},
		"Replace": {[]float64{300.1, 600.1, 900.1, 1200.1, 1500.1}, 1},
		// The one of 12:05 (the 600th second) is passed over: 12:10 is the last time when the first Job ends.
		"Forbid": {[]float64{300.1, 1021.1}, 1},
	} {
		t.Run(policy, func(t *testing.T) {
			c := newWorld(t, 12*time.Minute, 0)
			at, _ := made(c)
			cron := newCron()
			cron.Concurrency = policy
			c.Create(cron)
			c.Run(26 * time.Minute)
			require.Equal(t, want.at, *at)
			require.Len(t, controllertest.Get(c, cron).Active, want.active)
		})
	}
}

// TestStartingDeadline: a Job that could not be made in time is not made later.
func TestStartingDeadline(t *testing.T) {
	c := newWorld(t, 12*time.Minute, 0)
	at, _ := made(c)
	cron, deadline := newCron(), time.Minute
	cron.Concurrency, cron.StartingDeadline = "Forbid", &deadline
	c.Create(cron)
	c.Run(26 * time.Minute)
	require.Equal(t, []float64{300.1, 1200.1}, *at)
}

// TestSuspend: no Jobs meanwhile; what was missed last is made up for at once, unless it is too late.
func TestSuspend(t *testing.T) {
	second := time.Second
	for name, c := range map[string]struct {
		deadline *time.Duration
		want     []float64
	}{
		"made up for": {nil, []float64{300.1, 1000, 1200.1}},
		"too late":    {&second, []float64{300.1, 1200.1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, time.Second, 0)
			at, _ := made(w)
			cron := newCron()
			cron.StartingDeadline = c.deadline
			w.Create(cron)
			suspend := func(on bool) func() {
				return func() { controllertest.Edit(w, cron, func(c *cluster.CronJob) { c.Suspend = on }) }
			}
			w.At(400*time.Second, suspend(true))
			w.At(1000*time.Second, suspend(false))
			w.Run(24 * time.Minute)
			require.Equal(t, c.want, *at)
		})
	}
}

// TestFailedHistory: failed Jobs have a limit of their own.
func TestFailedHistory(t *testing.T) {
	c := newWorld(t, time.Second, 1)
	cron := newCron()
	c.Create(cron)
	c.Run(26 * time.Minute)
	require.Len(t, jobs(c), 1)
	require.Equal(t, job.Failed, jobs(c)[0].Status.Conditions[1].Type)
}

// TestTimeZone: noon in New York is 16:00 UTC in April.
func TestTimeZone(t *testing.T) {
	c := newWorld(t, time.Second, 0)
	at, _ := made(c)
	cron := newCron()
	cron.Schedule, cron.TimeZone = "0 12 * * *", "America/New_York"
	c.Create(cron)
	c.Run(24 * time.Hour)
	require.Equal(t, []float64{4*3600 + 300 + 0.1}, *at)
	require.Equal(t, "2024-04-15T12:00:00-04:00", jobs(c)[0].Annotations[cronjob.AnnotationScheduled])
}

// TestChanges: a changed timetable counts from then on; one that cannot be read makes no Jobs until it is changed again.
func TestChanges(t *testing.T) {
	c := newWorld(t, time.Second, 0)
	at, _ := made(c)
	cron := newCron()
	c.Create(cron)
	timetable := func(text string) func() {
		return func() { controllertest.Edit(c, cron, func(c *cluster.CronJob) { c.Schedule = text }) }
	}
	c.At(310*time.Second, timetable("*/2 * * * *"))
	c.At(500*time.Second, timetable("every now and then"))
	c.At(1000*time.Second, timetable("0 * * * *"))
	c.Run(2 * time.Hour)
	require.Equal(t, []float64{300.1, 420.1, 3900.1}, *at)
}

// TestGone: a CronJob that is deleted makes no more Jobs, and a Job that is deleted is active no more.
func TestGone(t *testing.T) {
	c := newWorld(t, time.Hour, 0)
	at, _ := made(c)
	cron := newCron()
	c.Create(cron)
	c.Run(301 * time.Second)
	require.Len(t, controllertest.Get(c, cron).Active, 1)
	require.NoError(t, c.Store.Delete(cluster.KeyOf(jobs(c)[0]), cluster.ReasonDeleted))
	c.Run(302 * time.Second)
	require.Empty(t, controllertest.Get(c, cron).Active)
	require.NoError(t, c.Store.Delete(cluster.KeyOf(cron), cluster.ReasonDeleted))
	c.Run(time.Hour)
	require.Len(t, *at, 1)
}
