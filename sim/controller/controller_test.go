package controller_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

const ms = time.Millisecond

var errRefused = errors.New("refused")

func name(text string) cluster.NamespacedName { return cluster.NamespacedName{Name: text} }

// probe is a Reconciler whose reconciles are given by a function. It writes down what happens.
type probe struct {
	engine *sim.Engine
	store  *cluster.Store
	do     func(p *probe, name string, calls *controller.Calls) (controller.Result, error)
	log    []string
}

func (p *probe) note(format string, args ...any) {
	p.log = append(p.log, fmt.Sprintf("%v ", p.engine.Now())+fmt.Sprintf(format, args...))
}

func (p *probe) Reconcile(_ sim.Time, n cluster.NamespacedName, calls *controller.Calls) (controller.Result, error) {
	p.note("sync %s", n.Name)
	if p.do == nil {
		return controller.Result{}, nil
	}
	return p.do(p, n.Name, calls)
}

// call returns a call that is written down, and fails where it is told to.
func (p *probe) call(what string, err error) controller.Call {
	return func(*cluster.Store) error {
		p.note("%s", what)
		return err
	}
}

func newProbe(opts controller.Options, do func(*probe, string, *controller.Calls) (controller.Result, error)) (*probe, *controller.Controller) {
	p := &probe{engine: sim.New(1), do: do}
	p.store = cluster.NewStore(p.engine)
	return p, controller.New("probe", p.engine, p.store, p, opts)
}

// at runs fn as an event.
type at func()

func (fn at) Fire(sim.Time)  { fn() }
func (fn at) String() string { return "test" }

func TestAskingTwiceIsAskingOnce(t *testing.T) {
	p, c := newProbe(controller.Options{}, nil)
	c.Enqueue(name("a"))
	c.Enqueue(name("b"))
	c.Enqueue(name("a"))
	require.NoError(t, p.engine.Run(sim.Never))
	require.Equal(t, []string{"0s sync a", "0s sync b"}, p.log)
	begun, failed := c.Syncs()
	require.Equal(t, [2]uint64{2, 0}, [2]uint64{begun, failed})
}

func TestNewsWhileProcessingWaits(t *testing.T) {
	p, c := newProbe(controller.Options{CallLatency: func() time.Duration { return 10 * ms }},
		func(p *probe, n string, calls *controller.Calls) (controller.Result, error) {
			calls.Do(p.call("write "+n, nil))
			return controller.Result{}, nil
		})
	c.Enqueue(name("a"))
	for _, when := range []sim.Time{2, 4, 6} {
		p.engine.At(when*sim.Time(ms), sim.PhaseWatch, at(func() { c.Enqueue(name("a")) }))
	}
	require.NoError(t, p.engine.Run(sim.Never))
	require.Equal(t, []string{"0s sync a", "10ms write a", "10ms sync a", "20ms write a"}, p.log)
}

func TestWorkersWorkAtATime(t *testing.T) {
	for _, test := range []struct {
		workers int
		want    []string
	}{
		{1, []string{"0s sync a", "10ms a", "10ms sync b", "20ms b", "20ms sync c", "30ms c"}},
		{2, []string{"0s sync a", "0s sync b", "10ms a", "10ms sync c", "10ms b", "20ms c"}},
		{0, []string{"0s sync a", "0s sync b", "0s sync c", "10ms a", "10ms b", "10ms c"}},
	} {
		p, c := newProbe(controller.Options{Workers: test.workers, CallLatency: func() time.Duration { return 10 * ms }},
			func(p *probe, n string, calls *controller.Calls) (controller.Result, error) {
				calls.Do(p.call(n, nil))
				return controller.Result{}, nil
			})
		for _, n := range []string{"a", "b", "c"} {
			c.Enqueue(name(n))
		}
		require.NoError(t, p.engine.Run(sim.Never))
		require.ElementsMatch(t, test.want, p.log, "%d workers", test.workers)
	}
}

