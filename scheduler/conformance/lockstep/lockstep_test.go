package lockstep_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/conformance/generate"
	"github.com/wavetank/wavetank/scheduler/conformance/lockstep"
	"github.com/wavetank/wavetank/scheduler/conformance/oracle"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// script is a scheduler that gives prepared verdicts and notes what it is told to do.
type script struct {
	verdicts map[string][]verdict.Verdict
	fail     error
	log      []string
}

func (s *script) Decide(pod string) (verdict.Verdict, error) {
	if s.fail != nil {
		return verdict.Verdict{}, s.fail
	}
	s.log = append(s.log, "decide "+pod)
	v := s.verdicts[pod][0]
	if len(s.verdicts[pod]) > 1 {
		s.verdicts[pod] = s.verdicts[pod][1:]
	}
	return v, nil
}

func (s *script) Assume(pod, node string, _ time.Time) error {
	s.log = append(s.log, "assume "+pod+" on "+node)
	return nil
}

func (s *script) Preempt(pod, node string, victims []string) error {
	s.log = append(s.log, fmt.Sprintf("preempt %s on %s %v", pod, node, victims))
	return nil
}

func (s *script) Close() {}

func places(nodes ...string) verdict.Verdict {
	return verdict.Verdict{Feasible: nodes, Best: nodes}
}

func preempts() verdict.Verdict {
	return verdict.Verdict{Preemption: &verdict.Preemption{Candidate: verdict.Candidate{Node: "n", Victims: []string{"v"}}}}
}

func both(verdicts map[string][]verdict.Verdict) (reference, tested *script) {
	copied := make(map[string][]verdict.Verdict)
	for pod, list := range verdicts {
		copied[pod] = append([]verdict.Verdict{}, list...)
	}
	return &script{verdicts: verdicts}, &script{verdicts: copied}
}

func TestBothAssumeTheTestedSchedulersNode(t *testing.T) {
	reference, tested := both(map[string][]verdict.Verdict{"p": {places("a", "b")}})
	tested.verdicts["p"][0].Chosen = "b"
	steps, err := lockstep.Run([]string{"p"}, reference, tested)
	require.NoError(t, err)
	require.Len(t, steps, 1)
	require.Empty(t, steps[0].Differences)
	require.Equal(t, []string{"decide p", "assume p on b"}, reference.log)
	require.Equal(t, reference.log, tested.log)
}

func TestAPreemptorIsTriedAgainAfterTheNextPod(t *testing.T) {
	reference, tested := both(map[string][]verdict.Verdict{
		"p": {preempts(), places("n")}, "q": {places("m")}, "r": {places("m")}})
	_, err := lockstep.Run([]string{"p", "q", "r"}, reference, tested)
	require.NoError(t, err)
	require.Equal(t, []string{"decide p", "preempt p on n [v]", "decide q", "assume q on m", "decide p", "assume p on n",
		"decide r", "assume r on m"}, reference.log)
}

func TestAPodThatPreemptsForeverIsTriedTwice(t *testing.T) {
	reference, tested := both(map[string][]verdict.Verdict{"p": {preempts()}})
	steps, err := lockstep.Run([]string{"p"}, reference, tested)
	require.NoError(t, err)
	require.Len(t, steps, 2)
}

func TestTheFirstDifferenceEndsTheWalk(t *testing.T) {
	reference, tested := both(map[string][]verdict.Verdict{"p": {places("a")}, "q": {places("a")}})
	tested.verdicts["p"][0] = places("b")
	steps, err := lockstep.Run([]string{"p", "q"}, reference, tested)
	require.NoError(t, err)
	require.Len(t, steps, 1)
	require.Equal(t, []string{"feasible: want [a], got [b]", "best: want [a], got [b]"}, steps[0].Differences)
	require.Equal(t, []string{"decide p"}, reference.log, "nothing is assumed after a difference")
}

func TestAnErrorIsADifferenceOnOneSideAndAFailureOnTheOther(t *testing.T) {
	reference, tested := both(map[string][]verdict.Verdict{"p": {places("a")}})
	tested.fail = errors.New("broken")
	steps, err := lockstep.Run([]string{"p"}, reference, tested)
	require.NoError(t, err)
	require.Equal(t, []string{"error: broken"}, steps[0].Differences)

	reference.fail = errors.New("no such pod")
	_, err = lockstep.Run([]string{"p"}, reference, tested)
	require.EqualError(t, err, "reference: no such pod")
}

// TestTheRealSchedulerAgreesWithItself: two processes' worth of state, goroutines and map orders, the same verdicts.
func TestTheRealSchedulerAgreesWithItself(t *testing.T) {
	sequences := 0
	for i := 0; sequences < 6; i++ {
		c, err := generate.New(11, i)
		require.NoError(t, err)
		cluster, err := oracle.Load(c.YAML)
		require.NoError(t, err, c)
		if len(cluster.Pending) < 2 {
			continue
		}
		sequences++
		for _, step := range walk(t, c, cluster) {
			require.Empty(t, step.Differences, c)
		}
	}
}

func walk(t *testing.T, c generate.Case, cluster *oracle.Cluster) []lockstep.Step {
	reference, err := oracle.New(cluster)
	require.NoError(t, err, c)
	defer reference.Close()
	tested, err := oracle.Open(c.YAML)
	require.NoError(t, err, c)
	defer tested.Close()
	steps, err := lockstep.Run(cluster.Pending, reference, tested)
	require.NoError(t, err, c)
	require.GreaterOrEqual(t, len(steps), len(cluster.Pending))
	return steps
}
