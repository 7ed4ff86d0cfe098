package traces

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchmarkPods is a list of n pods shaped as those of the openb trace.
func benchmarkPods(n int) []byte {
	var text bytes.Buffer
	text.WriteString(fullHeader + "\n")
	for i := range n {
		fmt.Fprintf(&text, "openb-pod-%07d,%d,%d,1,%d,%s,LS,Running,%d,%d,%d\n",
			i, 1000*(1+i%16), 1024*(1+i%31), 1+i%1000, []string{"", "T4|P100"}[i%2], i, i+1000+i%7777, i+i%60)
	}
	return text.Bytes()
}

// Compare: go test ./traces -run - -bench Read -benchmem -count 10 | benchstat -
func BenchmarkReadPods(b *testing.B) {
	const n = 100_000
	text := benchmarkPods(n)
	for _, file := range []struct {
		name    string
		content []byte
	}{{"plain", text}, {"gzip", gzipped(b, text)}, {"zstd", zstandard(b, text)}} {
		b.Run(file.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pods, err := NewPods(bytes.NewReader(file.content), "pods.csv", "openb")
				require.NoError(b, err)
				require.Equal(b, n, drain(b, pods))
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// OpenPods checks the file first: it is read twice.
func BenchmarkOpenPods(b *testing.B) {
	const n = 100_000
	path := writeTemp(b, "pods.csv", benchmarkPods(n))
	b.ReportAllocs()
	for b.Loop() {
		pods, err := OpenPods(path, "openb")
		require.NoError(b, err)
		require.Equal(b, n, drain(b, pods))
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkSummarise(b *testing.B) {
	text, err := os.ReadFile(samplePodsPath)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		pods, err := NewPods(bytes.NewReader(text), "pods.csv", "openb")
		require.NoError(b, err)
		_, err = Summarise(pods)
		require.NoError(b, err)
	}
}

func drain(b *testing.B, pods PodReader) int {
	n := 0
	for _, ok := pods.Next(); ok; _, ok = pods.Next() {
		n++
	}
	require.NoError(b, pods.Err())
	require.NoError(b, pods.Close())
	return n
}

// One allocation a row: the text of the line, of which the name is a part. Everything else is shared.
func TestReadPodsAllocatesOnceARow(t *testing.T) {
	const n = 2000
	text := benchmarkPods(n)
	total := testing.AllocsPerRun(5, func() {
		pods, err := NewPods(bytes.NewReader(text), "pods.csv", "openb")
		require.NoError(t, err)
		for _, ok := pods.Next(); ok; _, ok = pods.Next() {
		}
	})
	require.InDelta(t, n, total, 200)
}
