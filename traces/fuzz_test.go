package traces

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// maxFuzzBytes keeps a small compressed input from growing into a large file.
const maxFuzzBytes = 1 << 20

// addScript adds the inputs of a script test to the corpus, plain and compressed.
func addScript(f *testing.F, path string) {
	script, err := os.ReadFile(path)
	require.NoError(f, err)
	for part := range strings.SplitSeq(string(script), "\n----\n") {
		at := max(strings.LastIndex(part, "\npods\n")+6, strings.LastIndex(part, "\nnodes\n")+7)
		if at < 7 || at > len(part) {
			continue
		}
		input := []byte(part[at:] + "\n")
		f.Add(input)
		f.Add(gzipped(f, input))
		f.Add(zstandard(f, input))
	}
}

// Whatever the bytes, reading ends with rows that keep what is promised, or with an error that names the file; and
// the same bytes give the same rows and the same error.
func FuzzReadPods(f *testing.F) {
	addScript(f, "testdata/openb_pods.txt")
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := fuzzPods(t, data)
		again, errAgain := fuzzPods(t, data)
		require.Equal(t, rows, again)
		require.Equal(t, err, errAgain)
	})
}

func FuzzReadNodes(f *testing.F) {
	addScript(f, "testdata/openb_nodes.txt")
	f.Fuzz(func(t *testing.T, data []byte) {
		nodes, err := NewNodes(limited(t, data), "nodes.csv", "openb")
		if err != nil {
			requireNamed(t, err, "nodes.csv")
			return
		}
		seen := map[string]bool{}
		for row, ok := nodes.Next(); ok; row, ok = nodes.Next() {
			requireNode(t, row)
			require.False(t, seen[row.Name], "%s twice", row.Name)
			seen[row.Name] = true
		}
		requireNamed(t, nodes.Err(), "nodes.csv")
		require.NoError(t, nodes.Close())
	})
}

func fuzzPods(t *testing.T, data []byte) ([]Row, string) {
	pods, err := NewPods(limited(t, data), "pods.csv", "openb")
	if err != nil {
		requireNamed(t, err, "pods.csv")
		return nil, err.Error()
	}
	var rows []Row
	seen := map[string]bool{}
	for row, ok := pods.Next(); ok; row, ok = pods.Next() {
		requirePod(t, row)
		require.False(t, seen[row.Name], "%s twice", row.Name)
		require.True(t, len(rows) == 0 || rows[len(rows)-1].Line < row.Line)
		seen[row.Name] = true
		rows = append(rows, row)
	}
	requireNamed(t, pods.Err(), "pods.csv")
	require.NoError(t, pods.Close())
	if pods.Err() != nil {
		return rows, pods.Err().Error()
	}
	return rows, ""
}

// limited skips what decompresses to more than a fuzz run should chew on.
func limited(t *testing.T, data []byte) *bytes.Reader {
	src, err := decompress(nopCloser{bytes.NewReader(data)}, "x")
	if err == nil {
		n, _ := src.Read(make([]byte, 1))
		for total := n; n > 0; total += n {
			if total > maxFuzzBytes {
				t.Skip("too large")
			}
			n, _ = src.Read(make([]byte, 64<<10))
		}
		require.NoError(t, src.Close())
	}
	return bytes.NewReader(data)
}

type nopCloser struct{ *bytes.Reader }

func (nopCloser) Close() error { return nil }

func requireNamed(t *testing.T, err error, name string) {
	if err != nil {
		require.True(t, strings.HasPrefix(err.Error(), name+":"), "%v", err)
	}
}
