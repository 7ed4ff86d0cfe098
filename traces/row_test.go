package traces

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// requirePod checks what the documentation of Row and of the reader promises of every row.
func requirePod(t *testing.T, row Row) {
	t.Helper()
	require.NotEmpty(t, row.Name)
	require.Positive(t, row.Line)
	require.GreaterOrEqual(t, row.Submit, time.Duration(0))
	require.True(t, row.Duration == RunsForever || row.Duration >= 0, "duration %d", row.Duration)
	require.True(t, row.Scheduled == NeverScheduled || row.Scheduled >= row.Submit, "scheduled %d", row.Scheduled)
	require.True(t, row.MilliCPU >= 0 && row.MilliCPU <= maxMilliCPU, "cpu %d", row.MilliCPU)
	require.True(t, row.MemoryBytes >= 0 && row.MemoryBytes <= maxMiB*mebibyte, "memory %d", row.MemoryBytes)
	require.True(t, row.GPUs >= 0 && row.GPUs <= maxGPUs, "gpus %d", row.GPUs)
	switch row.GPUs {
	case 0:
		require.Zero(t, row.GPUMilli)
		require.Nil(t, row.GPUModels)
	case 1:
		require.True(t, row.GPUMilli >= 1 && row.GPUMilli <= 1000, "gpu milli %d", row.GPUMilli)
	default:
		require.EqualValues(t, 1000, row.GPUMilli)
	}
	for i, model := range row.GPUModels {
		require.NotEmpty(t, model)
		require.Equal(t, i, slices.Index(row.GPUModels, model), "%v", row.GPUModels)
	}
	require.Contains(t, openbPriority, row.QoS)
	require.Contains(t, openbPhases, row.Phase)
	end, ends := row.End()
	require.Equal(t, row.Duration >= 0, ends)
	require.True(t, !ends || end >= row.Submit, "end %d before submit %d", end, row.Submit)
}

// requireNode checks what the documentation of NodeRow and of the reader promises of every row.
func requireNode(t *testing.T, row NodeRow) {
	t.Helper()
	require.NotEmpty(t, row.Name)
	require.Positive(t, row.Line)
	require.True(t, row.MilliCPU >= 0 && row.MilliCPU <= maxMilliCPU, "cpu %d", row.MilliCPU)
	require.True(t, row.MemoryBytes >= 0 && row.MemoryBytes <= maxMiB*mebibyte, "memory %d", row.MemoryBytes)
	require.True(t, row.GPUs >= 0 && row.GPUs <= maxGPUs, "gpus %d", row.GPUs)
	require.Equal(t, row.GPUs > 0, row.GPUModel != "")
}

func TestRowEnd(t *testing.T) {
	for _, tt := range []struct {
		name string
		row  Row
		want time.Duration
		ends bool
	}{
		{"from the recorded start", Row{Submit: 10, Scheduled: 15, Duration: 5}, 20, true},
		{"from the submission when no start was recorded", Row{Submit: 10, Scheduled: NeverScheduled, Duration: 5}, 15, true},
		{"at once", Row{Submit: 10, Scheduled: 10}, 10, true},
		{"never", Row{Submit: 10, Scheduled: 15, Duration: RunsForever}, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			end, ends := tt.row.End()
			require.Equal(t, tt.want, end)
			require.Equal(t, tt.ends, ends)
		})
	}
}

func TestTotalGPUMilli(t *testing.T) {
	require.EqualValues(t, 0, Row{}.TotalGPUMilli())
	require.EqualValues(t, 460, Row{GPUs: 1, GPUMilli: 460}.TotalGPUMilli())
	require.EqualValues(t, 8000, Row{GPUs: 8, GPUMilli: 1000}.TotalGPUMilli())
}