// A failing key waits 5 ms, 10 ms, 20 ms, ...; a success forgets the failures.
func TestBackoff(t *testing.T) {
	tries := 0
	p, c := newProbe(controller.Options{}, func(p *probe, _ string, calls *controller.Calls) (controller.Result, error) {
		tries++
		if tries == 3 { // by a call, which counts the same
			calls.Do(p.call("refused", errRefused))
			return controller.Result{}, nil
		}
		if tries <= 5 || tries == 7 {
			return controller.Result{}, errRefused
		}
		return controller.Result{}, nil
	})
	c.Enqueue(name("a"))
	require.NoError(t, p.engine.Run(sim.Time(time.Second)))
	c.Enqueue(name("a"))
	require.NoError(t, p.engine.Run(sim.Never))
	require.Equal(t, []string{"0s sync a", "5ms sync a", "15ms sync a", "15ms refused", "35ms sync a", "75ms sync a", "155ms sync a",
		"1s sync a", "1.005s sync a"}, p.log)
	begun, failed := c.Syncs()
	require.Equal(t, [2]uint64{8, 6}, [2]uint64{begun, failed})
}

func TestBackoffEndsAtThousandSeconds(t *testing.T) {
	p, c := newProbe(controller.Options{}, func(*probe, string, *controller.Calls) (controller.Result, error) {
		return controller.Result{}, errRefused
	})
	c.Enqueue(name("a"))
	require.NoError(t, p.engine.Run(sim.Time(5000*time.Second)))
	// 5 ms * (2^18 - 1) is 1310.715 s; from then on every 1000 s
	require.Equal(t, []string{"1310.715s", "2310.715s", "3310.715s", "4310.715s"}, seconds(p.log[len(p.log)-4:]))
}

func seconds(log []string) []string {
	var out []string
	for _, text := range log {
		var d string
		_, _ = fmt.Sscan(text, &d)
		span, _ := time.ParseDuration(d)
		out = append(out, fmt.Sprintf("%gs", span.Seconds()))
	}
	return out
}

func TestOrderOfCalls(t *testing.T) {
	for _, test := range []struct {
		name string
		opts controller.Options
		fail string // the call that fails
		want []string
	}{
		{"at once", controller.Options{}, "",
			[]string{"0s sync a", "0s claim", "0s one", "0s two", "0s last", "0s finally", "0s conclude <nil>", "0s status"}},
		{"each step takes the latency of a call", controller.Options{CallLatency: func() time.Duration { return 7 * ms }}, "",
			[]string{"0s sync a", "7ms claim", "14ms one", "14ms two", "21ms last", "28ms finally", "28ms conclude <nil>", "35ms status"}},
		{"a token each", controller.Options{QPS: 10, Burst: 1}, "",
			[]string{"0s sync a", "0s claim", "100ms one", "200ms two", "300ms last", "400ms finally", "400ms conclude <nil>", "500ms status"}},
		{"of calls together the others are made", controller.Options{}, "one",
			[]string{"0s sync a", "0s claim", "0s one", "0s two", "0s finally", "0s conclude refused", "0s status"}},
		{"and with latency too", controller.Options{CallLatency: func() time.Duration { return 7 * ms }}, "one",
			[]string{"0s sync a", "7ms claim", "14ms one", "14ms two", "21ms finally", "21ms conclude refused", "28ms status"}},
		{"the first error counts", controller.Options{}, "claim",
			[]string{"0s sync a", "0s claim", "0s finally", "0s conclude refused", "0s status"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, c := newProbe(test.opts, func(p *probe, _ string, calls *controller.Calls) (controller.Result, error) {
				call := func(what string) controller.Call {
					if what == test.fail {
						return p.call(what, errRefused)
					}
					return p.call(what, nil)
				}
				calls.Finally(call("finally"))
				calls.Do(call("claim"))
				calls.Together(call("one"), call("two"))
				calls.Together()
				calls.Do(call("last"))
				calls.Conclude(func(_ sim.Time, err error) (controller.Call, controller.Result) {
					p.note("conclude %v", err)
					return call("status"), controller.Result{}
				})
				require.Equal(t, 5, calls.Len())
				return controller.Result{}, nil
			})
			c.Enqueue(name("a"))
			require.NoError(t, p.engine.Run(sim.Time(520*ms)))
			p.log = before(p.log, "5ms sync a", 1)
			require.Equal(t, test.want, p.log[:min(len(p.log), len(test.want))])
		})
	}
}

