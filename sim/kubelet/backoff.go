package kubelet

import (
	"time"

	"github.com/wavetank/wavetank/sim"
)

// The back-off of restarts and of image pulls (pkg/kubelet/kubelet.go: initialCrashLoopBackOff, MaxCrashLoopBackOff,
// imageBackOffPeriod, MaxImageBackOff and the reset in newCrashLoopBackOff, v1.36).
const (
	firstBackoff = 10 * time.Second
	mostBackoff  = 300 * time.Second
	resetAfter   = 600 * time.Second
)

// backoff is how long a container waits after its next end. The zero value: not at all. The waits double from one try to
// the next, and begin anew after a run of more than resetAfter (client-go util/flowcontrol/backoff.go: IsInBackOffSince and
// Next, v0.36).
type backoff struct {
	wait  time.Duration
	since sim.Time // of the last try
}

// after returns how long to wait after an end.
func (b *backoff) after(end sim.Time) time.Duration {
	if end.Sub(b.since) > resetAfter {
		b.wait = 0
	}
	return b.wait
}

// tried notes a try.
func (b *backoff) tried(now sim.Time) {
	b.since = now
	b.wait = min(max(2*b.wait, firstBackoff), mostBackoff)
}
