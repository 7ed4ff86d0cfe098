package workloads

import (
	"errors"
	"fmt"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/traces"
)

// OpenWorkload opens the sources of the scenario's single pods as one, with the randomness of the engine. Trace files are checked from
// the first to the last row before it returns. The caller closes the result.
func (s *Scenario) OpenWorkload(engine *sim.Engine, paths Paths) (*Merge, error) {
	var sources []Source
	for i, w := range s.Workload {
		if w.Synthetic != nil {
			sources = append(sources, NewSyntheticSource(w.Synthetic, engine))
		}
		if w.Trace == nil {
			continue
		}
		file := paths.Trace(w.Trace.Path)
		rows, err := traces.OpenPods(file, w.Trace.Format)
		if err != nil {
			err = s.Errorf(fmt.Sprintf("workload[%d].trace.path", i), "%w", err)
			return nil, errors.Join(err, NewMerge(sources...).Close())
		}
		sources = append(sources, NewTraceSource(*w.Trace, file, rows))
	}
	return NewMerge(sources...), nil
}