// before cuts a log before a line, if it has it; the first lines are kept anyway.
func before(log []string, line string, keep int) []string {
	for i := keep; i < len(log); i++ {
		if log[i] == line {
			return log[:i]
		}
	}
	return log
}

// What an erring Reconcile asked for is not done.
func TestReconcileThatErrsMakesNoCalls(t *testing.T) {
	p, c := newProbe(controller.Options{}, func(p *probe, _ string, calls *controller.Calls) (controller.Result, error) {
		calls.Do(p.call("write", nil))
		calls.Finally(p.call("status", nil))
		return controller.Result{RequeueAfter: ms}, errRefused
	})
	c.Enqueue(name("a"))
	require.NoError(t, p.engine.Run(sim.Time(4*ms)))
	require.Equal(t, []string{"0s sync a", "0s status"}, p.log)
}

func TestSlowStart(t *testing.T) {
	var log []string
	p, c := newProbe(controller.Options{CallLatency: func() time.Duration { return 10 * ms }}, func(p *probe, _ string, calls *controller.Calls) (controller.Result, error) {
		var batch []controller.Call
		for i := range 20 {
			batch = append(batch, p.call(fmt.Sprint(i), map[bool]error{true: errRefused}[i == 10]))
		}
		calls.SlowStart(batch)
		calls.Conclude(func(sim.Time, error) (controller.Call, controller.Result) {
			log = p.log
			return nil, controller.Result{}
		})
		return controller.Result{}, nil
	})
	c.Enqueue(name("a"))
	require.NoError(t, p.engine.Run(sim.Time(41*ms)))
	// 1, 2, 4, 8; the fourth batch is made to its end, the fifth not begun
	require.Equal(t, []string{"0s sync a", "10ms 0", "20ms 1", "20ms 2", "30ms 3", "30ms 4", "30ms 5", "30ms 6", "40ms 7", "40ms 8",
		"40ms 9", "40ms 10", "40ms 11", "40ms 12", "40ms 13", "40ms 14"}, log)
}

// RequeueAfter counts from the end of the calls; that of a conclusion from then, not from its own call.
func TestRequeueAfter(t *testing.T) {
	for _, test := range []struct {
		name     string
		result   time.Duration
		conclude time.Duration
		want     []string
	}{
		{"result", 100 * ms, -1, []string{"0s sync a", "30ms write", "130ms sync a"}},
		{"conclusion", 5 * ms, 100 * ms, []string{"0s sync a", "30ms write", "60ms status", "130ms sync a"}},
		{"a conclusion whose time has come meanwhile", 5 * ms, 10 * ms, []string{"0s sync a", "30ms write", "60ms status", "60ms sync a"}},
		{"a conclusion that says nothing", 5 * ms, 0, []string{"0s sync a", "30ms write", "60ms status"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			syncs := 0
			p, c := newProbe(controller.Options{CallLatency: func() time.Duration { return 30 * ms }}, func(p *probe, _ string, calls *controller.Calls) (controller.Result, error) {
				if syncs++; syncs > 1 {
					return controller.Result{}, nil
				}
				calls.Do(p.call("write", nil))
				if test.conclude >= 0 {
					calls.Conclude(func(sim.Time, error) (controller.Call, controller.Result) {
						return p.call("status", nil), controller.Result{RequeueAfter: test.conclude}
					})
				}
				return controller.Result{RequeueAfter: test.result}, nil
			})
			c.Enqueue(name("a"))
			require.NoError(t, p.engine.Run(sim.Never))
			require.Equal(t, test.want, p.log)
		})
	}
}

