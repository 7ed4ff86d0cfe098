package clusterautoscaler

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
)

// pause has the autoscaler stand still from one instant to another.
func (w *world) pause(from, to time.Duration) {
	w.at(from, func() { w.ca.Pause(true) })
	w.at(to, func() { w.ca.Pause(false) })
}

// Pods wait for an autoscaler that stands still. It scans at the next instant of its grid once it goes on.
func TestPauseOfScaleUp(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 0, 3, 4000, 16*gib))
	w.pause(time.Second, 123*time.Second)
	w.set("web", 5, podSpec(3000, gib))
	w.run(125 * time.Second)
	require.Empty(t, w.reports)
	require.Zero(t, w.groups["a"].Target())
	w.run(10 * time.Minute)
	require.Equal(t, []string{"2m10s"}, prefixes(w.story(ScaleUp)))
}

// A removal that is under way stops where it is: after the taint, while an eviction is asked for again, and while the last
// pods end. It goes on from there.
func TestPauseOfARemoval(t *testing.T) {
	for name, from := range map[string]time.Duration{
		"before the drain": 11*time.Minute + time.Second, "refused": 11*time.Minute + 20*time.Second, "pods end": 11*time.Minute + 42*time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := sparse(t, podSpec(1000, gib), nil)
			w.stop = 30 * time.Second
			w.evictor.refuse = true
			w.at(11*time.Minute+30*time.Second, func() { w.evictor.refuse = false })
			w.pause(from, 13*time.Minute)
			w.run(from)
			require.NotEmpty(t, w.ca.deletions)
			asked, reports := w.evictor.asked, len(w.reports)
			w.run(13*time.Minute - 1)
			require.Len(t, w.reports, reports, "nothing is done meanwhile")
			require.Equal(t, asked, w.evictor.asked)
			require.Len(t, w.nodes(), 2)
			require.NoError(t, w.engine.Run(sim.Never))
			require.Len(t, w.nodes(), 1)
			require.Len(t, w.story(ScaleDownDone), 1)
			require.Empty(t, w.ca.held)
		})
	}
}

// A pause in which nothing happens is none: the scan after it finds nothing, and there is no other.
func TestPauseOfNothing(t *testing.T) {
	w := newWorld(t, defaults(), groupConfig("a", 0, 3, 4000, 16*gib))
	w.pause(time.Minute, 2*time.Minute)
	w.at(3*time.Minute, func() { w.ca.Pause(false) })
	require.NoError(t, w.engine.Run(sim.Never))
	require.Empty(t, w.reports)
	require.Equal(t, sim.Time(3*time.Minute), w.engine.Now())
}
