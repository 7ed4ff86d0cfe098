package results

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/olekukonko/tablewriter/tw"
)

// tableRows is how many workloads, services or autoscalers a table shows: of more the worst.
const tableRows = 10

// loadTables writes what is there where workloads, services, faults or prices are.
func (s *Summary) loadTables(w io.Writer) error {
	for _, t := range []struct {
		header []string
		rows   [][]string
	}{
		{[]string{"workload", "desired", "serving", "API says", "at least one", "enough", "short", "longest", "worst"}, s.workloadRows()},
		{[]string{"service", "requests", "errors", "slow", "good", "mean", "p99", "target", "budget used", "ran out", "burn 1h", "burn 5m"}, s.serviceRows()},
		{[]string{"autoscaled", "ups", "downs", "replicas", "lag p50", "lag max", "overtaken", "pods waited"}, s.scalingRows()},
		{[]string{"pool", "nodes", "node-hours", "cost", "added", "removed"}, s.costRows()},
		{[]string{"cpu", "core-hours", "share"}, s.coreRows()},
	} {
		if len(t.rows) == 0 {
			continue
		}
		if err := RenderTable(w, tw.AlignRight, t.header, t.rows); err != nil {
			return err
		}
	}
	return nil
}

// worstOf returns the first few of a list in an order, and how many there are more.
func worstOf[T any](list []T, worse func(a, b T) int) (worst []T, more int) {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, worse)
	n := min(len(sorted), tableRows)
	return sorted[:n], len(sorted) - n
}

func allOf(what string, n int) string {
	return fmt.Sprintf("all %s %s, the worst above", thousands(int64(n)), what)
}

func (s *Summary) workloadRows() [][]string {
	worst, more := worstOf(s.Workloads, func(a, b WorkloadSummary) int {
		return cmp.Or(cmp.Compare(a.Enough, b.Enough), cmp.Compare(a.Serving, b.Serving))
	})
	var rows [][]string
	for _, v := range worst {
		row := []string{
			v.Kind + " " + v.Namespace + "/" + v.Name, decimals(v.Desired), percent(v.Serving), percent(v.Claimed),
			percent(v.Some), percent(v.Enough), thousands(int64(v.Shortages)), humanSpan(v.LongestShortage), "-",
		}
		if v.WorstDesired > 0 {
			row[8] = fmt.Sprintf("%d of %d at %s", v.WorstServing, v.WorstDesired, humanSpan(v.WorstAt))
		}
		rows = append(rows, row)
	}
	if more > 0 {
		rows = append(rows, s.allWorkloads())
	}
	return rows
}

// allWorkloads weighs workloads by their desired pods and the time.
func (s *Summary) allWorkloads() []string {
	var desired, pods, serving, claimed, some, enough, span float64
	shortages := 0
	for _, v := range s.Workloads {
		weight := v.Desired * v.Seconds
		desired += v.Desired
		pods += weight
		serving += v.Serving * weight
		claimed += v.Claimed * weight
		some += v.Some * v.Seconds
		enough += v.Enough * v.Seconds
		span += v.Seconds
		shortages += v.Shortages
	}
	pods, span = max(pods, 1e-9), max(span, 1e-9)
	return []string{
		allOf("workloads", len(s.Workloads)), decimals(desired), percent(serving / pods), percent(claimed / pods),
		percent(some / span), percent(enough / span), thousands(int64(shortages)), "", "",
	}
}

func (s *Summary) serviceRows() [][]string {
	worst, more := worstOf(s.Services, func(a, b ServiceSummary) int {
		return cmp.Or(cmp.Compare(b.consumed(), a.consumed()), cmp.Compare(a.Availability, b.Availability))
	})
	var rows [][]string
	for i := range worst {
		rows = append(rows, worst[i].row())
	}
	if more == 0 {
		return rows
	}
	var requests, errors, slow float64
	for i := range s.Services {
		requests += s.Services[i].Requests
		errors += s.Services[i].Errors
		slow += s.Services[i].Slow
	}
	return append(rows, []string{
		allOf("services", len(s.Services)), whole(requests), whole(errors), whole(slow), percent(1 - (errors+slow)/max(requests, 1e-9)),
		"", "", "", "", "", "", "",
	})
}

