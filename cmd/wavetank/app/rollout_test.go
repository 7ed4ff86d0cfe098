package app

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/plotter"

	"github.com/wavetank/wavetank/results/replay"
	"github.com/wavetank/wavetank/sim"
)

func at(seconds float64) sim.Time { return sim.Time(seconds * float64(time.Second)) }

// handover is a rollout from one ReplicaSet to another.
func handover() *replay.History {
	step := func(seconds float64, replicas, ready, available int) replay.Step {
		return replay.Step{At: at(seconds), Counts: replay.Counts{Replicas: replicas, Ready: ready, Available: available}}
	}
	return &replay.History{From: 0, To: at(10), Revisions: []*replay.Revision{
		{Name: "web-1", Steps: []replay.Step{step(0, 0, 0, 0), step(1, 4, 0, 0), step(2, 4, 4, 3), step(6, 0, 0, 0)}},
		{Name: "web-2", Steps: []replay.Step{step(5, 0, 0, 0), step(5.5, 6, 2, 1)}},
	}}
}

func TestWindow(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		want           string
		begin, end     sim.Time
	}{
		{"everything", "", "", "web-1 web-2", 0, at(10)},
		{"before the second", "1s", "5s", "web-1", at(1), at(5)},
		{"from its first pods on", "1s", "5500ms", "web-1 web-2", at(1), at(5.5)},
		{"after the first has gone", "6s", "", "web-2", at(6), at(10)},
		{"past the end", "9s", "1m", "web-2", at(9), at(60)},
		{"before all", "0s", "500ms", "", 0, at(0.5)},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := handover()
			require.NoError(t, (&rolloutFlags{from: c.from, to: c.to}).window(h))
			var names []string
			for _, r := range h.Revisions {
				names = append(names, r.Name)
			}
			require.Equal(t, c.want, strings.Join(names, " "))
			require.Equal(t, c.begin, h.From)
			require.Equal(t, c.end, h.To)
		})
	}
	h := &replay.History{From: at(3), To: at(3)}
	require.NoError(t, (&rolloutFlags{}).window(h))
	require.Equal(t, at(4), h.To, "an instant is drawn a second wide")
	require.ErrorContains(t, (&rolloutFlags{from: "x"}).window(handover()), "--from: ")
	require.ErrorContains(t, (&rolloutFlags{to: "-1s"}).window(handover()), "--to: -1s is before the run")
	require.ErrorContains(t, (&rolloutFlags{from: "11s"}).window(handover()), "--to: 10s is not after 11s")
}

func TestMostPods(t *testing.T) {
	h := handover()
	require.Equal(t, 6, mostPods(h))
	h.From, h.To = at(2), at(5)
	require.Equal(t, 4, mostPods(h), "what was there when the chart begins counts")
	h.From = at(7)
	h.Revisions = h.Revisions[:1]
	require.Equal(t, 1, mostPods(h))
}

func TestSampled(t *testing.T) {
	h := handover()
	values := sampled(h, h.Revisions[1], measures[1].of)
	require.Len(t, values, chartColumns)
	require.True(t, values[0] != values[0], "it was not there")
	require.Equal(t, 2.0, values[chartColumns-1])
	values = sampled(h, h.Revisions[0], measures[2].of)
	require.Equal(t, 0.0, values[0])
	require.Equal(t, 3.0, values[chartColumns*3/10])
	require.Equal(t, 0.0, values[chartColumns-1])
}

func TestStepsOf(t *testing.T) {
	h := handover()
	require.Equal(t, plotter.XYs{{X: 5, Y: 0}, {X: 5.5, Y: 6}, {X: 10, Y: 6}}, stepsOf(h, h.Revisions[1], measures[0].of))
	h.From, h.To = at(1.5), at(3)
	require.Equal(t, plotter.XYs{{X: 1.5, Y: 0}, {X: 2, Y: 4}, {X: 3, Y: 4}}, stepsOf(h, h.Revisions[0], measures[1].of))
}

func TestWholePods(t *testing.T) {
	for most, want := range map[float64]string{1: "0 1", 4: "0 1 2 3 4", 5: "0 1 2 3 4 5", 6: "0 2 4 6", 23: "0 5 10 15 20"} {
		var labels []string
		for _, tick := range wholePods(0, most) {
			labels = append(labels, tick.Label)
		}
		require.Equal(t, want, strings.Join(labels, " "), "%v", most)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestDrawRollout(t *testing.T) {
	var first, second bytes.Buffer
	require.NoError(t, drawRollout(&first, handover()))
	require.NoError(t, drawRollout(&second, handover()))
	require.Equal(t, first.String(), second.String())
	for _, want := range []string{"replicaset/web-1<", "replicaset/web-2<", ">replicas<", ">ready<", ">available<"} {
		require.Contains(t, first.String(), want)
	}
	require.ErrorContains(t, drawRollout(broken{}, handover()), "full")
}

// TestFigureIsWholeOrAbsent: nothing half-written has the name of a figure.
func TestFigureIsWholeOrAbsent(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken.svg")
	require.NoError(t, os.Mkdir(taken, 0o755))
	require.ErrorContains(t, writeRolloutSVG(taken, handover()), "--svg: ")
	require.NoError(t, writeRolloutSVG(filepath.Join(dir, "web.svg"), handover()))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 2)
	require.Equal(t, "taken.svg", left[0].Name())
	require.Equal(t, "web.svg", left[1].Name())
}

func TestLettersOfManyRevisions(t *testing.T) {
	require.Equal(t, "a", letter(0))
	require.Equal(t, "z", letter(25))
	require.Equal(t, "a", letter(26))
}
