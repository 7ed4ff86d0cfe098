package job

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// reconciler is the Job controller.
type reconciler struct {
	store    *cluster.Store
	names    *controller.Names
	self     *controller.Controller
	backoffs map[cluster.NamespacedName]backoff
	kept     map[cluster.UID][]*cluster.Pod // by Job: pods that are gone and not counted yet
}

// New returns the Job controller; it also deletes finished Jobs whose ttlSecondsAfterFinished has passed.
func New(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
	r := &reconciler{
		store: store, names: controller.NewNames(engine),
		backoffs: map[cluster.NamespacedName]backoff{}, kept: map[cluster.UID][]*cluster.Pod{},
	}
	if opts.FirstBackoff == 0 {
		opts.FirstBackoff, opts.MostBackoff = firstRetry, mostRetry
	}
	r.self = controller.New("job", engine, store, r, opts)
	store.Observe(r.keep)
	r.self.Watch(r.heardJob, cluster.KindJob)
	owner := controller.OwnerOf(cluster.KindJob)
	r.self.Watch(func(c *cluster.Change) []cluster.NamespacedName { return r.batched(owner(c)) }, cluster.KindPod)
	return r.self
}

// batched has names looked at after SyncPeriod, and returns none to be looked at now.
func (r *reconciler) batched(names []cluster.NamespacedName) []cluster.NamespacedName {
	for _, name := range names {
		r.self.EnqueueAfter(name, SyncPeriod)
	}
	return nil
}

// heardJob has a Job looked at now if its spec changed or it finished, and later if only its status changed.
func (r *reconciler) heardJob(c *cluster.Change) []cluster.NamespacedName {
	names := controller.Itself(c)
	if c.Verb == cluster.Modified && c.Old.Meta().Generation == c.New.Meta().Generation && !Finished(c.New.(*cluster.Job)) {
		return r.batched(names)
	}
	return names
}

// keep keeps the last version of a pod that goes before it is counted, as a finalizer would. It was deleted, and has failed
// if it had not ended.
func (r *reconciler) keep(c *cluster.Change) {
	if c.Verb != cluster.Deleted {
		return
	}
	if c.Old.Kind() == cluster.KindJob {
		delete(r.kept, c.Old.Meta().UID)
		return
	}
	p, _ := c.Old.(*cluster.Pod)
	if p == nil || !p.Tracked || p.ControllerRef() == nil {
		return
	}
	ref := p.ControllerRef()
	j, _ := r.store.Get(cluster.KindJob, cluster.NamespacedName{Namespace: p.Namespace, Name: ref.Name}).(*cluster.Job)
	if j == nil || j.UID != ref.UID {
		return
	}
	last := *p
	last.Deleting = true
	if !last.Terminal() {
		last.Status.Phase, last.Status.Ready, last.Status.FinishedAt = cluster.Failed, false, c.At
	}
	r.kept[j.UID] = append(r.kept[j.UID], &last)
}

// Reconcile implements controller.Reconciler.
func (r *reconciler) Reconcile(now sim.Time, name cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	j, _ := r.store.Get(cluster.KindJob, name).(*cluster.Job)
	if j == nil || Finished(j) {
		delete(r.backoffs, name)
	}
	if j == nil {
		return controller.Result{}, nil
	}
	if Finished(j) {
		return r.expire(now, j, calls), nil
	}
	p := calculate(observation{now: now, whole: r.store.WholeSecond, job: j, pods: r.podsOf(j.UID), known: r.backoffs[name]})
	if p.again > 0 {
		r.self.EnqueueAfter(name, p.again)
	}
	r.act(j, &p, calls)
	return controller.Result{}, nil
}

// expire deletes a finished Job when its time has come
// (pkg/controller/ttlafterfinished/ttlafterfinished_controller.go, v1.36.3).
func (r *reconciler) expire(now sim.Time, j *cluster.Job, calls *controller.Calls) controller.Result {
	if j.TTLAfterFinished == nil {
		return controller.Result{}
	}
	left := finishedAs(&j.Status).LastTransitionTime.Add(*j.TTLAfterFinished).Sub(now)
	if left > 0 {
		return controller.Result{RequeueAfter: left}
	}
	calls.Do(func(s *cluster.Store) error {
		return controller.IgnoreGone(s.Delete(cluster.KeyOf(j), cluster.ReasonCleanedUp))
	})
	return controller.Result{}
}

