package simtest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// Run runs all scripts (*.txt) of a folder. Each gets a scheduler of its own configuration; a nil configure stands for
// FirstFit.
func Run(t *testing.T, folder string, configure func() scheduler.Config) {
	if configure == nil {
		configure = firstFitConfig
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no script in %s", folder)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { runFile(t, file, configure) })
	}
}

func runFile(t *testing.T, file string, configure func() scheduler.Config) {
	e := &env{configure: configure}
	datadriven.RunTest(t, file, func(t *testing.T, td *datadriven.TestData) string {
		out, err := e.do(td)
		if err != nil {
			td.Fatalf(t, "%v", err)
		}
		return out
	})
}

func firstFitConfig() scheduler.Config {
	return scheduler.Config{Algorithms: map[string]framework.Algorithm{cluster.DefaultScheduler: FirstFit{}}}
}

// env is the world of one script.
type env struct {
	configure func() scheduler.Config
	engine    *sim.Engine
	store     *cluster.Store
	scheduler *scheduler.Scheduler
	faults    *fault.Faults
	rules     cluster.Rules
	checker   *cluster.Checker
	log       strings.Builder
	settled   sim.Time // instants before it were checked
}

// do runs one command and returns what it prints.
func (e *env) do(td *datadriven.TestData) (string, error) {
	if td.Cmd == "cluster" {
		return "", e.cluster(td)
	}
	if e.engine == nil {
		return "", fmt.Errorf("the first command must be cluster")
	}
	switch td.Cmd {
	case "run":
		return e.run(td)
	case "state":
		return e.state(), nil
	case "assert":
		return e.assert(td)
	}
	command := commands[td.Cmd]
	if command == nil {
		return "", fmt.Errorf("unknown command %q", td.Cmd)
	}
	return "", command(e, td)
}

// cluster makes a new world.
func (e *env) cluster(td *datadriven.TestData) error {
	f, err := arguments(td)
	if err != nil {
		return err
	}
	e.log.Reset()
	e.settled = 0
	e.engine = sim.New(uint64(f.int("seed", 1)))
	e.store = cluster.NewStore(e.engine)
	kc := kubelet.Config{WatchLatency: constant(f, "kubelet-latency"), Pull: ofPod(f, "pull"), Start: ofPod(f, "start"), Stop: ofPod(f, "stop")}
	sc := e.configure()
	sc.WatchLatency, sc.BindLatency, sc.CycleTime = constant(f, "watch-latency"), constant(f, "bind-latency"), constant(f, "cycle")
	if err = f.rest(); err != nil {
		return err
	}
	e.rules = cluster.Rules{Unsettled: kc.WatchLatency != nil || sc.WatchLatency != nil}
	e.checker = cluster.NewChecker(e.store, e.rules)
	e.faults = fault.New(e.engine, e.store, fault.Config{Plain: true})
	kubelet.New(e.engine, e.store, kc)
	if e.scheduler, err = scheduler.New(e.engine, e.store, sc); err != nil {
		return err
	}
	if err = e.createNodes(td.Input); err != nil {
		return err
	}
	e.store.Observe(func(c *cluster.Change) { e.log.WriteString(changeLine(c)) })
	e.scheduler.Observe(func(d *framework.Decision) { e.log.WriteString(decisionLine(d)) })
	e.engine.Observe(e.instantOver)
	return nil
}

func (e *env) createNodes(input string) error {
	for text := range strings.Lines(input) {
		n, err := parseNode(text)
		if err != nil {
			return err
		}
		if err = e.store.Create(n, cluster.ReasonCreated); err != nil {
			return err
		}
	}
	return nil
}

// constant returns a latency that is always the same, nil where the field is not given.
func constant(f *fields, key string) func() time.Duration {
	d := f.duration(key, 0)
	if d == 0 {
		return nil
	}
	return func() time.Duration { return d }
}

func ofPod(f *fields, key string) func(*cluster.Pod) time.Duration {
	d := f.duration(key, 0)
	if d == 0 {
		return nil
	}
	return func(*cluster.Pod) time.Duration { return d }
}

// instantOver is called before each event; the first of an instant finds the one before it settled.
func (e *env) instantOver(now sim.Time, _ sim.Event) {
	if now != e.settled {
		e.engine.Fail(e.check())
		e.settled = now
	}
}

// check holds the invariants against the settled state, and the two ways of counting against each other.
func (e *env) check() error {
	full, kept := e.store.CheckRules(e.rules), e.checker.Settle()
	if full != nil {
		return full
	}
	return kept
}

func (e *env) run(td *datadriven.TestData) (string, error) {
	f, err := arguments(td)
	if err != nil {
		return "", err
	}
	until := sim.Time(f.duration("until", time.Duration(sim.Never)))
	if d := f.duration("for", 0); d > 0 {
		until = e.engine.Now().Add(d)
	}
	only := f.string("only", "")
	if err = f.rest(); err != nil {
		return "", err
	}
	if err = e.engine.Run(until); err != nil {
		return "", err
	}
	if err = e.checker.Final(); err != nil {
		return "", err
	}
	e.settled = e.engine.Now() // what the next commands do is not over yet
	out := linesAbout(only, e.log.String())
	e.log.Reset()
	return out, e.check()
}

// linesAbout returns the lines that name an object, all of them if it is "".
func linesAbout(object, lines string) string {
	if object == "" {
		return lines
	}
	var b strings.Builder
	for text := range strings.Lines(lines) {
		if strings.Fields(text)[1] == object {
			b.WriteString(text)
		}
	}
	return b.String()
}

func (e *env) state() string {
	var b strings.Builder
	nodes := map[string]*cluster.NodeInfo{}
	for _, o := range e.store.List(cluster.KindNode) {
		nodes[o.Meta().Name] = cluster.NewNodeInfo(o.(*cluster.Node))
	}
	for _, o := range e.store.List(cluster.KindPod) {
		if p := o.(*cluster.Pod); nodes[p.NodeName] != nil && !p.Terminal() {
			nodes[p.NodeName].AddPod(p)
		}
	}
	for _, o := range e.store.List(cluster.KindNode) {
		b.WriteString(nodeState(nodes[o.Meta().Name]))
	}
	for _, o := range e.store.List(cluster.KindPod) {
		b.WriteString(podState(o.(*cluster.Pod)))
	}
	return b.String()
}
