package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOrder(t *testing.T) {
	e := New(1)
	var got []string
	log := func(name string) Func { return Func{name, func(now Time) { got = append(got, now.String()+" "+name) }} }
	e.After(2*time.Second, PhaseWorld, log("d"))
	e.After(time.Second, PhaseSchedule, log("c"))
	e.After(time.Second, PhaseWorld, log("a"))
	e.After(time.Second, PhaseWorld, log("b"))
	require.NoError(t, e.Run(Never))
	require.Equal(t, []string{"1s a", "1s b", "1s c", "2s d"}, got)
}