func TestEarliestTimerCounts(t *testing.T) {
	p, c := newProbe(controller.Options{}, nil)
	c.EnqueueAfter(name("a"), 50*ms)
	c.EnqueueAfter(name("a"), 20*ms)
	c.EnqueueAfter(name("a"), 30*ms)
	require.NoError(t, p.engine.Run(sim.Never))
	require.Equal(t, []string{"20ms sync a"}, p.log)
	c.EnqueueAfter(name("a"), 5*ms)
	require.NoError(t, p.engine.Run(sim.Never))
	require.Equal(t, []string{"20ms sync a", "25ms sync a"}, p.log)
}

func TestWatchLatencyAndWhoIsToldOfWhat(t *testing.T) {
	p, c := newProbe(controller.Options{WatchLatency: func() time.Duration { return 3 * ms }}, nil)
	c.Watch(controller.Itself, cluster.KindReplicaSet)
	c.Watch(controller.OwnerOf(cluster.KindReplicaSet), cluster.KindPod)
	owner := &cluster.ReplicaSet{ObjectMeta: cluster.ObjectMeta{NamespacedName: name("rs")}}
	require.NoError(t, p.store.Create(owner, cluster.ReasonCreated))
	require.NoError(t, p.engine.Run(sim.Time(10*ms)))
	pod := controller.NewPod(&cluster.PodTemplate{Spec: (&cluster.PodSpec{}).Complete()}, owner, "p")
	require.NoError(t, p.store.Create(pod, cluster.ReasonCreated))
	require.NoError(t, p.engine.Run(sim.Time(20*ms)))
	other := cluster.OwnerReference{Kind: "ReplicaSet", Name: "other", UID: 99, Controller: true}
	require.NoError(t, p.store.EditPod(cluster.KeyOf(pod), cluster.ReasonUpdated, func(p *cluster.Pod) { p.Owners = []cluster.OwnerReference{other} }))
	require.NoError(t, p.engine.Run(sim.Time(30*ms)))
	require.NoError(t, p.store.EditPod(cluster.KeyOf(pod), cluster.ReasonUpdated, func(p *cluster.Pod) { p.Owners = nil }))
	require.NoError(t, p.engine.Run(sim.Time(40*ms)))
	require.Equal(t, []string{"3ms sync rs", "13ms sync rs", "23ms sync other", "23ms sync rs", "33ms sync other"}, p.log)
}

// Whatever is asked for when, no key is worked on twice at a time, no more keys than there are workers, and after every
// request a reconcile of its key begins.
func TestNoRequestIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		workers := rapid.IntRange(1, 3).Draw(t, "workers")
		busy, asked, begun := map[string]bool{}, map[string]sim.Time{}, map[string]sim.Time{}
		opts := controller.Options{Workers: workers, QPS: 100, Burst: 2}
		p, c := newProbe(opts, func(p *probe, n string, calls *controller.Calls) (controller.Result, error) {
			require.False(t, busy[n])
			busy[n], begun[n] = true, p.engine.Now()
			require.LessOrEqual(t, len(busy), workers)
			err := map[bool]error{true: errRefused}[len(p.log)%7 == 3]
			for range len(p.log) % 3 {
				calls.Do(func(*cluster.Store) error { return nil })
			}
			calls.Do(func(*cluster.Store) error { return err })
			calls.Conclude(func(sim.Time, error) (controller.Call, controller.Result) {
				delete(busy, n)
				return nil, controller.Result{}
			})
			return controller.Result{}, nil
		})
		for range rapid.IntRange(1, 60).Draw(t, "requests") {
			n := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "key")
			when := sim.Time(rapid.Int64Range(0, int64(time.Second)).Draw(t, "when"))
			asked[n] = max(asked[n], when)
			p.engine.At(when, sim.PhaseWatch, at(func() { c.Enqueue(name(n)) }))
		}
		require.NoError(t, p.engine.Run(sim.Time(time.Hour)))
		require.Empty(t, busy)
		for n, when := range asked {
			require.GreaterOrEqual(t, begun[n], when, n)
		}
	})
}

func TestErrorf(t *testing.T) {
	err := controller.Errorf(cluster.KindJob, cluster.NamespacedName{Namespace: "x", Name: "y"}, errRefused)
	require.EqualError(t, err, "Job x/y: refused")
	require.ErrorIs(t, err, errRefused)
}
