package app

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/cronjob"
	"github.com/wavetank/wavetank/sim/controller/daemonset"
	"github.com/wavetank/wavetank/sim/controller/deployment"
	"github.com/wavetank/wavetank/sim/controller/disruption"
	"github.com/wavetank/wavetank/sim/controller/garbage"
	"github.com/wavetank/wavetank/sim/controller/job"
	"github.com/wavetank/wavetank/sim/controller/replicaset"
	"github.com/wavetank/wavetank/sim/controller/statefulset"
	"github.com/wavetank/wavetank/workloads/actions"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// ControllerFactory makes a controller. It is called before the first write to the store.
type ControllerFactory func(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller

// namedController is one that runs in scenarios with objects to be reconciled.
type namedController struct {
	name       string
	make       ControllerFactory
	configured func(settings) ControllerFactory // where make is nil
}

// controllers are those of kube-controller-manager that are modelled, in the order in which they hear of one instant's news.
func controllers() []namedController {
	return append([]namedController{
		{name: "deployment", make: deployment.New}, {name: "replicaset", make: replicaset.New},
		{name: "statefulset", make: statefulset.New}, {name: "daemonset", make: daemonset.New},
		{name: "job", make: job.New}, {name: "cronjob", make: newCronJob}, {name: "disruption", make: disruption.New},
		{name: "garbage", make: garbage.New}, {name: "horizontalpodautoscaler", configured: newAutoscaler},
	}, nodeControllers()...)
}

func newCronJob(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
	return cronjob.New(engine, store, time.Time{}, opts)
}

// WithController adds a controller, which runs beside those of kube-controller-manager in every scenario with manifests or
// actions. A name that is taken replaces the controller of that name.
func WithController(name string, factory ControllerFactory) Option {
	return func(p *program) {
		for i := range p.controllers {
			if p.controllers[i].name == name {
				p.controllers[i].make = factory
				return
			}
		}
		p.controllers = append(p.controllers, namedController{name: name, make: factory})
	}
}

// applications is what a scenario with manifests or actions has beside the others.
type applications struct {
	s         *simulation
	opts      manifest.Options
	timetable *actions.Timetable
	warned    map[string]bool
	services  []cluster.NamespacedName // of the manifests that were read
}

// startControllers makes admission and the controllers, which have to see every write.
func (s *simulation) startControllers(list []namedController) {
	with := settings{flags: s.scenario.Flags, metrics: s.metrics}
	attachAdmission(s.store, with.flags)
	l := s.scenario.Latency
	for _, c := range list {
		s.pausable(c.made(with)(s.engine, s.store, limited(controller.Options{
			QPS: l.QPS, Burst: l.Burst,
			WatchLatency: cluster.Latency(s.stream("latency/watch/"+c.name, l.Watch)),
			CallLatency:  s.stream("latency/call/"+c.name, l.Call),
		}, with.flags)), c.name, controllerManagerName, apiServerName)
	}
}

// loadManifests puts the cluster's objects into the store.
func (a *applications) loadManifests() error {
	for i, c := range a.s.scenario.Cluster {
		if len(c.Manifests) == 0 {
			continue
		}
		set, err := a.read(c.Manifests)
		if err == nil {
			err = manifest.Load(set, a.s.store)
		}
		if err != nil {
			return a.s.scenario.Errorf(fmt.Sprintf("cluster[%d].manifests", i), "%w", err)
		}
	}
	return nil
}

// read reads files as one group, and keeps its warnings. Classes that it brings are known to the groups after it.
func (a *applications) read(files []string) (*manifest.Set, error) {
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = a.s.scenario.Beside(f)
	}
	set, err := a.opts.ReadFiles(paths...)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New(err.Error()) // cut off: it is no trace that is missing
	}
	if err != nil {
		return nil, err
	}
	for _, w := range set.Warnings {
		if !a.warned[w] {
			a.warned[w] = true
			a.s.warnings = append(a.s.warnings, w)
		}
	}
	for _, o := range set.Objects {
		if class, ok := o.(*cluster.PriorityClass); ok {
			a.opts.Classes = append(a.opts.Classes, class)
		}
		if o.Kind() == cluster.KindService {
			a.services = append(a.services, o.Meta().NamespacedName)
		}
	}
	return set, a.checkEnd(set)
}

