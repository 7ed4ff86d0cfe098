package results

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

func write(t *testing.T, dir, name, text string) {
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
}

// oneRun leaves the results of a run with one pod, of the given name.
func oneRun(t *testing.T, cfg Config, pod string) *world {
	w := newWorld(t, cfg)
	w.addPod(makePod(pod, makeSpec(100)))
	w.at(time.Second)
	w.close("")
	return w
}

func TestUnwritableFolders(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "file", "")
	_, err := NewRecorder(Config{Dir: filepath.Join(dir, "file", "out")})
	require.EqualError(t, err, "output folder "+dir+"/file/out cannot be created: not a directory")
	_, err = NewRecorder(Config{Dir: filepath.Join(dir, "file")})
	require.EqualError(t, err, "output folder "+dir+"/file cannot be created: not a directory")

	require.NoError(t, os.MkdirAll(filepath.Join(dir, "blocked", SummaryFile+temporarySuffix), 0o755))
	_, err = NewRecorder(Config{Dir: filepath.Join(dir, "blocked")})
	require.EqualError(t, err, "output folder "+dir+"/blocked is not writable: is a directory")
}

func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("permissions do not bind the super-user")
	}
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o555))
	_, err := NewRecorder(Config{Dir: dir})
	require.EqualError(t, err, "output folder "+dir+" is not writable: permission denied")
}

func TestForeignFilesAreNotTouched(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{PodsFile, "mine"}, {ManifestFile, "mine"}, {SummaryFile, "mine"}, {SummaryFile, `{"kind":"wavetank.compare/v1"}`},
	} {
		dir := t.TempDir()
		write(t, dir, c.name, c.text)
		_, err := NewRecorder(Config{Dir: dir})
		require.EqualError(t, err, "output folder "+dir+" holds a "+c.name+" that is not from an earlier run: choose another folder")
		require.Equal(t, []string{c.name}, listing(t, dir))
	}
}

func TestEarlierResultsAreReplaced(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "notes.txt", "mine")
	w := oneRun(t, Config{Dir: dir, Events: true, SampleEvery: time.Second}, "first")
	require.NoError(t, NewWallclock(&Summary{}, time.Second, 0).Write(dir))
	require.Equal(t, []string{EventsFile, "notes.txt", PodsFile, SummaryFile, SeriesFile, WallclockFile}, listing(t, dir))
	require.Contains(t, w.file(PodsFile), "first")

	w = oneRun(t, Config{Dir: dir}, "second")
	require.Equal(t, []string{"notes.txt", PodsFile, SummaryFile}, listing(t, dir), "nothing of the first run is left")
	require.NotContains(t, w.file(PodsFile), "first")
	require.Equal(t, "mine", w.file("notes.txt"))
}

func TestDiscardLeavesEarlierResults(t *testing.T) {
	dir := t.TempDir()
	w := oneRun(t, Config{Dir: dir}, "first")
	second, err := NewRecorder(Config{Dir: dir, Events: true})
	require.NoError(t, err)
	require.Contains(t, listing(t, dir), EventsFile+temporarySuffix)
	second.Discard()
	second.Discard()
	require.Equal(t, []string{PodsFile, SummaryFile}, listing(t, dir))
	require.Contains(t, w.file(PodsFile), "first")
	w.rec.Discard() // after Close: nothing to take back
	require.Equal(t, []string{PodsFile, SummaryFile}, listing(t, dir))
}

// TestFailingDisk closes the file under the recorder, and expects the error of the write where a full disk would give one.
func TestFailingDisk(t *testing.T) {
	dir := t.TempDir()
	var failures []error
	w := newWorld(t, Config{Dir: dir, Events: true, Fail: func(err error) { failures = append(failures, err) }})
	require.NoError(t, w.rec.out.events.file.f.Close())
	for range 2000 { // more than a buffer
		w.addPod(makePod(strings.Repeat("x", 60)+podName(w.store.Len(cluster.KindPod)), makeSpec(1)))
	}
	require.Len(t, failures, 1, "the first error is reported, once")
	require.ErrorIs(t, failures[0], os.ErrClosed)
	_, err := w.rec.Close(0, Ending{})
	require.ErrorIs(t, err, os.ErrClosed)
	require.ErrorContains(t, err, "writing "+filepath.Join(dir, EventsFile))
	require.Empty(t, listing(t, dir))
}

// TestFailureWhileClosing: an error that shows only when buffers are flushed leaves nothing either.
func TestFailureWhileClosing(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, Config{Dir: dir})
	w.addPod(makePod("a", makeSpec(1)))
	require.NoError(t, w.rec.out.pods.f.Close())
	_, err := w.rec.Close(0, Ending{})
	require.ErrorIs(t, err, os.ErrClosed)
	require.Empty(t, listing(t, dir))
}

// TestFailureWhilePublishing: a folder with files of two runs would be worse than an empty one.
func TestFailureWhilePublishing(t *testing.T) {
	dir := t.TempDir()
	oneRun(t, Config{Dir: dir}, "first")
	rec, err := NewRecorder(Config{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, EventsFile, "in-the-way"), 0o755))
	_, err = rec.Close(0, Ending{})
	require.ErrorContains(t, err, "finishing results")
	require.Equal(t, []string{EventsFile}, listing(t, dir))
}

func TestWriteFileLeavesNothingOnError(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("broken")
	err := WriteFile(dir, WallclockFile, func(io.Writer) error { return broken })
	require.ErrorIs(t, err, broken)
	require.Empty(t, listing(t, dir))
}
