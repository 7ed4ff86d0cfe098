package results

import (
	"fmt"
	"strings"
)

// FaultStories tells what each fault did, in the order of its effects: what failed, who noticed and when, what was done
// about it, and what users had of it. It is empty where there was no fault.
func (s *Summary) FaultStories() string {
	if s.FaultTotals == nil {
		return ""
	}
	var b strings.Builder
	if t := s.FaultTotals; t.Count > t.Listed {
		t.tell(&b)
	}
	for i := range s.Faults {
		s.Faults[i].tell(&b, len(s.Workloads) > 0)
	}
	return b.String()
}

// tell sums up faults that are too many to tell one by one.
func (t *FaultTotals) tell(b *strings.Builder) {
	fmt.Fprintf(b, "%s hit %s; %s lost", many(t.Count, "fault"), many(t.Pods, "pod"), replicaTime(t.LostReplicaSeconds))
	if t.FailedRequests > 0 {
		fmt.Fprintf(b, ", %s requests failed", whole(t.FailedRequests))
	}
	b.WriteByte('\n')
	for _, d := range []struct {
		what string
		of   Distribution
	}{{"lasted", t.Duration}, {"noticed after", t.Detected}, {"evictions began after", t.FirstEvicted}, {"whole again after", t.Recovered}} {
		if d.of.Count > 0 {
			fmt.Fprintf(b, "  %s: p50 %s, p90 %s, max %s (%s)\n", d.what, humanSpan(d.of.P50), humanSpan(d.of.P90), humanSpan(d.of.Max), many(d.of.Count, "fault"))
		}
	}
	fmt.Fprintf(b, "the worst %d:\n", t.Listed)
}

func (f *FaultSummary) tell(b *strings.Builder, workloads bool) {
	fmt.Fprintf(b, "fault %d  %s  at %s %s: %s", f.ID, f.title(), humanSpan(f.Begin), f.lasting(), f.reach())
	for _, line := range []string{f.noticed(), f.evictions(), f.recovery(workloads), f.worst(), f.requests()} {
		if line != "" {
			b.WriteString("\n  " + line)
		}
	}
	b.WriteByte('\n')
}

func (f *FaultSummary) title() string {
	plain := func(text string) string { return strings.ToLower(strings.ReplaceAll(text, " ", "")) }
	if strings.Contains(plain(f.Name), plain(f.Kind)) {
		return f.Name
	}
	return f.Name + " " + f.Kind
}

func (f *FaultSummary) lasting() string {
	if f.End == nil {
		return "until the end of the run"
	}
	return "for " + humanSpan(*f.End-f.Begin)
}

func (f *FaultSummary) reach() string {
	if f.Nodes == 0 {
		return "no node of its own"
	}
	return many(f.Nodes, "node") + ", " + many(f.Pods, "pod") + " hit"
}

func (f *FaultSummary) noticed() string {
	if f.Nodes == 0 {
		return ""
	}
	if f.Detected == nil {
		return "the API server never called a node of them not ready"
	}
	text := fmt.Sprintf("noticed after %s: %s not ready", humanSpan(*f.Detected), many(f.NodesNotReady, "node"))
	if f.Tainted != nil {
		text += fmt.Sprintf(", %s tainted from %s on", whole(float64(f.NodesTainted)), humanSpan(*f.Tainted))
	}
	if f.Unready != nil {
		text += fmt.Sprintf("; %s marked not ready from %s on", many(f.PodsUnready, "pod"), humanSpan(*f.Unready))
	}
	return text
}

func (f *FaultSummary) evictions() string {
	if f.PodsEvicted == 0 {
		if f.Pods > 0 {
			return "no pod was evicted"
		}
		return ""
	}
	var by []string
	for _, r := range f.EvictedBy {
		by = append(by, fmt.Sprintf("%s by %s", thousands(int64(r.Pods)), r.Reason))
	}
	text := fmt.Sprintf("%s evicted after %s", many(f.PodsEvicted, "pod"), humanSpan(*f.Evicted))
	if *f.FirstEvicted < *f.Evicted {
		text = fmt.Sprintf("evictions began after %s; the last of %s was evicted after %s", humanSpan(*f.FirstEvicted), many(f.PodsEvicted, "pod"), humanSpan(*f.Evicted))
	}
	text += ": " + strings.Join(by, ", ")
	if f.PodsGone > 0 {
		text += fmt.Sprintf("; %s ended otherwise", many(f.PodsGone, "more pod"))
	}
	return text
}

// recovery says what became of workloads: where the run has none, that is nothing.
func (f *FaultSummary) recovery(workloads bool) string {
	switch {
	case f.Workloads == 0 && f.Pods > 0 && workloads:
		return "no workload lost a serving pod"
	case f.Workloads == 0:
		return ""
	}
	text := many(f.Workloads, "workload") + " lost serving pods"
	if f.Recovered != nil && f.Workloads == 1 {
		text += ", whole again after " + humanSpan(*f.Recovered)
	} else if f.Recovered != nil {
		text += ", all whole again after " + humanSpan(*f.Recovered)
	} else {
		text += fmt.Sprintf(", %d of them not whole again by the end of the run", f.WorkloadsShort)
	}
	switch {
	case f.Workloads < 2 || f.LastWorkload == "":
	case f.Recovered != nil:
		text += ", " + f.LastWorkload + " last"
	default:
		text += ", such as " + f.LastWorkload
	}
	text += "; " + replicaTime(f.LostReplicaSeconds) + " lost"
	if f.PhantomReplicaSeconds > 0 {
		text += fmt.Sprintf(", and %s called ready that did not serve", replicaTime(f.PhantomReplicaSeconds))
	}
	return text
}

func (f *FaultSummary) worst() string {
	if f.WorstWorkload == "" {
		return ""
	}
	return fmt.Sprintf("worst hit: %s, %d of %d serving", f.WorstWorkload, f.WorstServing, f.WorstDesired)
}

func (f *FaultSummary) requests() string {
	if f.FailedRequests <= 0 {
		return ""
	}
	text := whole(f.FailedRequests) + " requests failed"
	if f.BudgetShare > 0 {
		text += fmt.Sprintf(" (%s %% of the run's error budget)", tenths(100*f.BudgetShare))
	}
	return text + fmt.Sprintf(", most of them to %s: %s", f.WorstService, whole(f.WorstFailed))
}

func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(int64(n)) + " " + what + "s"
}

// replicaTime prints pods times seconds in the unit that is at hand.
func replicaTime(s float64) string {
	if s >= 2*3600 {
		return tenths(s/3600) + " pod-hours"
	}
	return whole(s) + " pod-seconds"
}