// checkEnd refuses what makes a run without end, and autoscalers that cannot work.
func (a *applications) checkEnd(set *manifest.Set) error {
	for _, o := range set.Objects {
		if c, ok := o.(*cluster.CronJob); ok && !c.Suspend && a.s.scenario.Until == 0 {
			return fmt.Errorf("until is missing: CronJob %v never ends", c.NamespacedName)
		}
		if h, ok := o.(*cluster.HorizontalPodAutoscaler); ok {
			if err := a.checkAutoscaler(h); err != nil {
				return err
			}
		}
	}
	return nil
}

// schedule reads all manifests that are to be applied, so that a mistake in them is found before the run, and puts them
// and the actions on the timetable.
func (a *applications) schedule() error {
	sc := a.s.scenario
	for i, w := range sc.Workload {
		if len(w.Manifests) == 0 {
			continue
		}
		set, err := a.read(w.Manifests)
		if err != nil {
			return sc.Errorf(fmt.Sprintf("workload[%d].manifests", i), "%w", err)
		}
		a.s.engine.At(sim.Time(w.At), sim.PhaseArrive, &applied{a, set, i})
	}
	for i, act := range sc.Actions {
		if act.Every > 0 && sc.Until == 0 {
			return sc.Errorf(fmt.Sprintf("actions[%d].every", i), "until is missing: this never ends")
		}
		if len(act.Files) > 0 {
			if _, err := a.read(act.Files); err != nil {
				return sc.Errorf(fmt.Sprintf("actions[%d].apply", i), "%w", err)
			}
		}
	}
	cfg := actions.Config{
		Engine: a.s.engine, Store: a.s.store, Apply: a.apply, Undo: undo,
		Evict: a.s.evictions().Evict, CallLatency: a.s.stream("latency/call/drain", sc.Latency.Call),
	}
	if a.s.faults != nil {
		cfg.Power = a.s.faults.Power
	}
	a.timetable = actions.Schedule(cfg, sc.Actions)
	if sc.Until == 0 {
		a.s.engine.Observe(a.guard)
	}
	return nil
}

func (a *applications) apply(files []string) error {
	set, err := a.read(files)
	if err != nil {
		return err
	}
	return manifest.Apply(set, a.s.store)
}

func undo(store *cluster.Store, name cluster.NamespacedName, revision int64) error {
	return deployment.Undo(name, revision)(store)
}

// applied is the arrival of a workload's manifests.
type applied struct {
	a   *applications
	set *manifest.Set
	i   int
}

// Fire implements sim.Event. What admission refuses ends the run: an experiment without its workload is none.
func (m *applied) Fire(sim.Time) {
	if err := manifest.Apply(m.set, m.a.s.store); err != nil {
		m.a.s.engine.Fail(fmt.Errorf("workload[%d].manifests: %w", m.i, err))
	}
}

// String names the event in the log.
func (m *applied) String() string { return "apply manifests" }

// longest is how long a run without until may take before it is taken for one without end.
const longest = sim.Time(30 * 24 * time.Hour)

// guard ends a run without until that does not end.
func (a *applications) guard(now sim.Time, ev sim.Event) {
	if now > longest {
		a.s.engine.Fail(fmt.Errorf("until is missing: after %v something still happens: %v", longest, ev))
	}
}

// failures are the actions that could not be carried out, and what is to be said of faults and of the load, as warnings.
func (s *simulation) failures() []string {
	list := s.faultWarnings()
	if s.load != nil {
		list = append(list, s.load.Notes()...)
	}
	if s.apps == nil || s.apps.timetable == nil {
		return list
	}
	for _, f := range s.apps.timetable.Failures() {
		list = append(list, f.String())
	}
	return list
}

// reconciled returns what a scenario with manifests or actions has; nil for all others.
func (s *simulation) reconciled(strict bool) *applications {
	if !s.scenario.Reconciled() {
		return nil
	}
	return &applications{s: s, opts: manifest.Options{Strict: strict}, warned: map[string]bool{}}
}

// manifestInputs adds the checksums of the manifests to the description of the run.
func (s *simulation) manifestInputs() error {
	for _, f := range s.scenario.Manifests() {
		if err := addInput(s.manifest, f, s.scenario.Beside(f)); err != nil {
			return err
		}
	}
	return nil
}
