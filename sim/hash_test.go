package sim

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// hashOf is the hash of a run of what build schedules.
func hashOf(t *testing.T, seed uint64, build func(e *Engine)) uint64 {
	e := New(seed)
	build(e)
	require.NoError(t, e.Run(1e13))
	return e.Hash()
}

func mm1(e *Engine) { newStation(e, 0.8) }

func TestSameSeedSameHash(t *testing.T) {
	want := hashOf(t, 7, mm1)
	require.Equal(t, want, hashOf(t, 7, mm1))
	require.NotEqual(t, want, hashOf(t, 8, mm1))
	require.NotEqual(t, hashOf(t, 0, mm1), hashOf(t, 1, mm1), "seed 0 is a seed like any other")

	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	require.Equal(t, want, hashOf(t, 7, mm1))
}

// Each schedule differs from the others in one thing; so must the hashes.
func TestHashTellsRunsApart(t *testing.T) {
	x, y := named("x"), named("y")
	schedules := map[string]func(e *Engine){
		"nothing":        func(*Engine) {},
		"one at 0":       func(e *Engine) { e.At(0, PhaseWorld, x) },
		"one":            func(e *Engine) { e.At(1, PhaseWorld, x) },
		"another time":   func(e *Engine) { e.At(2, PhaseWorld, x) },
		"another phase":  func(e *Engine) { e.At(1, PhaseArrive, x) },
		"one more":       func(e *Engine) { e.At(1, PhaseWorld, x); e.At(1, PhaseWorld, y) },
		"two":            func(e *Engine) { e.At(1, PhaseWorld, x); e.At(2, PhaseWorld, y) },
		"another order":  func(e *Engine) { e.At(2, PhaseWorld, y); e.At(1, PhaseWorld, x) },
		"one taken back": func(e *Engine) { e.Cancel(e.At(1, PhaseWorld, y)); e.At(1, PhaseWorld, x) },
	}
	seen := map[uint64]string{}
	for name, build := range schedules {
		h := hashOf(t, 1, build)
		require.Empty(t, seen[h], "the same hash as %q", name)
		seen[h] = name
	}
}

// How a run is cut into calls of Run is not part of its history.
func TestHashDoesNotDependOnPauses(t *testing.T) {
	whole, parts := New(3), New(3)
	mm1(whole)
	mm1(parts)
	for until := Time(0); until <= 1e12; until += 1e10 {
		require.NoError(t, parts.Run(until))
	}
	require.NoError(t, whole.Run(1e12))
	require.Equal(t, whole.Hash(), parts.Hash())
	require.Equal(t, whole.Events(), parts.Events())
}

// The hash of a given log is the same on every machine and in every version:
// results that were published are checked against it.
func TestHashIsPinned(t *testing.T) {
	h := hashOf(t, 1, func(e *Engine) {
		for i := range Time(1000) {
			e.At(i*i%257, PhaseWorld+Phase(i%6), named("x"))
		}
	})
	require.Equal(t, uint64(0xcf967b24f4f007cf), h)
}
