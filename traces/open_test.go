package traces

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

const samplePodsPath = "data/openb_sample_pods.csv"

func gzipped(t testing.TB, text []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func zstandard(t testing.TB, text []byte) []byte {
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return w.EncodeAll(text, nil)
}

func writeTemp(t testing.TB, name string, text []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

func sampleText(t testing.TB) []byte {
	text, err := os.ReadFile(samplePodsPath)
	require.NoError(t, err)
	return text
}

// Compression is told by the first bytes: the name of the file says nothing.
func TestOpenDecompresses(t *testing.T) {
	text := sampleText(t)
	pods, err := OpenPods(samplePodsPath, "openb")
	want := readAllPods(t, pods, err)
	require.Len(t, want, sampleCount)
	for name, content := range map[string][]byte{
		"plain.gz":  text,
		"gzip.csv":  gzipped(t, text),
		"zstd.csv":  zstandard(t, text),
		"two.gz":    append(gzipped(t, text[:1000]), gzipped(t, text[1000:])...),
		"two.zst":   append(zstandard(t, text[:1000]), zstandard(t, text[1000:])...),
		"crlf.csv":  bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")),
		"nolf.csv":  bytes.TrimSuffix(text, []byte("\n")),
		"blank.csv": append(bytes.Clone(text), "\n\n"...),
	} {
		t.Run(name, func(t *testing.T) {
			pods, err := OpenPods(writeTemp(t, name, content), "openb")
			require.Equal(t, want, readAllPods(t, pods, err))
			pods, err = NewPods(bytes.NewReader(content), name, "openb")
			require.Equal(t, want, readAllPods(t, pods, err))
		})
	}
}

func TestOpenNodesDecompresses(t *testing.T) {
	nodes, err := OpenNodes("data/openb_sample_nodes.csv", "openb")
	want := readAllNodes(t, nodes, err)
	require.Len(t, want, 60)
	for _, row := range want {
		requireNode(t, row)
	}
	text, err := os.ReadFile("data/openb_sample_nodes.csv")
	require.NoError(t, err)
	for _, content := range [][]byte{gzipped(t, text), zstandard(t, text)} {
		nodes, err = OpenNodes(writeTemp(t, "nodes", content), "openb")
		require.Equal(t, want, readAllNodes(t, nodes, err))
	}
}

// Wherever a compressed trace is cut off, reading fails, and says which file and that it was cut.
func TestOpenTruncated(t *testing.T) {
	text := sampleText(t)
	for kind, whole := range map[string][]byte{"gzip": gzipped(t, text), "zstd": zstandard(t, text)} {
		for _, cut := range []int{5, 9, 100, len(whole) / 2, len(whole) - 1} {
			path := writeTemp(t, kind, whole[:cut])
			_, err := OpenPods(path, "openb")
			require.EqualError(t, err, path+": truncated: the compressed data ends too early: unexpected EOF", "%s cut at %d", kind, cut)
		}
	}
}

func TestOpenCorrupt(t *testing.T) {
	text := sampleText(t)
	for kind, content := range map[string][]byte{"gzip": gzipped(t, text), "zstd": zstandard(t, text)} {
		content[len(content)-3] ^= 0xff // in the checksum
		path := writeTemp(t, kind, content)
		_, err := OpenPods(path, "openb")
		require.ErrorContains(t, err, path+": reading trace: ")
	}
}

func TestOpenErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.csv")
	empty := writeTemp(t, "empty.csv", nil)
	emptyGzip := writeTemp(t, "empty.csv.gz", gzipped(t, nil))
	for _, tt := range []struct{ name, path, format, want string }{
		{"a file that is not there", missing, "openb", missing + ": no such trace file: file does not exist"},
		{"an empty file", empty, "openb", empty + ": empty: a header line is expected: "},
		{"an empty file, compressed", emptyGzip, "openb", emptyGzip + ": empty: a header line is expected: "},
		{"an unknown format", empty, "borg", `trace format "borg" is unknown; known are: openb`},
		{"a folder", "testdata", "openb", "testdata: reading trace: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := OpenPods(tt.path, tt.format)
			require.ErrorContains(t, err, tt.want)
			_, err = OpenNodes(tt.path, tt.format)
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := OpenPods(missing, "openb")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = NewPods(strings.NewReader(""), "x", "borg")
	require.ErrorContains(t, err, "unknown")
	_, err = NewNodes(strings.NewReader(""), "x", "borg")
	require.ErrorContains(t, err, "unknown")
}

// A format may have no file of nodes, or none of pods.
func TestFormatWithoutAKindOfFile(t *testing.T) {
	none := format{name: "none"}
	src := &closeCounter{Reader: strings.NewReader("")}
	_, err := none.newPods(src, "x", nil)
	require.EqualError(t, err, "x: trace format none has no pods")
	_, err = none.newNodes(src, "x")
	require.EqualError(t, err, "x: trace format none has no nodes")
	require.Equal(t, 2, src.closed)
}

func TestFormats(t *testing.T) {
	require.Contains(t, Formats(), "openb")
	require.IsIncreasing(t, append(Formats(), "~"))
	for _, name := range Formats() {
		f, err := findFormat(name)
		require.NoError(t, err)
		require.True(t, f.pods != nil || f.nodes != nil, "%s reads nothing", name)
	}
}

type closeCounter struct {
	io.Reader
	closed int
}

func (c *closeCounter) Close() error {
	c.closed++
	return nil
}

// What was opened is closed exactly once, whether a reader could be made of it or not.
func TestSourceIsClosedOnce(t *testing.T) {
	f, err := findFormat("openb")
	require.NoError(t, err)
	text := sampleText(t)
	for name, content := range map[string][]byte{
		"plain": text, "gzip": gzipped(t, text), "zstd": zstandard(t, text), "cut gzip": gzipped(t, text)[:5], "empty": nil,
	} {
		src := &closeCounter{Reader: bytes.NewReader(content)}
		pods, err := f.newPods(src, name, newNameSet())
		if err == nil {
			require.Zero(t, src.closed, name)
			require.NoError(t, pods.Close())
		}
		require.Equal(t, 1, src.closed, name)
	}
}

type failingReader struct{ left io.Reader }

var errDisk = errors.New("disk on fire")

func (f failingReader) Read(p []byte) (int, error) {
	n, err := f.left.Read(p)
	if errors.Is(err, io.EOF) {
		err = errDisk
	}
	return n, err
}

func TestReadErrorIsPassedOn(t *testing.T) {
	text := sampleText(t)
	for _, length := range []int{0, 20, 5000} {
		pods, err := NewPods(failingReader{bytes.NewReader(text[:length])}, "pods.csv", "openb")
		if err == nil {
			for _, ok := pods.Next(); ok; _, ok = pods.Next() {
			}
			err = pods.Err()
		}
		require.ErrorIs(t, err, errDisk)
		require.ErrorContains(t, err, "pods.csv: reading trace: ")
	}
}
