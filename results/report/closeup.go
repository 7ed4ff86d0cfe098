package report

import (
	"cmp"
	"slices"

	"github.com/wavetank/wavetank/results"
)

// What takes up more than this share of the run is seen well enough without a figure of its own.
const closeUpShare = 0.2

// closeUp returns the worst fault, and the time around it that shows what it did: from a while before it until a while
// after all was whole again or, if that took too long, after its end. It returns nil where no fault needs a figure of its
// own.
func closeUp(faults []results.FaultSummary, window span) (*results.FaultSummary, span) {
	if len(faults) == 0 {
		return nil, span{}
	}
	worst := slices.MaxFunc(faults, func(a, b results.FaultSummary) int {
		return cmp.Or(cmp.Compare(a.LostReplicaSeconds, b.LostReplicaSeconds), cmp.Compare(a.FailedRequests, b.FailedRequests), cmp.Compare(a.Pods, b.Pods))
	})
	longest := closeUpShare * (window.to - window.from)
	took := window.to - worst.Begin
	if worst.End != nil {
		took = *worst.End - worst.Begin
	}
	if worst.Recovered != nil && *worst.Recovered <= longest {
		took = max(took, *worst.Recovered)
	}
	if took <= 0 || took > longest {
		return nil, span{}
	}
	return &worst, span{max(window.from, worst.Begin-took/4), min(window.to, worst.Begin+1.5*took)}
}

// near cuts panels down to a stretch of time.
func near(panels []panel, window span) []panel {
	panels = slices.Clone(panels)
	for i := range panels {
		panels[i].lines = slices.Clone(panels[i].lines)
		for j := range panels[i].lines {
			panels[i].lines[j].data = panels[i].lines[j].data.within(window.from, window.to)
		}
	}
	return panels
}
