package kubelet_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
)

const sec = time.Second

// does is an App that says for each run of each container what it does; the last word of a list counts for all later runs.
type does map[string][]kubelet.Behaviour

func (d does) app(*cluster.Pod) kubelet.App {
	return func(c *cluster.Container, run int) kubelet.Behaviour {
		list := d[c.Name]
		if len(list) == 0 {
			panic("nothing is said of container " + c.Name)
		}
		return list[min(run, len(list)-1)]
	}
}

var (
	serves = kubelet.Behaviour{RunTime: cluster.Forever}
	done   = kubelet.Behaviour{RunTime: 3 * sec}
	fails  = kubelet.Behaviour{RunTime: 3 * sec, ExitCode: 1}
)

// act is something that is done to the world at a time.
type act struct {
	at time.Duration
	do func(t *testing.T, store *cluster.Store)
}

// hand is something that is done to the kubelet at a time.
type hand struct {
	at time.Duration
	do func(k *kubelet.Kubelet)
}

// story is the life of one pod, p on n0, of 4 cores and a gigabyte.
type story struct {
	name  string
	cfg   kubelet.Config
	does  does
	spec  cluster.PodSpec
	run   time.Duration // of the pod; 0: for ever
	acts  []act
	hands []hand
	until time.Duration
	want  string
}

func (s *story) tell(t *testing.T) {
	cfg := s.cfg
	if s.does != nil {
		cfg.App = s.does.app
	}
	engine, store, k := empty(cfg)
	checker := cluster.NewChecker(store, cluster.Rules{})
	addNodes(t, store)
	var told strings.Builder
	store.Observe(func(c *cluster.Change) { told.WriteString(line(c)) })
	for _, a := range s.acts {
		engine.At(sim.Time(a.at), sim.PhaseArrive, sim.Func{Name: "act", Do: func(sim.Time) { a.do(t, store) }})
	}
	for _, h := range s.hands {
		engine.At(sim.Time(h.at), sim.PhaseWorld, sim.Func{Name: "hand", Do: func(sim.Time) { h.do(k) }})
	}
	p := &cluster.Pod{ObjectMeta: meta("default", "p"), Spec: s.spec.Complete(), RunTime: cluster.Forever}
	if s.run > 0 {
		p.RunTime = s.run
	}
	require.NoError(t, store.Create(p, cluster.ReasonCreated))
	require.NoError(t, store.Bind(cluster.KeyOf(p), "n0", 0))
	require.NoError(t, engine.Run(sim.Time(s.until)))
	require.NoError(t, checker.Final())
	require.Equal(t, unindent(s.want), told.String())
}

// line tells of a change to a pod after its binding: when, why, and what its status says then.
func line(c *cluster.Change) string {
	before, p := c.Pods()
	switch {
	case p == nil && before != nil:
		return fmt.Sprintf("%v %s: gone\n", c.At, c.Reason)
	case p == nil || before == nil || c.Reason == cluster.ReasonScheduled:
		return ""
	}
	s := &p.Status
	text := fmt.Sprintf("%v %s: %v", c.At, c.Reason, s.Phase)
	if s.Ready {
		text += " ready"
	}
	for _, word := range []string{s.Reason, s.Message} {
		if word != "" {
			text += " " + word
		}
	}
	if s.Restarts > 0 {
		text += fmt.Sprintf(" restarts=%d", s.Restarts)
	}
	if s.ExitCode != 0 {
		text += fmt.Sprintf(" exit=%d", s.ExitCode)
	}
	return text + "\n"
}

func unindent(text string) string {
	var b strings.Builder
	for l := range strings.Lines(strings.TrimSpace(text)) {
		b.WriteString(strings.TrimSpace(l) + "\n")
	}
	return b.String()
}

func tell(t *testing.T, stories []story) {
	for _, s := range stories {
		t.Run(s.name, s.tell)
	}
}

func one(c cluster.Container) []cluster.Container {
	c.Name = "c"
	return []cluster.Container{c}
}

func remove(at time.Duration) act {
	return act{at, func(t *testing.T, store *cluster.Store) {
		p := store.Pod(cluster.NamespacedName{Namespace: "default", Name: "p"})
		require.NoError(t, store.Terminate(cluster.KeyOf(p), cluster.ReasonKilling))
	}}
}

func config(at time.Duration, namespace, name string, secret bool) act {
	return act{at, func(t *testing.T, store *cluster.Store) {
		require.NoError(t, store.Create(&cluster.ConfigMap{ObjectMeta: meta(namespace, name), Secret: secret}, cluster.ReasonCreated))
	}}
}

func at(seconds int) sim.Time { return sim.Time(seconds) * sim.Time(sec) }
