package app_test

import (
	"fmt"
	"math"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/fault"
)

// A referee looks at every change of a run and ends it at the first that must not be. It knows no more of the components than
// what they write: what it holds them to, it counts anew.
type referee struct {
	engine *sim.Engine
	store  *cluster.Store
	lag    time.Duration // how far the control plane may be behind the store
	budgets
	moves map[cluster.UID][]move // of autoscaled workloads
	back  map[string]sim.Time    // when nodes came back that had been down or cut off

	evictions, scalings, lost int // what there was to look at
}

// move is one change of a workload's replicas by its autoscaler.
type move struct {
	at sim.Time
	by int
}

// newReferee returns a referee for an experiment, and the factory that has it see every change: it is a controller without work.
func newReferee(e *experiment) (*referee, func(*sim.Engine, *cluster.Store, controller.Options) *controller.Controller) {
	r := &referee{moves: map[cluster.UID][]move{}, back: map[string]sim.Time{}}
	if !e.instant {
		r.lag = 5 * time.Second // calls wait for their turn where clients have limits
	}
	r.lag += time.Duration(e.paused) * time.Minute
	return r, func(engine *sim.Engine, store *cluster.Store, opts controller.Options) *controller.Controller {
		r.engine, r.store = engine, store
		store.Observe(r.observe)
		return controller.New("referee", engine, store, idle{}, opts)
	}
}

// idle is never asked for anything.
type idle struct{}

// Reconcile implements controller.Reconciler.
func (idle) Reconcile(sim.Time, cluster.NamespacedName, *controller.Calls) (controller.Result, error) {
	return controller.Result{}, nil
}

func (r *referee) observe(c *cluster.Change) {
	r.hold(r.ready(c))
	r.hold(r.node(c))
	r.hold(r.scaling(c))
	r.note(r.store, c)
	if evicted(c) {
		r.evictions++
		r.hold(r.eviction(c))
	}
}

// hold ends the run if something is wrong.
func (r *referee) hold(err error) {
	if err != nil {
		r.engine.Fail(fmt.Errorf("at %v: %w", r.engine.Now(), err))
	}
}

// ready: the kubelet of a node that is off, or cut off, tells nobody that a pod is ready.
func (r *referee) ready(c *cluster.Change) error {
	before, after := c.Pods()
	if after == nil || !after.Status.Ready || before != nil && before.Status.Ready {
		return nil
	}
	if n := r.store.Node(after.NodeName); n == nil || !n.Reachable() {
		return fmt.Errorf("pod %s is ready on node %q, which is %+v", after.Name, after.NodeName, n)
	}
	return nil
}

// heartbeat is how old the last sign of life of a node may be at the moment in which it falls silent: a lease is renewed
// every 10 s, and up to 4 % later.
const heartbeat = 10400 * time.Millisecond

// nodeGrace is the default of node-monitor-grace-period.
const nodeGrace = 50 * time.Second

// node holds a node's states against each other.
func (r *referee) node(c *cluster.Change) error {
	before, after := c.Nodes()
	if before == nil || after == nil {
		return nil
	}
	physical := []struct {
		what    string
		changed bool
		reasons [2]cluster.Reason
	}{
		{"Down", before.Down != after.Down, [2]cluster.Reason{cluster.ReasonNodeUp, cluster.ReasonNodeDown}},
		{"Isolated", before.Isolated != after.Isolated, [2]cluster.Reason{fault.ReasonConnected, fault.ReasonIsolated}},
		{"Slowdown", before.Slowdown != after.Slowdown, [2]cluster.Reason{fault.ReasonFast, fault.ReasonSlow}},
	}
	for _, p := range physical {
		if p.changed && c.Reason != p.reasons[0] && c.Reason != p.reasons[1] {
			return fmt.Errorf("%s of %s is changed by %s", p.what, after.Name, c.Reason)
		}
	}
	fell := before.Reachable() && !after.Reachable()
	switch {
	case fell && after.Silent != c.At:
		return fmt.Errorf("%s is silent since %v, as it falls silent", after.Name, after.Silent)
	case !fell && after.Silent != before.Silent:
		return fmt.Errorf("%s is silent since %v, and was since %v", after.Name, after.Silent, before.Silent)
	case fell:
		r.lost++
	case !before.Reachable() && after.Reachable():
		r.back[after.Name] = c.At
	}
	return r.condition(c, before, after)
}

// condition holds the condition Ready against what is physically so.
func (r *referee) condition(c *cluster.Change, before, after *cluster.Node) error {
	if before.Ready == after.Ready {
		if before.ReadyTransition != after.ReadyTransition {
			return fmt.Errorf("Ready of %s stays %v, and its transition goes to %v", after.Name, after.Ready, after.ReadyTransition)
		}
		return nil
	}
	if after.ReadyTransition > c.At || after.ReadyTransition < before.ReadyTransition {
		return fmt.Errorf("Ready of %s is %v since %v, after %v since %v", after.Name, after.Ready, after.ReadyTransition, before.Ready, before.ReadyTransition)
	}
	silence := c.At.Sub(after.Silent)
	switch {
	case after.Ready == cluster.ConditionTrue && !after.Reachable():
		return fmt.Errorf("%s is Ready and cannot be heard", after.Name)
	case after.Ready == cluster.ConditionUnknown && c.Reason != cluster.ReasonNodeNotReady:
		return fmt.Errorf("%s is given up by %s", after.Name, c.Reason)
	case after.Ready == cluster.ConditionUnknown && !after.Reachable() && silence < nodeGrace-heartbeat:
		return fmt.Errorf("%s is given up after %v", after.Name, silence)
	case after.Ready == cluster.ConditionUnknown && after.Reachable() && c.At.Sub(r.back[after.Name]) > r.lag+heartbeat:
		return fmt.Errorf("%s is given up, and is back since %v", after.Name, r.back[after.Name])
	}
	return nil
}

