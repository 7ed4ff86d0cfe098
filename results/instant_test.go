package results

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
)

// TestInstants: an instant is read back as it was written, and no other form of it is.
func TestInstants(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		at := sim.Time(rapid.Int64().Draw(rt, "at"))
		text := string(AppendInstant(nil, at))
		got, err := ParseInstant(text)
		require.NoError(rt, err)
		require.Equal(rt, at, got)
		_, err = ParseInstant("0" + text)
		require.Error(rt, err)
	})
}
