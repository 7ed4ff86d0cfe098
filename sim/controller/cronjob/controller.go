package cronjob

import (
	"errors"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// ReasonStatus is the reason of the controller's writes of a status.
const ReasonStatus cluster.Reason = "CronJobStatus"

// reconciler is the CronJob controller.
type reconciler struct {
	store *cluster.Store
	epoch time.Time
	self  *controller.Controller
}

// New returns the controller of all CronJobs of the store; it must be made before the first write to the store. Epoch is the
// wall clock at time 0 of the run, by the whole second; the zero value stands for DefaultEpoch.
func New(engine *sim.Engine, store *cluster.Store, epoch time.Time, opts controller.Options) *controller.Controller {
	r := &reconciler{store: store, epoch: epoch}
	r.self = controller.New("cronjob", engine, store, r, opts)
	r.self.Watch(r.heardCron, cluster.KindCronJob)
	r.self.Watch(controller.OwnerOf(cluster.KindCronJob), cluster.KindJob)
	return r.self
}

// heardCron has a CronJob looked at now, or, if its timetable changed, at the next time of the new one
// (updateCronJob, v1.36.3).
func (r *reconciler) heardCron(c *cluster.Change) []cluster.NamespacedName {
	before, _ := c.Old.(*cluster.CronJob)
	after, _ := c.New.(*cluster.CronJob)
	if before == nil || after == nil || before.Schedule == after.Schedule && before.TimeZone == after.TimeZone {
		return controller.Itself(c)
	}
	if timetable, err := Parse(after.Schedule, after.TimeZone); err == nil {
		o := calculation{observation: r.observe(r.store.Now(), after)}
		r.self.EnqueueAfter(after.NamespacedName, untilNext(o.since(), o.clock.wall(o.now), timetable))
	}
	return nil
}

func (r *reconciler) observe(now sim.Time, cron *cluster.CronJob) observation {
	o := observation{now: now, clock: newClock(r.epoch, r.store), whole: r.store.WholeSecond, cron: cron}
	for _, owned := range r.store.Owned(cron.UID) {
		if j, ok := owned.(*cluster.Job); ok {
			o.jobs = append(o.jobs, j)
		}
	}
	return o
}

// Reconcile implements controller.Reconciler.
func (r *reconciler) Reconcile(now sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	cron, _ := r.store.Get(cluster.KindCronJob, name).(*cluster.CronJob)
	if cron == nil || cron.Deleting {
		return controller.Result{}, nil
	}
	p := calculate(r.observe(now, cron))
	for _, j := range p.remove {
		calls.Do(r.self.Recorded(cron.UID, func(s *cluster.Store) error {
			return controller.IgnoreGone(s.Delete(cluster.KeyOf(j), cluster.ReasonCleanedUp))
		}))
	}
	if p.create != nil {
		calls.Do(r.self.Recorded(cron.UID, create(cron, p.create)))
	}
	if p.write {
		calls.Do(writeStatus(cron, &p))
	}
	if !p.scheduled {
		return controller.Result{}, nil
	}
	return controller.Result{RequeueAfter: p.again}, nil
}

// create is the call that makes a Job. One of the CronJob's own that exists already will do.
func create(cron *cluster.CronJob, j *cluster.Job) controller.Call {
	return func(s *cluster.Store) error {
		err := s.Create(j, cluster.ReasonCreated)
		if errors.Is(err, cluster.ErrAlreadyExists) {
			ref := s.Get(cluster.KindJob, j.NamespacedName).Meta().ControllerRef()
			if ref != nil && ref.UID == cron.UID {
				return nil
			}
		}
		return err
	}
}

func writeStatus(cron *cluster.CronJob, p *plan) controller.Call {
	return func(s *cluster.Store) error {
		return controller.IgnoreGone(cluster.Edit(s, cluster.KeyOf(cron), ReasonStatus, func(c *cluster.CronJob) {
			c.Active = p.active
			if p.create != nil {
				c.LastSchedule, c.Scheduled = p.last, true
			}
		}))
	}
}
