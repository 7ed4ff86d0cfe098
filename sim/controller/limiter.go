package controller

import (
	"math"
	"time"

	"github.com/wavetank/wavetank/sim"
)

// Limiter is the token bucket of a client (client-go util/flowcontrol: NewTokenBucketRateLimiter, v0.36). The zero value
// limits nothing.
type Limiter struct {
	QPS   float64 // tokens a second
	Burst int     // most tokens at a time; the bucket starts full

	tokens float64
	last   sim.Time
	used   bool
}

// Take takes a token and returns when it is there: now, or later if the bucket is empty. Tokens are given in order.
func (l *Limiter) Take(now sim.Time) sim.Time {
	if l.QPS <= 0 {
		return now
	}
	l.refill(now)
	l.tokens--
	if l.tokens >= 0 {
		return now
	}
	return now.Add(time.Duration(-l.tokens / l.QPS * float64(time.Second)))
}

// TryTake takes a token if there is one, and tells whether there was.
func (l *Limiter) TryTake(now sim.Time) bool {
	if l.QPS <= 0 {
		return true
	}
	l.refill(now)
	if l.tokens < 1 {
		return false
	}
	l.tokens--
	return true
}

// Ready returns when there will be a token: now, or later if the bucket is empty. It takes none. It is a microsecond late,
// so that TryTake does not find a token short of what rounding has lost.
func (l *Limiter) Ready(now sim.Time) sim.Time {
	if l.QPS <= 0 {
		return now
	}
	l.refill(now)
	if l.tokens >= 1 {
		return now
	}
	wait := (1 - l.tokens) / l.QPS * float64(time.Second)
	if wait >= math.MaxInt64 {
		return sim.Never
	}
	return now.Add(time.Duration(wait) + time.Microsecond)
}

// full tells whether the bucket is as it was at the start.
func (l *Limiter) full(now sim.Time) bool {
	l.refill(now)
	return l.tokens >= float64(l.Burst)
}

func (l *Limiter) refill(now sim.Time) {
	if !l.used {
		l.used, l.tokens, l.last = true, float64(l.Burst), now
	}
	l.tokens = min(l.tokens+now.Sub(l.last).Seconds()*l.QPS, float64(l.Burst))
	l.last = now
}