// scaling holds what an autoscaler does against its bounds and policies.
func (r *referee) scaling(c *cluster.Change) error {
	if c.Reason != cluster.ReasonScaled || c.Old == nil || c.New == nil {
		return nil
	}
	was, _ := cluster.ScaleOf(c.Old)
	is, ok := cluster.ScaleOf(c.New)
	h := r.autoscalerOf(c.New)
	if !ok || h == nil || was.Replicas == is.Replicas {
		return fmt.Errorf("%v is scaled for nothing, or by nobody", c.Key())
	}
	r.scalings++
	uid := c.New.Meta().UID
	past := r.moves[uid]
	r.moves[uid] = append(past, move{c.At, is.Replicas - was.Replicas})
	least, most := h.MinReplicas, h.MaxReplicas
	switch {
	case is.Replicas < least || is.Replicas > most:
		return fmt.Errorf("%s has %d replicas, of %d to %d", h.Name, is.Replicas, least, most)
	case was.Replicas < least || was.Replicas > most:
		return nil // what is outside of the bounds is brought back at once
	case is.Replicas > was.Replicas:
		if fastest := r.fastestUp(h, was.Replicas, past); is.Replicas > fastest {
			return fmt.Errorf("%s goes from %d to %d replicas, at most to %d: %+v, %v", h.Name, was.Replicas, is.Replicas, fastest, h.Behavior, past)
		}
	default:
		if fastest := r.fastestDown(h, was.Replicas, past); is.Replicas < fastest {
			return fmt.Errorf("%s goes from %d to %d replicas, at least to %d: %+v, %v", h.Name, was.Replicas, is.Replicas, fastest, h.Behavior, past)
		}
	}
	return nil
}

func (r *referee) autoscalerOf(target cluster.Object) *cluster.HorizontalPodAutoscaler {
	for _, o := range r.store.List(cluster.KindHorizontalPodAutoscaler) {
		if h := o.(*cluster.HorizontalPodAutoscaler); h.Target.Name == target.Meta().Name && h.Target.Kind == target.Kind().String() {
			return h
		}
	}
	return nil
}

// sum adds up moves that are younger than a period, of one sign.
func (r *referee) sum(past []move, period time.Duration, sign int) int {
	total := 0
	for _, m := range past {
		if m.by*sign > 0 && m.at > r.engine.Now().Add(-period) {
			total += m.by * sign
		}
	}
	return total
}

// fastestUp is the largest number that the policies allow. The controller counts from the instants of its decisions, and the
// referee from those of the writes: what may or may not be within a period is taken as it allows more.
func (r *referee) fastestUp(h *cluster.HorizontalPodAutoscaler, from int, past []move) int {
	if h.Behavior == nil {
		return max(2*from, 4)
	}
	policies, choice := []cluster.ScalingPolicy{{Value: 4, Period: 15 * time.Second}, {Percent: true, Value: 100, Period: 15 * time.Second}}, cluster.SelectMax
	if rules := h.Behavior.ScaleUp; rules != nil {
		policies, choice = rules.Policies, rules.Select
	}
	result := from
	for i, p := range policies {
		start := from - r.sum(past, p.Period-r.lag, 1) + r.sum(past, p.Period+r.lag, -1)
		n := start + p.Value
		if p.Percent {
			n = int(math.Ceil(float64(start) * (1 + float64(p.Value)/100)))
		}
		if i == 0 || choice == cluster.SelectMin && n < result || choice != cluster.SelectMin && n > result {
			result = n
		}
	}
	if choice == cluster.SelectDisabled {
		return from
	}
	return result
}

// fastestDown is the smallest number that the policies allow, likewise.
func (r *referee) fastestDown(h *cluster.HorizontalPodAutoscaler, from int, past []move) int {
	if h.Behavior == nil || h.Behavior.ScaleDown == nil {
		return 0
	}
	rules, result := h.Behavior.ScaleDown, from
	for i, p := range rules.Policies {
		start := from - r.sum(past, p.Period+r.lag, 1) + r.sum(past, p.Period-r.lag, -1)
		n := start - p.Value
		if p.Percent {
			n = int(float64(start) * (1 - float64(p.Value)/100))
		}
		if i == 0 || rules.Select == cluster.SelectMin && n > result || rules.Select != cluster.SelectMin && n < result {
			result = n
		}
	}
	if rules.Select == cluster.SelectDisabled {
		return from
	}
	return result
}
