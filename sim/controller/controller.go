package controller

import (
	"fmt"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Options say how fast a controller is. The zero value: at once, without limit.
type Options struct {
	// Workers is how many keys are reconciled at a time; 0: 5, the default of kube-controller-manager
	// (--concurrent-*-syncs, v1.36).
	Workers int
	// QPS and Burst limit the client; QPS 0: no limit. kube-controller-manager gives each controller 20 and 30
	// (--kube-api-qps, --kube-api-burst, v1.36).
	QPS   float64
	Burst int
	// Client is the limit of a client that the controller shares with others; nil: it has one of its own, as QPS and Burst
	// say.
	Client *Limiter
	// WatchLatency is the time until the controller hears of a change; nil: none.
	WatchLatency cluster.Latency
	// CallLatency is the time a call of the API takes; nil: none.
	CallLatency func() time.Duration
	// FirstBackoff is the wait after a key has failed once, doubled with each further failure up to MostBackoff; 0: 5 ms
	// and 1,000 s (client-go workqueue.DefaultTypedControllerRateLimiter, v0.36).
	FirstBackoff, MostBackoff time.Duration
}

// The defaults of Options.
const (
	firstBackoff = 5 * time.Millisecond
	mostBackoff  = 1000 * time.Second

	defaultWorkers = 5
)

// Controller runs one Reconciler.
type Controller struct {
	name       string
	engine     *sim.Engine
	store      *cluster.Store
	reconciler Reconciler
	opts       Options
	limiter    *Limiter
	recorder   recorder

	queue   []cluster.NamespacedName // waiting for a worker, in order
	keys    map[cluster.NamespacedName]*keyState
	busy    int  // workers
	pending bool // a drain event is on its way
	paused  bool
	held    []sim.Event // what would have gone on while paused, in order
	beside  []Pausable  // parts that are paused with it
	syncs   uint64
	errors  uint64
}

// keyState is what is known of one name.
type keyState struct {
	queued     bool
	processing bool
	dirty      bool // asked for while processing
	failures   int
	timer      sim.Handle // RequeueAfter
	timerAt    sim.Time
}

// New returns a controller that reconciles what is enqueued.
func New(name string, engine *sim.Engine, store *cluster.Store, r Reconciler, opts Options) *Controller {
	if opts.Workers == 0 {
		opts.Workers = defaultWorkers
	}
	if opts.FirstBackoff == 0 {
		opts.FirstBackoff, opts.MostBackoff = firstBackoff, mostBackoff
	}
	if opts.Client == nil {
		opts.Client = &Limiter{QPS: opts.QPS, Burst: opts.Burst}
	}
	return &Controller{
		name: name, engine: engine, store: store, reconciler: r, opts: opts,
		limiter: opts.Client, keys: map[cluster.NamespacedName]*keyState{},
	}
}

// Watch enqueues the names that of returns for every change of the kinds.
func (c *Controller) Watch(of func(*cluster.Change) []cluster.NamespacedName, kinds ...cluster.Kind) {
	c.store.Watch(c.name, c.opts.WatchLatency, func(_ sim.Time, change *cluster.Change) {
		for _, name := range of(change) {
			c.Enqueue(name)
		}
	}, kinds...)
}

// Itself is for Watch: the object that changed.
func Itself(change *cluster.Change) []cluster.NamespacedName {
	return []cluster.NamespacedName{change.Object().Meta().NamespacedName}
}

// OwnerOf is for Watch: the controllers of the object, before and after the change, if they are of the given kind.
func OwnerOf(kind cluster.Kind) func(*cluster.Change) []cluster.NamespacedName {
	owner := func(o cluster.Object) (cluster.NamespacedName, bool) {
		if o == nil {
			return cluster.NamespacedName{}, false
		}
		ref := o.Meta().ControllerRef()
		if ref == nil || ref.Kind != kind.String() {
			return cluster.NamespacedName{}, false
		}
		return cluster.NamespacedName{Namespace: o.Meta().Namespace, Name: ref.Name}, true
	}
	return func(change *cluster.Change) []cluster.NamespacedName {
		var names []cluster.NamespacedName
		before, had := owner(change.Old)
		if after, has := owner(change.New); has {
			names = append(names, after)
			had = had && before != after
		}
		if had {
			names = append(names, before)
		}
		return names
	}
}

// Enqueue asks for a reconcile. Asking twice before it begins is asking once.
func (c *Controller) Enqueue(name cluster.NamespacedName) {
	k := c.key(name)
	switch {
	case k.processing:
		k.dirty = true
	case !k.queued:
		k.queued = true
		c.queue = append(c.queue, name)
		c.wake()
	}
}

// EnqueueAfter asks for a reconcile later. Of several such requests the earliest counts.
func (c *Controller) EnqueueAfter(name cluster.NamespacedName, d time.Duration) {
	k := c.key(name)
	at := c.engine.Now().Add(d)
	if k.timerAt > c.engine.Now() && k.timerAt <= at {
		return
	}
	c.engine.Cancel(k.timer)
	k.timerAt = at
	k.timer = c.engine.At(at, sim.PhaseControl, &timer{c, name})
}

func (c *Controller) key(name cluster.NamespacedName) *keyState {
	k := c.keys[name]
	if k == nil {
		k = &keyState{}
		c.keys[name] = k
	}
	return k
}

// Syncs returns how many reconciles began and how many failed.
func (c *Controller) Syncs() (begun, failed uint64) { return c.syncs, c.errors }

// timer enqueues a name when its time has come.
type timer struct {
	c    *Controller
	name cluster.NamespacedName
}

// Fire implements sim.Event.
func (t *timer) Fire(sim.Time) {
	k := t.c.key(t.name)
	k.timer, k.timerAt = sim.Handle{}, 0
	t.c.Enqueue(t.name)
}

// String names the event in the log.
func (t *timer) String() string { return t.c.name + ": requeue " + t.name.String() }

func (c *Controller) wake() {
	if !c.paused && !c.pending && len(c.queue) > 0 && c.busy < c.opts.Workers {
		c.pending = true
		c.engine.At(c.engine.Now(), sim.PhaseControl, c)
	}
}

// Fire implements sim.Event: a worker takes the next name.
func (c *Controller) Fire(now sim.Time) {
	c.pending = false
	if c.paused {
		return
	}
	name := c.queue[0]
	c.queue = c.queue[1:]
	k := c.keys[name]
	k.queued, k.processing = false, true
	c.busy++
	c.syncs++
	s := &sync{c: c, name: name}
	s.result, s.err = c.reconciler.Reconcile(now, name, &s.calls)
	if s.err != nil {
		s.calls.steps = nil
	}
	s.next(now)
	c.wake()
}

// String names the event in the log.
func (c *Controller) String() string { return c.name }

// done ends a reconcile: what failed is tried again after a back-off.
func (c *Controller) done(s *sync, now sim.Time) {
	k := c.keys[s.name]
	k.processing = false
	c.busy--
	switch {
	case s.err != nil:
		c.errors++
		k.failures++
		c.EnqueueAfter(s.name, backoff(c.opts.FirstBackoff, c.opts.MostBackoff, k.failures))
	default:
		k.failures = 0
		if after, again := s.requeueAfter(now); again {
			c.EnqueueAfter(s.name, after)
		}
	}
	if k.dirty {
		k.dirty = false
		c.Enqueue(s.name)
	}
	if *k == (keyState{}) {
		delete(c.keys, s.name)
	}
	c.wake()
}

func backoff(first, most time.Duration, failures int) time.Duration {
	d := first
	for range failures - 1 {
		if d *= 2; d >= most {
			return most
		}
	}
	return d
}

// Errorf wraps an error of a reconcile with what was reconciled.
func Errorf(kind cluster.Kind, name cluster.NamespacedName, err error) error {
	return fmt.Errorf("%v %v: %w", kind, name, err)
}
