package load

import (
	"math"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// service is one target and how it fares now.
type service struct {
	Service
	calls   []call // of this one
	callers []call // of others, to this one

	exists   bool              // as the proxies know: the Service is there, or a selector was given
	selector *cluster.Selector // of its pods
	sticky   bool              // session affinity
	members  []*member         // by UID
	nodes    map[string]bool   // where they are: whether one of those there has no limit of its own
	classes  []class           // in the order of their first members
	stale    bool              // they must be made anew
	lacking  bool              // a pod without the container that is to serve was met

	rate  float64  // of the demand from outside
	until sim.Time // when that changes
	flow  flow

	since    sim.Time // the flow is as it is
	accrued  sim.Time // up to when the ledgers are kept
	ledger   ledger   // of all requests that come, and of all usage
	touched  bool     // by the change that is being made: its requests or its endpoints
	affected bool     // or what it calls
}

// call is one end of an arrow of the call graph.
type call struct {
	to   *service // or from
	each float64  // calls for each request that is served
}

// flow is how a service fares while nothing changes.
type flow struct {
	inflow float64 // requests a second, from outside and from callers
	served float64 // of those, by its own endpoints
	own    answer  // by them
	whole  answer  // with what they call
	cpu    float64 // milli-CPU, of all pods
	routed int     // endpoints that requests are sent to
	alive  int     // of those: up and reachable
	exact  bool    // the tail of the whole is known, and not only its moments
}

// answer is what becomes of a request.
type answer struct {
	ok   float64 // probability that it is answered
	mean float64 // response time if it is, seconds
	vary float64 // its variance
}

// refresh looks at the demand when it is due and tells whether it has changed. What moves gently is taken for even until
// the next step, at the rate in the middle.
func (s *service) refresh(now sim.Time) bool {
	if now < s.until || s.Demand == nil {
		return false
	}
	st, before := s.Demand.At(now), s.rate
	s.rate, s.until = max(0, st.Rate), st.Until
	if st.Smooth {
		s.until = min(st.Until, step(now, s.Step))
		s.rate = max(0, s.Demand.At(now+(s.until-now)/2).Rate)
	}
	return s.rate != before
}

// reckon computes how the endpoints of a service fare with what comes now.
func (s *service) reckon() {
	f := &s.flow
	f.inflow = s.rate
	for _, from := range s.callers {
		f.inflow += from.to.flow.served * from.each
	}
	if s.sticky {
		s.reckonSticky()
	} else {
		s.reckonSpread()
	}
	f.served, f.cpu, f.exact = 0, 0, len(s.calls) == 0
	var mean, second float64
	for i := range s.classes {
		c := &s.classes[i]
		n := float64(c.count)
		f.cpu += n * c.cpu
		if !c.serving() {
			continue
		}
		f.served += n * c.served
		mean += n * c.served * c.out.mean
		second += n * c.served * (c.out.vary + c.out.mean*c.out.mean)
		f.exact = f.exact && c.out.exact()
	}
	f.own = answer{ok: float64(min(1, f.alive))}
	if f.inflow > 0 {
		f.served = min(f.served, f.inflow)
		f.own.ok = f.served / f.inflow
	}
	if f.served > 0 {
		f.own.mean = mean / f.served
		f.own.vary = max(0, second/f.served-f.own.mean*f.own.mean)
	}
}

// reckonSpread sends every request to any of the endpoints, and again when it fails.
func (s *service) reckonSpread() {
	routed := float64(s.flow.routed)
	withRetries(s.flow.inflow, s.Retries, func(offered float64) (lost float64) {
		lost = 1
		for i := range s.classes {
			c := &s.classes[i]
			if !c.routed {
				c.reckon(s, 0)
				continue
			}
			c.reckon(s, offered/routed)
			lost -= float64(c.count) / routed * (1 - c.lost())
		}
		return max(0, lost)
	})
}

// reckonSticky sends the requests of every client to its endpoint.
func (s *service) reckonSticky() {
	for i := range s.classes {
		c := &s.classes[i]
		withRetries(s.flow.inflow*float64(c.clients)/float64(s.Clients), s.Retries, func(offered float64) float64 {
			c.reckon(s, offered)
			return c.lost()
		})
	}
}

// withRetries finds the rate that is offered when each request that is lost is sent again, up to so many times: what is lost
// depends on what is offered. It goes up from the rate without retries to the first that agrees with itself, which is the
// state of a service that was well before.
func withRetries(inflow float64, retries int, lost func(offered float64) float64) {
	const rounds, close = 100, 1e-6
	offered := inflow
	for range rounds {
		share, sum, again := lost(offered), 1.0, 1.0
		for range retries {
			again *= share
			sum += again
		}
		if next := inflow * sum; next-offered > close*inflow {
			offered = next
			continue
		}
		return
	}
}

// combine adds to the answers of a service's own endpoints those of what they call, one after the other. A call that fails
// fails the request. Calls are taken for independent; of a call that is made so and so often on average the whole part is
// always made, and the rest by chance.
func (s *service) combine() {
	a := s.flow.own
	for _, c := range s.calls {
		to := &c.to.flow.whole
		whole, part := math.Modf(c.each)
		a.ok *= math.Pow(to.ok, whole) * (1 - part + part*to.ok)
		a.mean += c.each * to.mean
		a.vary += c.each*to.vary + part*(1-part)*to.mean*to.mean
	}
	s.flow.whole = a
}

// tail returns the share of the answers that take longer than t seconds. Where a service calls others only the moments of
// the sum are known, and a gamma distribution has them.
func (s *service) tail(t float64) float64 {
	f := &s.flow
	if !f.exact {
		return gammaTail(f.whole.mean, f.whole.vary, t)
	}
	share := 0.0
	for i := range s.classes {
		if c := &s.classes[i]; c.served > 0 {
			share += float64(c.count) * c.served * c.out.tail(t)
		}
	}
	return share / f.served
}

// p99 returns the 99th percentile of the answers, in seconds.
func (s *service) p99() float64 {
	f := &s.flow
	switch {
	case f.served <= 0 || f.whole.ok <= 0:
		return 0
	case f.exact:
		return quantile99(s, f.whole.mean)
	}
	return gamma99(f.whole.mean, f.whole.vary)
}
