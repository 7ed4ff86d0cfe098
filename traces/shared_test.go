package traces

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// publicTrace is the path of a file of the public trace, which lies beside the checkout and is not part of it.
func publicTrace(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "traces", "alibaba", "gpu-v2023", "csv", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the public trace is not beside this checkout: %v", err)
	}
	return path
}

func readAllPods(t testing.TB, pods PodReader, err error) []Row {
	t.Helper()
	require.NoError(t, err)
	var rows []Row
	for row, ok := pods.Next(); ok; row, ok = pods.Next() {
		rows = append(rows, row)
	}
	require.NoError(t, pods.Err())
	require.NoError(t, pods.Close())
	return rows
}

func readAllNodes(t testing.TB, nodes NodeReader, err error) []NodeRow {
	t.Helper()
	require.NoError(t, err)
	var rows []NodeRow
	for row, ok := nodes.Next(); ok; row, ok = nodes.Next() {
		rows = append(rows, row)
	}
	require.NoError(t, nodes.Err())
	require.NoError(t, nodes.Close())
	return rows
}

// Every list of the public trace is read to its end. The counts were taken from the files by other means.
func TestPublicPods(t *testing.T) {
	lists := map[string]int{
		"cpu0": 7064, "cpu037": 7336, "cpu050": 7439, "cpu072": 7608, "cpu100": 7853, "cpu200": 8832, "cpu235": 9240,
		"cpu250": 9420, "cpu300": 10094, "default": 8152, "gpushare100": 8152, "gpushare20": 8152, "gpushare40": 8152,
		"gpushare60": 8152, "gpushare80": 8152, "gpuspec05": 8152, "gpuspec10": 8152, "gpuspec20": 8152,
		"gpuspec25": 8152, "gpuspec33": 8152, "multigpu20": 8324, "multigpu30": 8508, "multigpu40": 8746, "multigpu50": 9061,
	}
	for list, want := range lists {
		t.Run(list, func(t *testing.T) {
			pods, err := OpenPods(publicTrace(t, "openb_pod_list_"+list+".csv"), "openb")
			rows := readAllPods(t, pods, err)
			require.Len(t, rows, want)
			for i, row := range rows {
				requirePod(t, row)
				require.True(t, i == 0 || rows[i-1].Submit <= row.Submit, "%s is out of order", row.Name)
			}
		})
	}
}

func TestPublicNodes(t *testing.T) {
	for name, want := range map[string]struct {
		nodes, gpus int
		milliCPU    int64
	}{
		"openb_node_list_all_node.csv": {nodes: 1523, gpus: 6212, milliCPU: 125_514_000},
		"openb_node_list_gpu_node.csv": {nodes: 1213, gpus: 6212, milliCPU: 107_018_000},
	} {
		t.Run(name, func(t *testing.T) {
			nodes, err := OpenNodes(publicTrace(t, name), "openb")
			var gpus int
			var milliCPU int64
			rows := readAllNodes(t, nodes, err)
			for _, row := range rows {
				requireNode(t, row)
				gpus += row.GPUs
				milliCPU += row.MilliCPU
			}
			require.Len(t, rows, want.nodes)
			require.Equal(t, want.gpus, gpus)
			require.Equal(t, want.milliCPU, milliCPU)
		})
	}
}
