package sim

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTimeString(t *testing.T) {
	tests := []struct {
		time Time
		want string
	}{
		{0, "0s"},
		{1, "1ns"},
		{Time(3723500 * time.Millisecond), "1h2m3.5s"},
		{Time(100 * time.Hour), "100h0m0s"},
		{Never - 1, "2562047h47m16.854775806s"},
		{Never, "never"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, tt.time.String())
	}
}

func TestTimeAdd(t *testing.T) {
	tests := []struct {
		name string
		time Time
		d    time.Duration
		want Time
	}{
		{"forward", 1, 2, 3},
		{"back", 3, -2, 1},
		{"nothing", 3, 0, 3},
		{"to the end", Never - 1, 1, Never},
		{"beyond the end", Never - 1, 2, Never},
		{"far beyond the end", 1, math.MaxInt64, Never},
		{"never is not put off", Never, 1, Never},
		{"never is not brought forward", Never, -1, Never},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, tt.time.Add(tt.d), tt.name)
	}
}

func TestAddAndSubAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Time(rapid.Int64Range(0, math.MaxInt64-1).Draw(t, "a"))
		b := Time(rapid.Int64Range(0, math.MaxInt64-1).Draw(t, "b"))
		require.Equal(t, b, a.Add(b.Sub(a)))
	})
}

func TestSeconds(t *testing.T) {
	require.Equal(t, 1.5, Time(1500*time.Millisecond).Seconds())
	require.Equal(t, 1e-9, Time(1).Seconds())
}

func TestPhaseString(t *testing.T) {
	require.Equal(t, "World", PhaseWorld.String())
	require.Equal(t, "Schedule", PhaseSchedule.String())
	require.Equal(t, "Observe", PhaseObserve.String())
	require.Equal(t, "Phase(0)", Phase(0).String())
	require.Equal(t, "Phase(7)", Phase(7).String())
	require.Equal(t, "Phase(255)", Phase(255).String())
}
