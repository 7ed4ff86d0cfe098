package traces

import (
	"container/heap"
	"time"
)

// sweep follows, over pods in order of submission, what all pods that exist ask for together. A pod exists from its
// submission up to its end and not at its end, so a pod that is submitted when another ends takes its place.
type sweep struct {
	now, peak Demand
	ends      endHeap
}

type end struct {
	at     time.Duration
	demand Demand
}

func (s *sweep) add(row Row, demand Demand) {
	for len(s.ends) > 0 && s.ends[0].at <= row.Submit {
		s.now.add(heap.Pop(&s.ends).(end).demand, -1)
	}
	at, ends := row.End()
	if ends && at <= row.Submit {
		return
	}
	if ends {
		heap.Push(&s.ends, end{at, demand})
	}
	s.now.add(demand, 1)
	s.peak.MilliCPU = max(s.peak.MilliCPU, s.now.MilliCPU)
	s.peak.MemoryBytes = max(s.peak.MemoryBytes, s.now.MemoryBytes)
	s.peak.GPUMilli = max(s.peak.GPUMilli, s.now.GPUMilli)
}

// endHeap is a heap.Interface with the earliest end on top.
type endHeap []end

func (h endHeap) Len() int           { return len(h) }
func (h endHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h endHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *endHeap) Push(x any)        { *h = append(*h, x.(end)) }

func (h *endHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
