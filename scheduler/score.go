package scheduler

import (
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// bestOf scores the feasible nodes and chooses among the best: the node with the highest weighted total; among equals by
// a draw of the pod's own stream. It returns nil, and the error in d, if a plugin fails.
func (p *Profile) bestOf(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, feasible []*cluster.NodeInfo, d *framework.Decision) *cluster.NodeInfo {
	if s := p.runPreScore(state, pod, view, feasible); s != nil {
		d.Err = s.Message()
		return nil
	}
	p.scratch.totals = zeros(p.scratch.totals, len(feasible))
	if s := p.addScores(state, pod, view, feasible, p.scratch.totals); s != nil {
		d.Err = s.Message()
		return nil
	}
	i := p.selectHost(pod, p.scratch.totals, d)
	return feasible[i]
}

func zeros(s []int64, n int) []int64 {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// runPreScore runs the PreScore plugins and notes whose Score is to be left out. It returns the status of one that fails.
func (p *Profile) runPreScore(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, feasible []*cluster.NodeInfo) *framework.Status {
	for _, pl := range p.preScore {
		s := pl.PreScore(state, pod, view, feasible)
		if s.IsSkip() {
			state.SkipScores |= p.scoreBit(pl.Name())
			continue
		}
		if !s.IsSuccess() {
			return s
		}
	}
	return nil
}

// addScores adds the weighted, normalised scores of all plugins to totals.
func (p *Profile) addScores(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot, feasible []*cluster.NodeInfo, totals []int64) *framework.Status {
	class := p.scoreClass(state, pod, view)
	var remembered uint64
	if class != nil {
		remembered = class.localScores
		p.addRemembered(class, state, pod, feasible, totals)
	}
	for i := range p.score {
		s := &p.score[i]
		bit := uint64(1) << i
		if state.SkipScores&bit != 0 || remembered&bit != 0 && s.normalizer == nil {
			continue
		}
		if remembered&bit != 0 && class.nonZero[i] == 0 {
			if status := p.weighZeros(s, state, pod, feasible, totals); status != nil {
				return status
			}
			continue
		}
		column := p.column(i, class, state, pod, feasible)
		if status := p.weigh(s, state, pod, feasible, column, totals); status != nil {
			return status
		}
	}
	return nil
}

// addRemembered adds the sums of the scorers that are remembered and do not normalise.
func (p *Profile) addRemembered(class *classMemo, state *framework.CycleState, pod *cluster.Pod, feasible []*cluster.NodeInfo, totals []int64) {
	for i, n := range feasible {
		e := &class.entries[n.Index]
		if e.generation != n.Generation || !e.scored {
			e = p.scored(class, state, pod, n)
		}
		totals[i] = e.sum
	}
}

// weighZeros is weigh for a column in which every score is zero: nodes with equal scores stay equal, so one tells all.
func (p *Profile) weighZeros(s *scorer, state *framework.CycleState, pod *cluster.Pod, feasible []*cluster.NodeInfo, totals []int64) *framework.Status {
	zero := append(p.scratch.column[:0], 0)
	p.scratch.column = zero
	if status := s.normalizer.NormalizeScore(state, pod, feasible[:1], zero); !status.IsSuccess() {
		return status
	}
	if add := zero[0] * s.weight; add != 0 {
		for i := range totals {
			totals[i] += add
		}
	}
	return nil
}

// column returns the raw scores of one plugin for the feasible nodes.
func (p *Profile) column(i int, class *classMemo, state *framework.CycleState, pod *cluster.Pod, feasible []*cluster.NodeInfo) []int64 {
	p.scratch.column = slices.Grow(p.scratch.column[:0], len(feasible))[:len(feasible)]
	column := p.scratch.column
	if class != nil && class.localScores&(1<<i) != 0 {
		for k, n := range feasible {
			column[k] = class.raw[n.Index*len(p.score)+i]
		}
		return column
	}
	for k, n := range feasible {
		column[k] = p.score[i].Score(state, pod, n)
	}
	return column
}

// weigh normalises a column and adds it to the totals.
func (p *Profile) weigh(s *scorer, state *framework.CycleState, pod *cluster.Pod, feasible []*cluster.NodeInfo, column, totals []int64) *framework.Status {
	if s.normalizer != nil {
		if status := s.normalizer.NormalizeScore(state, pod, feasible, column); !status.IsSuccess() {
			return status
		}
	}
	for k, v := range column {
		totals[k] += v * s.weight
	}
	return nil
}

// scoreClass returns the memory for this cycle's scores, nil on the plain path.
func (p *Profile) scoreClass(state *framework.CycleState, pod *cluster.Pod, view *cluster.Snapshot) *classMemo {
	if p.memo == nil {
		return nil
	}
	class := p.memo.classes[pod.Spec]
	if class == nil || len(class.entries) < view.Handles() {
		class = p.memo.class(state, pod, view)
	}
	var local uint64
	for i := range p.score {
		if state.SkipScores&(1<<i) == 0 && p.score[i].local != nil && p.score[i].local.NodeLocal(pod, view) {
			local |= 1 << i
		}
	}
	class.scoreSet(local, len(p.score))
	return class
}

// selectHost returns the position of the best total, drawing among equals.
func (p *Profile) selectHost(pod *cluster.Pod, totals []int64, d *framework.Decision) int {
	best, first, ties := totals[0], 0, 0
	for i, t := range totals {
		switch {
		case t > best:
			best, first, ties = t, i, 1
		case t == best:
			ties++
		}
	}
	d.Score, d.Ties = best, ties
	if ties == 1 {
		return first
	}
	skip := p.draw("scheduler/tie", pod).IntN(ties)
	for i := first; ; i++ {
		if totals[i] != best {
			continue
		}
		if skip == 0 {
			return i
		}
		skip--
	}
}
