package traces

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const timedHeader = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time\n"

func timedPods(times ...int) []byte {
	var text strings.Builder
	text.WriteString(timedHeader)
	for i, at := range times {
		fmt.Fprintf(&text, "p%d,1,1,0,0,%d\n", i, at)
	}
	return []byte(text.String())
}

func names(rows []Row) string {
	var list []string
	for _, row := range rows {
		list = append(list, row.Name)
	}
	return strings.Join(list, " ")
}

// Pods come in order of submission, those of one instant in the order of the file.
func TestOpenPodsSorts(t *testing.T) {
	for _, tt := range []struct {
		times []int
		want  string
	}{
		{nil, ""},
		{[]int{5}, "p0"},
		{[]int{1, 2, 3}, "p0 p1 p2"},
		{[]int{0, 0, 0, 0}, "p0 p1 p2 p3"},
		{[]int{3, 2, 1}, "p2 p1 p0"},
		{[]int{5, 1, 5, 1, 0}, "p4 p1 p3 p0 p2"},
	} {
		path := writeTemp(t, "pods.csv", timedPods(tt.times...))
		pods, err := OpenPods(path, "openb")
		require.Equal(t, tt.want, names(readAllPods(t, pods, err)), "%v", tt.times)
	}
}

func TestOpenPodsSortsAsAStableSortDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		times := make([]int, rng.IntN(60))
		for i := range times {
			times[i] = rng.IntN(20)
		}
		text := timedPods(times...)
		pods, err := NewPods(strings.NewReader(string(text)), "pods.csv", "openb")
		want := readAllPods(t, pods, err)
		slices.SortStableFunc(want, func(a, b Row) int { return cmp.Compare(a.Submit, b.Submit) })
		pods, err = OpenPods(writeTemp(t, "pods.csv", text), "openb")
		require.Equal(t, want, readAllPods(t, pods, err))
	}
}

// NewPods keeps the order of what it reads.
func TestNewPodsDoesNotSort(t *testing.T) {
	pods, err := NewPods(strings.NewReader(string(timedPods(3, 1, 2))), "pods.csv", "openb")
	require.Equal(t, "p0 p1 p2", names(readAllPods(t, pods, err)))
}

// A file that is sorted is streamed, one that is not is held.
func TestOpenPodsStreamsWhatIsSorted(t *testing.T) {
	pods, err := OpenPods(writeTemp(t, "pods.csv", timedPods(1, 2, 2)), "openb")
	require.NoError(t, err)
	require.IsType(t, &orderedPods{}, pods)
	require.NoError(t, pods.Close())
	pods, err = OpenPods(writeTemp(t, "pods.csv", timedPods(2, 1)), "openb")
	require.NoError(t, err)
	require.IsType(t, &sortedPods{}, pods)
	require.NoError(t, pods.Close())
}

// The last line is checked before the first is handed out.
func TestOpenPodsChecksTheWholeFile(t *testing.T) {
	for _, times := range [][]int{{1, 2, -3}, {2, 1, -3}} {
		path := writeTemp(t, "pods.csv", timedPods(times...))
		_, err := OpenPods(path, "openb")
		require.EqualError(t, err, path+":4: creation_time: negative: -3")
	}
	path := writeTemp(t, "pods.csv", append(timedPods(1, 2, 3), "p1,1,1,0,0,4\n"...))
	_, err := OpenPods(path, "openb")
	require.EqualError(t, err, path+":5: name: duplicate of line 3")
}

// A pipe cannot be read twice. It is held in memory, and sorted.
func TestOpenPodsReadsAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	written := make(chan error, 1)
	go func() { written <- os.WriteFile(path, timedPods(2, 1), 0o600) }()
	pods, err := OpenPods(path, "openb")
	require.Equal(t, "p1 p0", names(readAllPods(t, pods, err)))
	require.NoError(t, <-written)
}

func TestOrderedPodsNoticesAChangedFile(t *testing.T) {
	pods, err := NewPods(strings.NewReader(string(timedPods(1, 5, 4, 9))), "pods.csv", "openb")
	require.NoError(t, err)
	ordered := &orderedPods{PodReader: pods, path: "pods.csv"}
	for range 2 {
		_, ok := ordered.Next()
		require.True(t, ok)
	}
	for range 2 {
		_, ok := ordered.Next()
		require.False(t, ok)
		require.EqualError(t, ordered.Err(), "pods.csv:4: submitted before line 3: the file changed while it was read")
	}
	require.Equal(t, 5*time.Second, ordered.last.Submit)
}
