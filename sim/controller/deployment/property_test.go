package deployment_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/deployment"
)

// rollouts is how many changes of the template each drawn world goes through. With the 100 worlds that rapid draws by
// default these are 1,000 rollouts.
const rollouts = 10

// upTo returns durations between 0 and most.
func upTo(most time.Duration) func(*rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(int64(most) + 1)) }
}

// sometimes returns a duration up to most with probability p, and else 0.
func sometimes(p float64, most time.Duration) func(*rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration {
		if r.Float64() >= p {
			return 0
		}
		return time.Duration(1 + r.Int64N(int64(most)))
	}
}

// bounds watches a rolling Deployment. Whenever an instant is over:
//
//   - there are at most replicas + maxSurge pods, not counting those that are being deleted; unless replicas has been
//     lowered in mid-rollout: then what is taken from many small ReplicaSets is rounded, and there may be more for a
//     while, but they do not grow
//   - at least replicas - maxUnavailable of them are available; unless pods have crashed, or replicas has changed, since
//     as many were available the last time. (When the Deployment is scaled in mid-rollout all ReplicaSets shrink in
//     proportion, the one with the available pods too: that is upstream's way.)
//
// With minReadySeconds there is one more way to fall below: a ReplicaSet ranks the pods that it deletes by readiness, not
// by availability, and ready pods of about the same age by chance. It may delete an available pod while it has one that
// is ready and not available yet; and the Deployment, which had counted on the other one, may then want that away as well.
type bounds struct {
	*world
	last     sim.Time
	misjudge bool // a ReplicaSet has deleted an available pod while it had a ready one that was not
	replicas int
	active   int
	lowered  bool
	crashes  int
	excused  bool
	held     int // instants in which both bounds were in force
}

func watchBounds(w *world) *bounds {
	b := &bounds{world: w, excused: true} // nothing is there at first
	w.engine.Observe(func(now sim.Time, _ sim.Event) { b.over(now) })
	w.store.Observe(func(c *cluster.Change) {
		before, after := c.Pods()
		if after != nil && after.Deleting && !before.Deleting && b.isAvailable(before, w.engine.Now()) {
			b.misjudge = b.misjudge || b.hasReadyUnavailable(after.ControllerRef().UID)
		}
	})
	return b
}

// over is told that all instants before now are over. A user says so before a change: it comes at the end of an instant.
func (b *bounds) over(now sim.Time) {
	if now == b.last {
		return
	}
	if err := b.check(); err != nil {
		b.engine.Fail(fmt.Errorf("at %v: %w", b.last, err))
	}
	b.last = now
}

func (b *bounds) check() error {
	d, ok := b.store.Get(cluster.KindDeployment, web).(*cluster.Deployment)
	if !ok || d.Recreate {
		return nil
	}
	active, _, _ := b.count()
	available := b.availableAt(b.last)
	b.lowered = b.lowered || d.Replicas < b.replicas
	most := d.Replicas + deployment.MaxSurge(d)
	if active > most && !(b.lowered && active <= b.active) {
		return fmt.Errorf("%d pods, at most %d", active, most)
	}
	if b.active = active; active <= most {
		b.lowered = false
	}
	if b.crashes != b.world.crashes || b.replicas != d.Replicas {
		b.excused, b.crashes, b.replicas = true, b.world.crashes, d.Replicas
	}
	b.excused, b.misjudge = b.excused || b.misjudge, false
	least := d.Replicas - deployment.MaxUnavailable(d)
	if available < least && !b.excused {
		return fmt.Errorf("%d pods are available, at least %d", available, least)
	}
	if available >= least {
		b.excused = false
	}
	if !b.excused {
		b.held++
	}
	return nil
}

// availableAt counts as of the instant that is over, not of the one that begins.
func (b *bounds) availableAt(at sim.Time) int {
	n := 0
	for _, o := range b.store.Owned(b.deployment().UID) {
		for _, p := range b.store.OwnedPods(o.Meta().UID) {
			if b.isAvailable(p, at) {
				n++
			}
		}
	}
	return n
}

func (b *bounds) isAvailable(p *cluster.Pod, at sim.Time) bool {
	return controller.IsActive(p) && controller.IsAvailable(b.store, p, b.deployment().MinReadySeconds, at)
}

// hasReadyUnavailable tells whether a ReplicaSet has a pod that is ready and not available yet.
func (b *bounds) hasReadyUnavailable(set cluster.UID) bool {
	for _, p := range b.store.OwnedPods(set) {
		if controller.IsActive(p) && p.Status.Ready && !b.isAvailable(p, b.engine.Now()) {
			return true
		}
	}
	return false
}

func drawLimit(t *rapid.T, name string) cluster.IntOrPercent {
	if rapid.Bool().Draw(t, name+" is a percentage") {
		return cluster.IntOrPercent{Value: rapid.IntRange(0, 100).Draw(t, name), Percent: true}
	}
	return cluster.IntOrPercent{Value: rapid.IntRange(0, 5).Draw(t, name)}
}

func drawDeployment(t *rapid.T) *cluster.Deployment {
	return &cluster.Deployment{
		Replicas: rapid.IntRange(1, 20).Draw(t, "replicas"),
		MaxSurge: drawLimit(t, "maxSurge"), MaxUnavailable: drawLimit(t, "maxUnavailable"),
		MinReadySeconds:      time.Duration(rapid.SampledFrom([]int{0, 0, 1, 5}).Draw(t, "minReadySeconds")) * time.Second,
		ProgressDeadline:     time.Duration(rapid.SampledFrom([]int{0, 10, 600}).Draw(t, "progressDeadlineSeconds")) * time.Second,
		RevisionHistoryLimit: rapid.IntRange(0, 10).Draw(t, "revisionHistoryLimit"),
	}
}