// podsOf returns the pods of a Job in order of creation, with those that are kept.
func (r *reconciler) podsOf(job cluster.UID) []*cluster.Pod {
	pods := append(r.store.OwnedPods(job), r.kept[job]...)
	slices.SortFunc(pods, func(p, q *cluster.Pod) int { return cmp.Compare(p.UID, q.UID) })
	return pods
}

// act asks for the calls of a plan. What is written of active pods depends on how many could be made.
func (r *reconciler) act(j *cluster.Job, p *plan, calls *controller.Calls) {
	calls.Together(r.releases(j, p.remove)...)
	calls.Together(r.deletions(j, p.remove)...)
	calls.Together(r.deletions(j, p.stop)...)
	missing := len(p.create)
	calls.SlowStart(r.creations(j, p.create, &missing))
	if p.first != nil {
		calls.Finally(func(s *cluster.Store) error {
			r.backoffs[j.NamespacedName] = p.backoff
			return writeStatus(s, j, p.first, missing)
		})
	}
	calls.Finally(r.releases(j, p.release)...)
	if p.second != nil {
		write := controller.Call(func(s *cluster.Store) error { return writeStatus(s, j, p.second, missing) })
		if finishedAs(p.second) != nil {
			write = r.self.Recorded(j.UID, write)
		}
		calls.Finally(write)
	}
}

func (r *reconciler) deletions(j *cluster.Job, pods []*cluster.Pod) []controller.Call {
	calls := make([]controller.Call, len(pods))
	for i, p := range pods {
		calls[i] = r.self.Recorded(j.UID, controller.DeletePod(cluster.KeyOf(p)))
	}
	return calls
}

// releases are the calls after which pods are tracked no more.
func (r *reconciler) releases(j *cluster.Job, pods []*cluster.Pod) []controller.Call {
	calls := make([]controller.Call, len(pods))
	for i, p := range pods {
		calls[i] = func(s *cluster.Store) error {
			r.kept[j.UID] = slices.DeleteFunc(r.kept[j.UID], withUID(p.UID))
			if len(r.kept[j.UID]) == 0 {
				delete(r.kept, j.UID)
			}
			return controller.IgnoreGone(s.EditPod(cluster.KeyOf(p), cluster.ReasonUpdated, func(p *cluster.Pod) { p.Tracked = false }))
		}
	}
	return calls
}

func writeStatus(s *cluster.Store, j *cluster.Job, status *cluster.JobStatus, missing int) error {
	return controller.IgnoreGone(cluster.Edit(s, cluster.KeyOf(j), cluster.ReasonUpdated, func(j *cluster.Job) {
		j.Status = *status
		j.Status.Active -= missing
	}))
}

// creations are the calls that make pods; missing counts down with each that was made.
func (r *reconciler) creations(j *cluster.Job, create []creation, missing *int) []controller.Call {
	calls := make([]controller.Call, len(create))
	for i, made := range create {
		calls[i] = r.self.Recorded(j.UID, func(s *cluster.Store) error {
			if err := s.Create(r.newPod(j, made), cluster.ReasonCreated); err != nil {
				return err
			}
			*missing--
			return nil
		})
	}
	return calls
}

func (r *reconciler) newPod(j *cluster.Job, made creation) *cluster.Pod {
	template, prefix := j.Template, j.Name+"-"
	if made.index != noIndex {
		template = indexed(j, made)
		prefix += strconv.Itoa(made.index) + "-"
	}
	pod := controller.NewPod(template, j, r.names.Pod(r.store, j.Namespace, prefix))
	pod.Tracked = true
	return pod
}

// indexed returns the Job's template with what pods know of their index.
func indexed(j *cluster.Job, made creation) *cluster.PodTemplate {
	t := &cluster.PodTemplate{Labels: extend(j.Template.Labels), Annotations: extend(j.Template.Annotations), Spec: j.Template.Spec}
	index := strconv.Itoa(made.index)
	t.Labels[AnnotationIndex], t.Annotations[AnnotationIndex] = index, index
	if j.BackoffLimitPerIndex != nil {
		t.Annotations[AnnotationFailures] = strconv.Itoa(made.failures)
		if made.ignored > 0 {
			t.Annotations[AnnotationIgnoredFailures] = strconv.Itoa(made.ignored)
		}
	}
	return t
}

// extend returns a copy of m to write to.
func extend[M ~map[string]string](m M) M {
	if m == nil {
		return M{}
	}
	return maps.Clone(m)
}
