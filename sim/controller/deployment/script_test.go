package deployment_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/deployment"
)

// TestScripts runs the scripts of testdata. Their commands:
//
//	cluster [start=2s] [stop=1s] [wall=250ms] [qps=20] [burst=30]
//	    a new world: how long pods take to become ready and to end; what the clock shows beyond a whole second
//	deployment replicas=3 [surge=1|25%] [unavailable=1|25%] [recreate] [min-ready=5s] [deadline=60s] [history=10]
//	set-image v2 | scale 5 | pause | resume | undo [revision] | restart | deadline 10s
//	    what a user does, now; an error is printed
//	broken v2
//	    pods of this image do not become ready
//	run for=10s | until=1m
//	    lets time pass and prints what happened: ReplicaSets by image and size, conditions by reason, changes of the
//	    Deployment's counts (with counts), pods by number
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		if strings.Contains(path, "rapid") {
			return
		}
		s := &script{t: t}
		datadriven.RunTest(t, path, func(t *testing.T, td *datadriven.TestData) string { return s.do(td) })
	})
}

// script is the world of one script.
type script struct {
	*world
	t      *testing.T
	broken map[string]bool
	log    []string
}

func (s *script) do(td *datadriven.TestData) string {
	switch td.Cmd {
	case "cluster":
		s.cluster(td)
	case "deployment":
		s.deploy(td)
	case "broken":
		s.broken[word(td, 0)] = true
	case "run":
		return s.pass(td)
	default:
		if err := s.user(td)(s.store); err != nil {
			return err.Error()
		}
	}
	return ""
}

func word(td *datadriven.TestData, i int) string {
	if i >= len(td.CmdArgs) {
		return ""
	}
	return td.CmdArgs[i].String()
}

// value returns an argument key=value, "" if it is not given.
func value(td *datadriven.TestData, key string) string {
	for _, arg := range td.CmdArgs {
		if arg.Key == key {
			return strings.Join(arg.Vals, "")
		}
	}
	return ""
}

func span(td *datadriven.TestData, key string) time.Duration {
	d, _ := time.ParseDuration(value(td, key)) // not given: 0
	return d
}

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}

func limit(text string) cluster.IntOrPercent {
	n, isPercent := strings.CutSuffix(text, "%")
	return cluster.IntOrPercent{Value: number(n, 0), Percent: isPercent}
}

func always(d time.Duration) func(*rand.Rand) time.Duration {
	return func(*rand.Rand) time.Duration { return d }
}

func (s *script) cluster(td *datadriven.TestData) {
	opts := controller.Options{QPS: float64(number(value(td, "qps"), 0)), Burst: number(value(td, "burst"), 0)}
	s.world = newWorld(s.t, 1, opts, life{start: always(span(td, "start")), stop: always(span(td, "stop"))})
	s.store.SetWallFraction(span(td, "wall"))
	s.broken, s.log = map[string]bool{}, nil
	s.store.Observe(s.note)
	s.world.unready = func(p *cluster.Pod) bool { return s.broken[p.Spec.Containers[0].Image] }
}

func (s *script) deploy(td *datadriven.TestData) {
	s.create(&cluster.Deployment{
		Replicas: number(value(td, "replicas"), 1), Recreate: td.HasArg("recreate"),
		MaxSurge: limit(value(td, "surge")), MaxUnavailable: limit(value(td, "unavailable")),
		MinReadySeconds: span(td, "min-ready"), ProgressDeadline: span(td, "deadline"), RevisionHistoryLimit: number(value(td, "history"), 10),
	})
}

// user returns what kubectl's verbs do.
func (s *script) user(td *datadriven.TestData) controller.Call {
	edit := func(edit func(*cluster.Deployment)) controller.Call {
		return deployment.Edit(web, cluster.ReasonUpdated, edit)
	}
	arg := word(td, 0)
	switch td.Cmd {
	case "set-image":
		return edit(func(d *cluster.Deployment) { d.Template = template(arg) })
	case "scale":
		return edit(func(d *cluster.Deployment) { d.Replicas = number(arg, 0) })
	case "pause":
		return edit(func(d *cluster.Deployment) { d.Paused = true })
	case "resume":
		return edit(func(d *cluster.Deployment) { d.Paused = false })
	case "undo":
		return deployment.Undo(web, int64(number(arg, 0)))
	case "restart":
		return deployment.Restart(web)
	}
	s.t.Fatalf("unknown command %s", td.Cmd)
	return nil
}

func (s *script) note(c *cluster.Change) {
	switch o := c.Object().(type) {
	case *cluster.ReplicaSet:
		s.noteSet(c, o)
	case *cluster.Deployment:
		if before, ok := c.Old.(*cluster.Deployment); ok {
			s.noteStatus(before, o)
		}
	}
}

func (s *script) noteSet(c *cluster.Change, rs *cluster.ReplicaSet) {
	image := rs.Template.Spec.Containers[0].Image
	before, _ := c.Old.(*cluster.ReplicaSet)
	switch {
	case c.Verb == cluster.Added:
		s.line("%s  created with %d, revision %d", image, rs.Replicas, deployment.Revision(rs))
	case c.Verb == cluster.Deleted:
		s.line("%s  deleted", image)
	case before.Replicas != rs.Replicas:
		s.line("%s  %d -> %d", image, before.Replicas, rs.Replicas)
	case deployment.Revision(before) != deployment.Revision(rs):
		s.line("%s  revision %d", image, deployment.Revision(rs))
	}
}

func (s *script) noteStatus(before, after *cluster.Deployment) {
	for _, c := range after.Status.Conditions {
		if !has(before.Status.Conditions, c) {
			status := strconv.FormatBool(c.Status)
			if c.Unknown {
				status = "unknown"
			}
			s.line("    %s %s: %s", c.Type, status, c.Reason)
		}
	}
	if st := after.Status; st.Updated == after.Replicas && st.Available == after.Replicas && st.Replicas == after.Replicas &&
		before.Status.Available+before.Status.Updated+before.Status.Replicas != 3*after.Replicas {
		s.line("    complete: %d", st.Available)
	}
}

func has(conditions []cluster.Condition, c cluster.Condition) bool {
	for _, o := range conditions {
		if o.Type == c.Type && o.Reason == c.Reason && o.Status == c.Status {
			return true
		}
	}
	return false
}

func (s *script) line(format string, args ...any) {
	s.log = append(s.log, fmt.Sprintf("%-8v", s.engine.Now())+fmt.Sprintf(format, args...))
}

func (s *script) pass(td *datadriven.TestData) string {
	until := sim.Time(span(td, "until"))
	if d := span(td, "for"); d > 0 {
		until = s.engine.Now().Add(d)
	}
	s.run(until)
	require.NoError(s.t, s.store.Check())
	out := strings.Join(s.log, "\n")
	s.log = nil
	active, available, terminating := s.count()
	return out + fmt.Sprintf("\n%v: %d pods, %d available, %d terminating\n", s.engine.Now(), active, available, terminating)
}