// change makes one change that a user might make, at any time of a rollout.
func (w *world) change(t *rapid.T, n int) {
	switch rapid.SampledFrom([]string{"image", "image", "undo", "restart", "scale", "pause", "resume"}).Draw(t, "change") {
	case "image":
		w.setImage(fmt.Sprint("v", rapid.IntRange(1, n+2).Draw(t, "version")))
	case "undo": // may fail: while paused, or without a history
		_ = deployment.Undo(web, 0)(w.store)
	case "restart":
		_ = deployment.Restart(web)(w.store)
	case "scale":
		replicas := rapid.IntRange(0, 25).Draw(t, "to replicas")
		w.edit(func(d *cluster.Deployment) { d.Replicas = replicas })
	case "pause":
		w.edit(func(d *cluster.Deployment) { d.Paused = true })
	case "resume":
		w.edit(func(d *cluster.Deployment) { d.Paused = false })
	}
}

// requireComplete lets the world come to rest and requires that all is as the Deployment asks.
func (w *world) requireComplete() {
	w.edit(func(d *cluster.Deployment) { d.Paused = false })
	w.run(sim.Never)
	d := w.deployment()
	st := d.Status
	require.Equal(w.t, [4]int{d.Replicas, d.Replicas, d.Replicas, 0}, [4]int{st.Replicas, st.Updated, st.Available, st.Unavailable})
	require.Equal(w.t, d.Generation, st.ObservedGeneration)
	active, available, terminating := w.count()
	require.Equal(w.t, [3]int{d.Replicas, d.Replicas, 0}, [3]int{active, available, terminating})
	require.LessOrEqual(w.t, w.store.Len(cluster.KindReplicaSet), d.RevisionHistoryLimit+1+1) // the last clean-up may come too early
	require.NoError(w.t, w.store.Check())
}

func TestRolloutsKeepTheirBounds(t *testing.T) {
	held, crashes := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, rapid.Uint64().Draw(t, "seed"), controller.Options{}, life{
			start: upTo(10 * time.Second), stop: upTo(5 * time.Second),
			crash: sometimes(rapid.SampledFrom([]float64{0, 0, 0.1, 0.5}).Draw(t, "crash"), 20*time.Second),
		})
		w.store.SetWallFraction(time.Duration(rapid.IntRange(0, 999).Draw(t, "wall ms")) * time.Millisecond)
		b := watchBounds(w)
		w.create(drawDeployment(t))
		for i := range rollouts {
			w.run(w.engine.Now().Add(time.Duration(rapid.IntRange(0, 40000).Draw(t, "wait ms")) * time.Millisecond))
			b.over(w.engine.Now())
			w.change(t, i)
		}
		b.over(w.engine.Now())
		w.requireComplete()
		held += b.held
		crashes += w.crashes
	})
	require.Positive(t, held)
	t.Logf("both bounds held in %d instants, with %d crashes", held, crashes)
}

// With Recreate no pod is made while a pod of another template has not ended.
func TestRecreateNeverMixes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, rapid.Uint64().Draw(t, "seed"), controller.Options{}, life{start: upTo(5 * time.Second), stop: upTo(5 * time.Second)})
		w.store.Observe(func(c *cluster.Change) {
			if before, made := c.Pods(); made != nil && before == nil {
				for _, o := range w.store.List(cluster.KindPod) {
					require.Equal(t, made.Labels[deployment.HashLabel], o.Meta().Labels[deployment.HashLabel])
				}
			}
		})
		d := drawDeployment(t)
		d.Recreate = true
		w.create(d)
		for i := range rollouts {
			w.run(w.engine.Now().Add(time.Duration(rapid.IntRange(0, 15000).Draw(t, "wait ms")) * time.Millisecond))
			w.setImage(fmt.Sprint("v", rapid.IntRange(1, i+2).Draw(t, "version")))
		}
		w.requireComplete()
	})
}

// With latencies and a limited client the controllers act on what was so a while ago. Still, in a rollout without
// crashes, enough pods are available at every change: what the Deployment does not know yet is only that more are. The
// other bound holds for the sizes of the ReplicaSets, not for pods: a pod of the new one may come before one of the old
// one goes, as the Deployment does not wait for it.
func TestBoundsHoldWithLatencies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := func(name string, most int) func() time.Duration {
			d := time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Millisecond
			return func() time.Duration { return d }
		}
		opts := controller.Options{QPS: 20, Burst: rapid.IntRange(1, 30).Draw(t, "burst"), WatchLatency: ms("watch", 300), CallLatency: ms("call", 300)}
		w := newWorld(t, rapid.Uint64().Draw(t, "seed"), opts, life{start: upTo(5 * time.Second), stop: upTo(5 * time.Second)})
		d := drawDeployment(t)
		d.MinReadySeconds = 0
		w.create(d)
		w.run(sim.Never)
		w.store.Observe(func(c *cluster.Change) {
			_, available, _ := w.count()
			asked := 0
			for _, size := range w.sizes() {
				asked += size
			}
			require.LessOrEqual(t, asked, d.Replicas+deployment.MaxSurge(d), "at %v", c.At)
			require.GreaterOrEqual(t, available, d.Replicas-deployment.MaxUnavailable(d), "at %v", c.At)
		})
		w.setImage("v2")
		w.run(sim.Never)
		w.requireComplete()
	})
}
