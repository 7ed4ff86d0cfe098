package kubelet

import (
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// containerState is where a container stands.
type containerState uint8

const (
	idle    containerState = iota // to be started
	blocked                       // something that it needs is not there
	pulling                       // its image comes
	alive                         // its process runs
	ending                        // and has been told to end
	held                          // backs off before its next run
	exited
)

// The reasons and exit codes of ends (pkg/kubelet/kuberuntime and container runtimes; 128 and the signal).
const (
	reasonCompleted = "Completed"
	reasonError     = "Error"
	reasonOOM       = "OOMKilled"
	codeKilled      = 137
	codeTerminated  = 143
)

// container is one container of a pod that has a worker. It is the event of its own next step. What will happen in a run
// is known when it begins: the instants below, sim.Never for what will not.
type container struct {
	w       *worker
	spec    *cluster.Container
	init    bool
	state   containerState
	reason  string // why it waits, or how it ended
	message string
	begun   bool
	run     int // restarts

	does    Behaviour
	started sim.Time
	serving bool     // the startup probe has passed, if there is one
	ends    sim.Time // by itself
	passes  sim.Time // the startup probe
	quits   sim.Time // the startup or liveness probe gives it up
	ready   sim.Time
	unready sim.Time

	code     int32    // of its end, past or next
	cause    string   // the reason of that end
	told     bool     // it was told to
	finished sim.Time // its last end
	image    sim.Time // when that has come
	starved  bool     // the registry does not give it out
	missed   sim.Time // since when an object is missing
	crashes  backoff
	next     sim.Handle
}

var _ sim.Event = (*container)(nil)

// Fire implements sim.Event: the next step is due.
func (c *container) Fire(now sim.Time) {
	switch c.state {
	case alive:
		c.live(now)
	case ending:
		c.end(now)
	case blocked, held:
		c.state = idle
	}
	c.w.sync(now)
}

// String names the event in the log.
func (c *container) String() string {
	return "container " + c.w.pod.NamespacedName.String() + " " + c.spec.Name
}

// up tells whether its process is there.
func (c *container) up() bool { return c.state == alive || c.state == ending }

// isReady tells whether it counts as ready.
func (c *container) isReady(now sim.Time) bool {
	return c.up() && c.serving && c.ready <= now && now < c.unready
}

// done tells whether what comes after an init container may begin.
func (c *container) done() bool {
	if c.spec.Sidecar {
		return c.up() && c.serving
	}
	return c.state == exited && c.code == 0
}

// again tells whether an ended container is to be started once more (component-helpers and
// pkg/kubelet/container/helpers.go: ShouldContainerBeRestarted, v1.36).
func (c *container) again() bool {
	switch {
	case c.spec.Sidecar:
		return true
	case c.w.policy == cluster.RestartNever:
		return false
	case c.init || c.w.policy == cluster.RestartOnFailure:
		return c.code != 0
	}
	return true
}

// advance starts the container if nothing stands against it.
func (c *container) advance(now sim.Time) {
	if c.state == exited && c.again() {
		if due := c.finished.Add(c.crashes.after(c.finished)); due > now {
			c.wait(held, "CrashLoopBackOff", due)
			return
		}
		c.state = idle
	}
	if c.state == pulling && c.image <= now {
		c.start(now)
	}
	if c.state == idle {
		c.create(now)
	}
}

// create gets what the container needs, and starts it.
func (c *container) create(now sim.Time) {
	if reason, message := c.w.lacks(c.spec); reason != "" {
		c.wait(blocked, reason, sim.Never)
		c.message, c.missed = message, now
		return
	}
	if c.w.k.closed && c.w.life.node.asks(c.w.k.cfg.Images, c.spec) {
		c.starve(now)
		return
	}
	at, reason := c.w.life.node.pull(c.w.k.cfg.Images, c.w.pod, c.spec, now)
	switch {
	case reason != "":
		c.refuse(reason, now)
	case at > now:
		c.wait(pulling, reasonCreating, at)
		c.image = at
	default:
		c.start(now)
	}
}

// refuse notes that there is no such image. It will not come, so that nothing is tried again: what changes is the name
// under which the container waits, when it backs off.
func (c *container) refuse(reason string, now sim.Time) {
	if c.reason == reasonPull {
		c.wait(blocked, reasonPullBackoff, sim.Never)
		return
	}
	due := sim.Never
	if reason == reasonPull {
		due = now.Add(firstBackoff)
	}
	c.wait(blocked, reason, due)
}

func (c *container) wait(state containerState, reason string, due sim.Time) {
	c.state, c.reason, c.message = state, reason, ""
	c.plan(due)
}

func (c *container) plan(due sim.Time) {
	c.w.k.engine.Cancel(c.next)
	c.next = c.w.k.engine.At(due, sim.PhaseWorld, c)
}

// start begins a run.
func (c *container) start(now sim.Time) {
	if c.begun {
		c.run++
		c.crashes.tried(now)
	}
	c.begun, c.starved, c.state, c.reason, c.message = true, false, alive, "", ""
	c.does, c.started = c.w.life.node.slowedRun(c.w.behaviour(c.spec, c.run)), now
	c.serving, c.told, c.ready, c.unready = false, false, sim.Never, sim.Never
	c.passes, c.quits = now, sim.Never
	c.foresee(now)
	if p := c.spec.StartupProbe; p != nil {
		probe := newProber(p, c.w.since, now, now, &c.does)
		c.passes, c.quits = probe.passes(), probe.fails()
	}
	if c.passes <= now {
		c.serve(now)
	}
	if c.does.Memory != (MemoryUse{}) {
		c.w.life.node.modelled = true
	}
	c.plan(c.upcoming(now))
}

// foresee computes how the run will end if nobody ends it: at its time, or when it uses more memory than its limit.
func (c *container) foresee(now sim.Time) {
	c.ends, c.code, c.cause = sim.Never, c.does.ExitCode, reasonCompleted
	if c.code != 0 {
		c.cause = reasonError
	}
	if c.does.RunTime >= 0 {
		c.ends = now.Add(c.does.RunTime)
	}
	if limit := c.spec.Limits.Memory; limit > 0 {
		if d := c.does.Memory.exceeds(limit); d >= 0 && now.Add(d) < c.ends {
			c.ends, c.code, c.cause = now.Add(d), codeKilled, reasonOOM
		}
	}
}

// live does what is due in a run.
func (c *container) live(now sim.Time) {
	switch {
	case c.ends <= now:
		c.end(now)
	case c.quits <= now && !c.w.closing:
		c.stop(now, now.Add(c.patience()))
	case !c.serving && c.passes <= now:
		c.serve(now)
		c.plan(c.upcoming(now))
	default:
		c.plan(c.upcoming(now))
	}
}

// upcoming returns the next instant of the run at which something happens.
func (c *container) upcoming(now sim.Time) sim.Time {
	due := c.ends
	for _, t := range [...]sim.Time{c.passes, c.quits, c.ready, c.unready} {
		if t > now {
			due = min(due, t)
		}
	}
	return due
}

// patience is the grace period of a container that a probe gives up.
func (c *container) patience() time.Duration {
	p := c.spec.LivenessProbe
	if !c.serving {
		p = c.spec.StartupProbe
	}
	if p.GracePeriod > 0 {
		return p.GracePeriod
	}
	return c.w.pod.Spec.TerminationGracePeriod
}

// stop tells the container to end. One that would end by itself before, or in the instant in which it has to, does so.
func (c *container) stop(now, deadline sim.Time) {
	d, killed := stopTime(deadline.Sub(now), c.spec.PreStop, c.w.life.node.slowed(c.does.Stop))
	c.state = ending
	if at := now.Add(d); d <= 0 || at < c.ends {
		c.told = true
		c.ends, c.code, c.cause = at, codeTerminated, reasonError
		if killed {
			c.code = codeKilled
		}
	}
	if d <= 0 {
		c.end(now)
		return
	}
	c.plan(c.ends)
}

// leastStop is what a container is given to end after its hook, however long that took (pkg/kubelet/kuberuntime:
// minimumGracePeriodInSeconds, v1.36).
const leastStop = 2 * time.Second

// stopTime returns how long a container takes to end, and whether it is killed then: the hook runs first and uses up the
// grace period, and what is left of that, but at least leastStop, is for the app (kuberuntime_container.go: killContainer,
// v1.36). No grace at all is not even that.
func stopTime(grace, preStop, stop time.Duration) (d time.Duration, killed bool) {
	if grace <= 0 {
		return 0, stop > 0
	}
	hook := min(preStop, grace)
	left := max(grace-hook, leastStop)
	return hook + min(stop, left), stop > left
}

// end is the end of a run.
func (c *container) end(now sim.Time) {
	c.w.k.engine.Cancel(c.next)
	c.state, c.reason, c.finished = exited, c.cause, now
}

// abort leaves a container that does not run as it is for good.
func (c *container) abort() {
	c.w.k.engine.Cancel(c.next)
	c.state = exited
	if !c.begun {
		c.code = codeKilled
	}
}

// serve opens the container for readiness and liveness probes: it has started.
func (c *container) serve(now sim.Time) {
	c.serving, c.quits, c.ready = true, sim.Never, now
	if p := c.spec.ReadinessProbe; p != nil {
		probe := newProber(p, now, now, c.started, &c.does)
		c.ready, c.unready = probe.passes(), probe.failsAgain()
	}
	if c.does.NeverReady {
		c.ready = sim.Never
	}
	if p := c.spec.LivenessProbe; p != nil {
		probe := newProber(p, c.w.since, now, c.started, &c.does)
		c.quits = probe.fails()
	}
}
