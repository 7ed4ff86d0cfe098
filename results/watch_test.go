package results

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// TestWatch: who watches hears the lines of events.jsonl as they happen, with the file, without it, and without a folder.
func TestWatch(t *testing.T) {
	for _, c := range []struct {
		name         string
		folder, file bool
	}{{"no folder", false, false}, {"a folder without events", true, false}, {"events.jsonl too", true, true}} {
		t.Run(c.name, func(t *testing.T) {
			var seen strings.Builder
			cfg := Config{Events: c.file, Watch: func(line []byte) { seen.Write(line) }}
			if c.folder {
				cfg.Dir = t.TempDir()
			}
			rec, err := NewRecorder(cfg)
			require.NoError(t, err)
			store := cluster.NewStore(sim.New(0))
			store.Observe(rec.OnChange)
			require.NoError(t, store.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: "n"}}}, cluster.ReasonCreated))
			want := `{"t":0,"kind":"Node","name":"n","event":"created"}` + "\n" + `{"t":0,"kind":"Node","name":"n","event":"ready"}` + "\n"
			require.Equal(t, want, seen.String(), "before the run has ended")
			_, err = rec.Close(0, Ending{})
			require.NoError(t, err)
			text, err := os.ReadFile(filepath.Join(cfg.Dir, EventsFile))
			if c.file {
				require.NoError(t, err)
				require.Equal(t, want, string(text))
			} else {
				require.ErrorIs(t, err, os.ErrNotExist)
			}
		})
	}
}
