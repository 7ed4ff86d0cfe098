package app

import (
	"strconv"

	"github.com/wavetank/wavetank/traces"
)

// infoRows lays a summary out as rows of figure and value.
func infoRows(i traces.Info) [][]string {
	rows := [][]string{
		{"pods", strconv.Itoa(i.Rows)},
		{"  without GPU", strconv.Itoa(i.CPUPods)},
		{"  sharing a GPU", strconv.Itoa(i.SharePods)},
		{"  one whole GPU", strconv.Itoa(i.WholePods)},
		{"  several GPUs", strconv.Itoa(i.MultiPods)},
		{"distinct requests", strconv.Itoa(i.Shapes)},
		{"first submission (s)", seconds(i.FirstSubmit)},
		{"last submission (s)", seconds(i.LastSubmit)},
		{"last recorded end (s)", seconds(i.LastEnd)},
		{"duration min (s)", seconds(i.Durations.Min)},
		{"duration median (s)", seconds(i.Durations.Median)},
		{"duration p90 (s)", seconds(i.Durations.P90)},
		{"duration max (s)", seconds(i.Durations.Max)},
		{"pods without end", strconv.Itoa(i.RunsForever)},
	}
	rows = append(rows, demandRows("requested", i.Requests)...)
	rows = append(rows, demandRows("peak demand", i.Peak)...)
	rows = append(rows, countRows("phase", i.Phases)...)
	return append(rows, countRows("qos", i.QoS)...)
}

func demandRows(what string, d traces.Demand) [][]string {
	return [][]string{
		{what + ": cores", thousandths(d.MilliCPU)},
		{what + ": memory (GiB)", strconv.FormatFloat(float64(d.MemoryBytes)/(1<<30), 'f', 1, 64)},
		{what + ": GPUs", thousandths(d.GPUMilli)},
	}
}

func countRows(what string, counts []traces.Count) [][]string {
	var rows [][]string
	for _, c := range counts {
		name := c.Name
		if name == "" {
			name = "(none)"
		}
		rows = append(rows, []string{what + " " + name, strconv.Itoa(c.Pods)})
	}
	return rows
}

func seconds(s float64) string       { return strconv.FormatFloat(s, 'f', -1, 64) }
func thousandths(milli int64) string { return strconv.FormatFloat(float64(milli)/1000, 'f', -1, 64) }