func (v *ServiceSummary) row() []string {
	row := []string{
		v.Namespace + "/" + v.Name, whole(v.Requests), whole(v.Errors), whole(v.Slow), percent(v.Availability),
		humanSeconds(v.Response), humanSeconds(v.P99), "-", "-", "-", "-", "-",
	}
	if o := v.Objective; o != nil {
		row[7], row[8], row[9] = percent(o.Target), tenths(100*o.Consumed)+" %", "never"
		if o.RanOut != nil {
			row[9] = humanSpan(*o.RanOut)
		}
		row[10], row[11] = tenths(o.Burn1h), tenths(o.Burn5m)
	}
	return row
}

// consumed returns the share of the error budget that is used up, 0 without an objective.
func (v ServiceSummary) consumed() float64 {
	if v.Objective == nil {
		return 0
	}
	return v.Objective.Consumed
}

func (s *Summary) scalingRows() [][]string {
	worst, more := worstOf(s.Autoscaling, func(a, b ScalingSummary) int { return cmp.Compare(b.Lag.Max, a.Lag.Max) })
	var rows [][]string
	for _, v := range worst {
		rows = append(rows, []string{
			v.Kind + " " + v.Namespace + "/" + v.Name, thousands(int64(v.Ups)), thousands(int64(v.Downs)),
			threeOf(v.MinReplicas, v.MeanReplicas, v.MaxReplicas), humanSeconds(v.Lag.P50), humanSeconds(v.Lag.Max),
			thousands(int64(v.Overtaken)), humanSeconds(v.PodWait.Max),
		})
	}
	if more > 0 {
		ups, downs := 0, 0
		for _, v := range s.Autoscaling {
			ups += v.Ups
			downs += v.Downs
		}
		rows = append(rows, []string{allOf("workloads", len(s.Autoscaling)), thousands(int64(ups)), thousands(int64(downs)), "", "", "", "", ""})
	}
	return rows
}

// threeOf prints the least, the mean and the most of something.
func threeOf(least int64, mean float64, most int64) string {
	return fmt.Sprintf("%s / %s / %s", thousands(least), tenths(mean), thousands(most))
}

func (s *Summary) costRows() [][]string {
	if s.Cost == nil {
		return nil
	}
	var rows [][]string
	for _, p := range s.Cost.Pools {
		name := p.Pool
		if name == "" {
			name = "(none)"
		}
		rows = append(rows, []string{
			name, threeOf(p.MinNodes, p.MeanNodes, p.MaxNodes), tenths(p.NodeHours), money(p.Cost, s.Cost.Cost), thousands(int64(p.Added)), thousands(int64(p.Removed)),
		})
	}
	if len(rows) > 1 {
		rows = append(rows, []string{"all", "", tenths(s.Cost.NodeHours), money(s.Cost.Cost, s.Cost.Cost), "", ""})
	}
	return rows
}

func (s *Summary) coreRows() [][]string {
	c := s.Cost
	if c == nil || c.OfferedCoreHours <= 0 {
		return nil
	}
	row := func(name string, hours, of float64) []string {
		return []string{name, tenths(hours), percent(hours / of)}
	}
	rows := [][]string{
		row("allocatable on nodes that were up", c.OfferedCoreHours, c.OfferedCoreHours),
		row("  requested by pods", c.RequestedCoreHours, c.OfferedCoreHours),
		row("  asked for by nobody", c.IdleCoreHours, c.OfferedCoreHours),
	}
	if of := c.ServiceRequestedCoreHours; of > 0 {
		rows = append(rows, row("requested behind services", of, of), row("  used", c.ServiceUsedCoreHours, of), row("  not used", c.ServiceSlackCoreHours, of))
	}
	return rows
}

// percent prints a share to a thousandth of a per cent. What is less than whole does not print as whole.
func percent(share float64) string {
	text := strconv.FormatFloat(100*share, 'f', 3, 64)
	if share < 1 && text == "100.000" {
		text = "99.999"
	}
	return text + " %"
}

// money prints a price, "-" where none is known of any node.
func money(v, all float64) string {
	if all == 0 {
		return "-"
	}
	return fixed(v, 2)
}

func tenths(v float64) string { return fixed(v, 1) }
func whole(v float64) string  { return fixed(v, 0) }

// fixed prints a figure with that many decimals, the digits before them in groups.
func fixed(v float64, places int) string {
	text := strconv.FormatFloat(v, 'f', places, 64)
	before, decimal, _ := cutByte(text, '.')
	n, err := strconv.ParseInt(before, 10, 64)
	if err != nil || n == 0 { // too large to group, or -0
		return text
	}
	if decimal == "" {
		return thousands(n)
	}
	return thousands(n) + "." + decimal
}
