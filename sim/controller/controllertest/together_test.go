package controllertest_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/controllertest"
	"github.com/wavetank/wavetank/sim/controller/cronjob"
	"github.com/wavetank/wavetank/sim/controller/daemonset"
	"github.com/wavetank/wavetank/sim/controller/garbage"
	"github.com/wavetank/wavetank/sim/controller/job"
	"github.com/wavetank/wavetank/sim/controller/statefulset"
)

// objects are a CronJob every minute, a StatefulSet and a DaemonSet.
func objects() []cluster.Object {
	one := 1
	meta := func(name string) cluster.ObjectMeta { return controllertest.Meta("default", name) }
	return []cluster.Object{
		&cluster.CronJob{ObjectMeta: meta("tick"), Schedule: "* * * * *", Concurrency: "Allow", SuccessfulLimit: 3, FailedLimit: 1,
			JobTemplate: &cluster.Job{Parallelism: 1, Completions: &one, BackoffLimit: 2, ReplaceTerminating: true, Template: controllertest.Template("tick")}},
		&cluster.StatefulSet{ObjectMeta: meta("db"), Replicas: 3, Template: controllertest.Template("db"), MaxUnavailable: cluster.IntOrPercent{Value: 1}},
		&cluster.DaemonSet{ObjectMeta: meta("agent"), Template: controllertest.Template("agent"), MaxUnavailable: cluster.IntOrPercent{Value: 1}},
	}
}

// newWorld returns a cluster with all controllers of these packages, whose delays are drawn.
func newWorld(t *testing.T, seed uint64) *controllertest.Cluster {
	rng := rand.New(rand.NewPCG(seed, 0))
	milli := func(most int) time.Duration { return time.Duration(rng.IntN(most)) * time.Millisecond }
	c := controllertest.New(t, 4)
	c.Ready = func(*cluster.Pod) time.Duration { return milli(3000) }
	c.Stop = func(*cluster.Pod) time.Duration { return milli(2000) }
	c.Finish = func(p *cluster.Pod) controllertest.End {
		if p.ControllerRef().Kind != "Job" {
			return controllertest.End{After: -1}
		}
		return controllertest.End{After: milli(9000), Exit: int32(rng.IntN(2))}
	}
	opts := controller.Options{QPS: 20, Burst: 30, WatchLatency: func() time.Duration { return milli(20) }, CallLatency: func() time.Duration { return milli(20) }}
	statefulset.New(c.Engine, c.Store, opts)
	daemonset.New(c.Engine, c.Store, opts)
	job.New(c.Engine, c.Store, opts)
	cronjob.New(c.Engine, c.Store, time.Time{}, opts)
	garbage.New(c.Engine, c.Store, opts)
	garbage.NewPods(c.Engine, c.Store, 5, opts)
	for _, o := range objects() {
		c.Create(o)
	}
	return c
}

// TestSameSeedSameHistory: the controllers together do the same in every run.
func TestSameSeedSameHistory(t *testing.T) {
	hashes := map[uint64]bool{}
	for seed := range uint64(3) {
		first, again := newWorld(t, seed), newWorld(t, seed)
		first.Run(20 * time.Minute)
		again.Run(20 * time.Minute)
		require.Equal(t, first.Store.Hash(), again.Store.Hash(), "seed %d", seed)
		hashes[first.Store.Hash()] = true
	}
	require.Len(t, hashes, 3, "and another in others")
}

// TestNothingIsLeft: when the owners are deleted, all that they own goes, and nothing else happens after.
func TestNothingIsLeft(t *testing.T) {
	c := newWorld(t, 1)
	c.Run(10*time.Minute + 2*time.Second)
	require.NotEmpty(t, c.Store.List(cluster.KindJob))
	require.GreaterOrEqual(t, len(c.Pods()), 7)
	for _, o := range objects() {
		now := c.Store.Get(o.Kind(), o.Meta().NamespacedName)
		require.NoError(t, c.Store.Delete(cluster.KeyOf(now), cluster.ReasonDeleted))
	}
	c.Run(11 * time.Minute)
	require.Empty(t, c.Pods())
	require.Empty(t, c.Store.List(cluster.KindJob))
	changes := c.Store.Changes()
	c.Run(time.Hour)
	require.Equal(t, changes, c.Store.Changes())
}

// TestEndedPodsStayFew: the pod garbage collector holds ended pods at its threshold, at every one of its looks.
func TestEndedPodsStayFew(t *testing.T) {
	c := newWorld(t, 2)
	for look := range 30 {
		at := time.Duration(look+1)*garbage.Period + 900*time.Millisecond
		c.At(at, func() {
			ended := 0
			for _, p := range c.Pods() {
				if p.Terminal() {
					ended++
				}
			}
			require.LessOrEqual(t, ended, 5+1, fmt.Sprint("one may have ended since the look before ", at))
		})
	}
	c.Run(12 * time.Minute)
}
