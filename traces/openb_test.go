package traces

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
)

// The scripts read files from their text, and print the rows and then the error. Rewritten by go test -rewrite.
func TestOpenbPods(t *testing.T) {
	datadriven.RunTest(t, "testdata/openb_pods.txt", func(t *testing.T, d *datadriven.TestData) string {
		pods, err := NewPods(strings.NewReader(d.Input), "pods.csv", "openb")
		if err != nil {
			return err.Error()
		}
		return printRows(t, pods, printPod)
	})
}

func TestOpenbNodes(t *testing.T) {
	datadriven.RunTest(t, "testdata/openb_nodes.txt", func(t *testing.T, d *datadriven.TestData) string {
		nodes, err := NewNodes(strings.NewReader(d.Input), "nodes.csv", "openb")
		if err != nil {
			return err.Error()
		}
		return printRows(t, nodes, printNode)
	})
}

type reader[R any] interface {
	Next() (R, bool)
	Err() error
	Close() error
}

func printRows[R any](t *testing.T, rows reader[R], print func(R) string) string {
	var out strings.Builder
	for row, ok := rows.Next(); ok; row, ok = rows.Next() {
		out.WriteString(print(row))
	}
	if err := rows.Err(); err != nil {
		fmt.Fprintln(&out, err)
	}
	_, more := rows.Next()
	require.False(t, more, "a row after the end")
	require.NoError(t, rows.Close())
	if out.Len() == 0 {
		return "no rows"
	}
	return out.String()
}

func printPod(r Row) string {
	return fmt.Sprintf("%d %s submit=%v duration=%v scheduled=%v cpu=%dm mem=%d gpu=%dx%d%v priority=%d qos=%s phase=%s\n",
		r.Line, r.Name, r.Submit, printSpan(r.Duration), printSpan(r.Scheduled), r.MilliCPU, r.MemoryBytes,
		r.GPUs, r.GPUMilli, r.GPUModels, r.Priority, r.QoS, r.Phase)
}

func printSpan(d time.Duration) string {
	if d < 0 {
		return "none"
	}
	return d.String()
}

func printNode(r NodeRow) string {
	return fmt.Sprintf("%d %s cpu=%dm mem=%d gpu=%d model=%s\n", r.Line, r.Name, r.MilliCPU, r.MemoryBytes, r.GPUs, r.GPUModel)
}

// Rows share the words that come again and again, instead of keeping a copy each.
func TestOpenbWordsAreInterned(t *testing.T) {
	var text strings.Builder
	text.WriteString("name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase\n")
	for i := range 100 {
		fmt.Fprintf(&text, "p%d,1,1,1,1000,T4|P100,LS,Running\n", i)
	}
	pods, err := NewPods(strings.NewReader(text.String()), "pods.csv", "openb")
	rows := readAllPods(t, pods, err)
	require.Len(t, rows, 100)
	for _, row := range rows {
		require.Same(t, &rows[0].GPUModels[0], &row.GPUModels[0])
	}
}
