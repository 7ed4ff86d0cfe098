package clusterautoscaler

import "github.com/wavetank/wavetank/sim/cluster"

// hints remember where pods were thought to fit, so that a prediction stays what it was while nothing changes
// (simulator/scheduling/hinting_simulator.go). A hint that was not used in one scan is forgotten.
type hints map[cluster.UID]hint

type hint struct {
	node string
	used bool
}

func (h hints) set(pod cluster.UID, node string) { h[pod] = hint{node, true} }

// turn ends a scan.
func (h hints) turn() {
	for pod, was := range h {
		if !was.used {
			delete(h, pod)
			continue
		}
		h[pod] = hint{node: was.node}
	}
}
