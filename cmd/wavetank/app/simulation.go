package app

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/results/decisionlog"
	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller/hpa"
	"github.com/wavetank/wavetank/sim/eviction"
	"github.com/wavetank/wavetank/sim/fault"
	"github.com/wavetank/wavetank/sim/kubelet"
	"github.com/wavetank/wavetank/sim/load"
	"github.com/wavetank/wavetank/workloads"
)

// simulation is one scenario put together from its parts: the composition root.
type simulation struct {
	scenario *workloads.Scenario
	manifest *results.Manifest
	engine   *sim.Engine
	store    *cluster.Store
	feeder   *workloads.Feeder
	source   *workloads.Merge
	checker  *cluster.Checker // nil: invariants are not checked
	recorder *results.Recorder
	dir      string
	until    sim.Time
	cut      bool // until is not the scenario's own
	warnings []string
	metrics  hpa.Metrics   // what autoscalers read; nil: the cluster has no metrics API
	apps     *applications // nil: nothing is there to be reconciled
	load     *load.Load    // nil: likewise
	demand   demand
	evict    *eviction.API // nil until somebody needs it
	scaler   *scaler       // nil: nothing scales the nodes
	faults   *fault.Faults // nil: nothing goes wrong

	observers  []func(*results.ServiceInterval) // of how services fare
	components map[string][]fault.Pausable      // by name

	configurationText string // of the scheduler, as the log of decisions has it
}

// newSimulation builds the world of a scenario. Nothing has happened in it yet but the making of its nodes.
func (p *program) newSimulation(sc *workloads.Scenario, f *runFlags) (*simulation, error) {
	registry, paths, dir := p.registry, workloads.Paths{Traces: f.traces}, f.dir
	s := &simulation{scenario: sc, engine: sim.New(sc.Seed), dir: dir, until: sim.Never, cut: f.cutsShort(), observers: p.observers}
	if sc.Until > 0 {
		s.until = sim.Time(sc.Until)
	}
	s.store = cluster.NewStore(s.engine)
	schedulerConfig, policy, err := s.schedulerConfig(registry)
	if err != nil {
		return nil, err
	}
	if err = s.record(policy, p.watcher(f)); err != nil {
		return nil, err
	}
	s.apps, s.metrics = s.reconciled(f.strict), s.metricsAPI()
	if err = s.populate(schedulerConfig, paths, f.check, p.controllers); err == nil {
		s.manifest, err = newManifest(sc, paths)
	}
	if err == nil {
		err = s.manifestInputs()
	}
	if err != nil {
		s.close()
		return nil, sought(err, paths)
	}
	return s, nil
}

// sought adds to an error about a missing trace where it was looked for.
func sought(err error, paths workloads.Paths) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w (--traces is %s)", err, paths.Traces)
	}
	return err
}

// close lets go of the input files, and of the output that finish has not completed.
func (s *simulation) close() {
	if s.source != nil {
		_ = s.source.Close() // it was only read
	}
	s.demand.close()
	s.recorder.Discard()
}

// fail ends the run with an error that is not the input's fault.
func (s *simulation) fail(err error) { s.engine.Fail(&failure{err}) }

// record starts the recording: it has to see every change from the first on.
func (s *simulation) record(policy string, watch func(line []byte)) error {
	var err error
	r := s.scenario.Results
	s.recorder, err = results.NewRecorder(results.Config{
		Scenario: s.scenario.Name, Policy: policy, Seed: s.scenario.Seed, Dir: s.dir,
		Events: r.Events && s.dir != "", SampleEvery: sampleEvery(r.SampleEvery, s.dir), Fail: s.fail,
		Decisions: s.decisionLog(), Watch: watch,
	})
	if err != nil {
		return err
	}
	s.store.Observe(s.recorder.OnChange)
	if len(s.scenario.Load) > 0 {
		s.observers = append(s.observers, s.recorder.OnService)
	}
	return nil
}

// decisionLog returns the header of the log of decisions, nil if there is to be none.
func (s *simulation) decisionLog() *decisionlog.Header {
	level := s.scenario.Results.Decisions
	if s.dir == "" || level == workloads.DecisionsOff {
		return nil
	}
	return &decisionlog.Header{Full: level == workloads.DecisionsFull, Seed: s.scenario.Seed, Configuration: s.configurationText}
}

func sampleEvery(every time.Duration, dir string) time.Duration {
	if dir == "" {
		return 0
	}
	return every
}

