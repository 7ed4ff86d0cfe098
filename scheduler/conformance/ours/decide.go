package ours

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Decide implements verdict.Scheduler.
func (o *Ours) Decide(name string) (verdict.Verdict, error) {
	v := verdict.Verdict{Feasible: []string{}, Best: []string{}, Filtered: map[string]verdict.Rejection{}, Scores: map[string]verdict.NodeScore{}}
	pod, err := o.pod(name)
	if err != nil {
		return v, err
	}
	p := o.profiles[pod.Scheduler()]
	if p == nil {
		return v, fmt.Errorf("pod %s: no profile is named %q", name, pod.Scheduler())
	}
	if s := p.PreEnqueue(pod); !s.IsSuccess() {
		v.Gate = rejection(s.Plugin(), s.Code(), s.Reasons())
		return v, nil
	}
	fast := p.Schedule([]*cluster.Pod{pod}, o.view)[0]
	o.last = fast
	e := p.Explain(pod, o.view, fast.Start)
	if e.Decision.Err != "" {
		return v, fmt.Errorf("pod %s: %s", name, e.Decision.Err)
	}
	if err = agree(e, fast); err != nil {
		return v, fmt.Errorf("pod %s: %w", name, err)
	}
	describe(&e, &v)
	return v, nil
}

// describe puts an explanation into the words of a verdict.
func describe(e *scheduler.Explanation, v *verdict.Verdict) {
	for _, n := range e.Feasible {
		v.Feasible = append(v.Feasible, n.Node)
		score := verdict.NodeScore{Total: n.Total, Plugins: map[string]int64{}}
		for _, p := range n.Plugins {
			score.Plugins[p.Plugin] = p.Score
		}
		v.Scores[n.Node] = score
	}
	for _, n := range e.Filtered {
		v.Filtered[n.Node] = *rejection(n.Plugin, n.Code, n.Reasons)
	}
	if e.Decision.PreFilter != "" {
		first := v.Filtered[e.Filtered[0].Node]
		v.Prefilter = &first
	}
	v.Best = append(v.Best, e.Best...)
	v.Chosen, v.Message = e.Decision.Node, e.Message
	if e.Decision.Nominated != "" {
		v.Preemption = &verdict.Preemption{Candidate: verdict.Candidate{Node: e.Decision.Nominated, Victims: victims(&e.Decision)}}
	}
}

func rejection(plugin string, code framework.Code, reasons []string) *verdict.Rejection {
	return &verdict.Rejection{Plugin: plugin, Code: code.String(), Reasons: slices.Sorted(slices.Values(reasons))}
}

func victims(d *framework.Decision) []string {
	names := make([]string, len(d.Evict))
	for i, v := range d.Evict {
		names[i] = v.NamespacedName.String()
	}
	slices.Sort(names)
	return names
}

// agree holds the decision of the remembering path against the explained one. Of a single feasible node only the
// explanation knows the score.
func agree(e scheduler.Explanation, fast framework.Decision) error {
	plain := e.Decision
	if plain.Placed() && !slices.Contains(e.Best, fast.Node) {
		return fmt.Errorf("the remembering path takes %q, the best are %v", fast.Node, e.Best)
	}
	if plain.Feasible == 1 {
		plain.Score = fast.Score
	}
	plain.State, fast.State = nil, nil
	sortRejections(&plain)
	sortRejections(&fast)
	if !reflect.DeepEqual(plain, fast) {
		return fmt.Errorf("the remembering path decides %+v, the explanation says %+v", fast, plain)
	}
	return nil
}

func sortRejections(d *framework.Decision) {
	d.Rejections = slices.SortedFunc(slices.Values(d.Rejections), func(a, b framework.Rejection) int {
		return cmp.Or(cmp.Compare(a.Plugin, b.Plugin), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Code, b.Code))
	})
}