// populate makes the components, then the nodes, then opens the workload.
func (s *simulation) populate(cfg scheduler.Config, paths workloads.Paths, check bool, list []namedController) error {
	if check {
		s.checker = cluster.NewChecker(s.store, cluster.Rules{Unsettled: s.hasLatency()})
		s.store.Observe(s.checkChange)
	}
	sched, err := scheduler.New(s.engine, s.store, cfg)
	if err != nil {
		return s.scenario.Errorf("scheduler", "%w", err)
	}
	sched.Observe(s.recorder.OnDecision)
	if s.scenario.Results.Decisions == workloads.DecisionsFull && s.dir != "" {
		sched.ObserveView(s.recorder.OnViewChange)
	}
	if err = s.autoscale(sched, cfg); err != nil {
		return err
	}
	s.pausable(sched, schedulerName, apiServerName)
	nodes := kubelet.New(s.engine, s.store, s.kubeletConfig())
	if s.apps != nil {
		s.startControllers(list)
		if err = s.apps.loadManifests(); err != nil {
			return err
		}
	}
	if err = s.scaler.start(); err != nil {
		return err
	}
	if err = s.scenario.BuildNodes(s.store, paths); err != nil {
		return err
	}
	if err = s.scriptFaults(nodes); err != nil {
		return err
	}
	if s.source, err = s.scenario.OpenWorkload(s.engine, paths); err != nil {
		return err
	}
	s.feeder = workloads.NewFeeder(s.engine, s.store, s.source)
	if s.apps == nil {
		return nil
	}
	if err = s.apps.schedule(); err != nil {
		return err
	}
	return s.startLoad(paths, nodes)
}

func (s *simulation) checkChange(*cluster.Change) {
	if err := s.checker.Err(); err != nil {
		s.fail(fmt.Errorf("at %v an invariant broke: %w", s.engine.Now(), err))
	}
}

// finish closes the recording. It returns the input's or the disk's error; an interrupted run has none.
func (s *simulation) finish(took time.Duration, runErr error) (*outcome, error) {
	if runErr != nil && !errors.Is(runErr, sim.ErrStopped) {
		return nil, s.blame(runErr)
	}
	if s.checker != nil {
		if err := s.checker.Final(); err != nil {
			return nil, &failure{fmt.Errorf("at the end an invariant is broken: %w", err)}
		}
	}
	if s.load != nil {
		s.load.Finish(s.engine.Now())
	}
	summary, err := s.recorder.Close(s.engine.Now(), results.Ending{
		Partial: s.partial(runErr), Stopped: s.engine.Pending() > 0, Events: s.engine.Events(), EventLogHash: s.engine.Hash(), StoreHash: s.store.Hash(),
		Manifest: s.manifest,
	})
	if err != nil {
		return nil, &failure{err}
	}
	wall := results.NewWallclock(summary, took, peakMemory())
	if s.dir != "" {
		if err = wall.Write(s.dir); err != nil {
			return nil, &failure{err}
		}
	}
	return &outcome{summary: summary, wall: wall}, nil
}

// blame names the scenario in an error of its workload.
func (s *simulation) blame(err error) error {
	var f *failure
	if errors.As(err, &f) {
		return err
	}
	return fmt.Errorf("%s: %w", s.scenario.File(), err)
}

// partial says why the run ended before its own end, "" if it did not. A scenario that says until when it lasts ends then;
// what cuts it short is the command line.
func (s *simulation) partial(runErr error) string {
	switch {
	case errors.Is(runErr, sim.ErrStopped):
		return results.PartialInterrupted
	case s.engine.Pending() > 0 && s.cut:
		return results.PartialUntil
	}
	return ""
}

// newManifest describes the run: the scenario with its defaults, and the checksums of the files it reads.
func newManifest(sc *workloads.Scenario, paths workloads.Paths) (*results.Manifest, error) {
	text, err := sc.Marshal()
	if err != nil {
		return nil, err
	}
	var tree yaml.Node
	if err = yaml.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	m := &results.Manifest{Version: Version, Seed: sc.Seed, Scenario: tree.Content[0]}
	for _, file := range sc.Inputs(paths) {
		if err = addInput(m, inputName(file, paths), file); err != nil {
			return nil, err
		}
	}
	if file := sc.ConfigPath(); file != "" {
		err = addInput(m, sc.Scheduler.Config, file)
	}
	return m, err
}

func addInput(m *results.Manifest, name, path string) error {
	input, err := results.HashInput(name, path)
	m.Inputs = append(m.Inputs, input)
	return err
}

// podsDone returns how many pods have come and gone, for the progress bar.
func (s *simulation) podsDone() int64 { return s.feeder.Submitted() - int64(s.feeder.Live()) }

// expectedPods returns how many pods the scenario says there will be, -1 if it does not.
func (s *simulation) expectedPods() int64 {
	var total int64
	if s.apps != nil {
		return -1
	}
	for _, w := range s.scenario.Workload {
		if w.Synthetic == nil || w.Synthetic.Count == 0 {
			return -1
		}
		total += w.Synthetic.Count
	}
	return total
}
