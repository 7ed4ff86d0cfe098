package load

import "math"

// queue is one endpoint as a queue: some servers, and requests that wait in one line until one is free and go away unserved
// when that takes too long. With Poisson arrivals and exponential service it is the queue M/M/m+D, of which all is known in
// closed form, under overload as well (Gnedenko and Kovalenko, Introduction to Queueing Theory, 2nd ed., section 1.6;
// Baccelli and Hebuterne, On queues with impatient customers, Performance '81). With endless patience it is M/M/m, and
// what follows are Erlang's formulas (Gross and Harris, Fundamentals of Queueing Theory, 3rd ed., section 2.3).
type queue struct {
	servers  int     // m
	rate     float64 // mu, of each server: requests a second
	patience float64 // tau, the longest wait in seconds
	arrivals float64 // squared coefficient of variation of the times between arrivals; Poisson: 1
	sharing  bool    // the servers are shared by all that are there, instead of a line
}

// outcome is what becomes of the requests of a queue.
type outcome struct {
	lost float64 // share of requests that go away unserved
	wait float64 // of those served: share that waits at all
	busy float64 // servers at work, mean
	mu   float64
	line truncated // the wait of those that wait
	mean float64   // response time of those served, seconds
	vary float64   // its variance

	sharing bool
}

// solve returns the outcome at an arrival rate.
//
// The virtual wait, the time until a server will be free, has the density lambda p(m-1) exp(-theta x) up to tau and
// lambda p(m-1) exp(-theta tau) exp(-m mu (x - tau)) beyond, theta = m mu - lambda: who meets more than tau before him adds
// nothing to it. Arrivals see it as it is (PASTA). All is computed relative to p(m-1), the probability that one server is
// free, and for theta < 0 also to exp(-theta tau), so that nothing overflows.
func (q *queue) solve(lambda float64) outcome {
	o := outcome{mu: q.rate, sharing: q.sharing}
	if lambda <= 0 {
		o.mean, o.vary = 1/q.rate, 1/(q.rate*q.rate)
		return o
	}
	m := float64(q.servers)
	theta := m*q.rate - lambda
	line := newTruncated(theta, q.patience)
	free, waiting, gone := 0.0, lambda*line.mass, lambda*line.edge/(m*q.rate)
	for n, p := q.servers-1, line.unit; ; n-- {
		free += p
		if n == 0 || p == 0 {
			break
		}
		p *= float64(n) * q.rate / lambda
	}
	all := free + waiting + gone
	if math.IsInf(free, 1) { // hardly anybody there
		all, waiting, gone = 1, 0, 0
	}
	o.lost = gone / all
	served := 1 - o.lost
	o.busy = min(m, lambda*served/q.rate)
	if waiting > 0 {
		o.wait = waiting / all / served
	}
	o.line = line
	if f := (q.arrivals + 1) / 2; f != 1 {
		o.line = newTruncated(theta/f, q.patience*f)
	}
	q.respond(&o)
	return o
}

// respond fills in mean and variance of the response times.
//
// In line: the wait and the service, which are independent. For arrivals that are not Poisson the wait is that of Poisson
// arrivals times (ca2 + cs2)/2 with cs2 = 1 (Allen and Cunneen; Allen, Probability, Statistics, and Queueing Theory, 2nd
// ed., section 5.3.5), and its distribution is stretched to that mean; what is lost stays as it is.
//
// Shared: as many are there as if they stood in line, so that the mean is the same (Little), and it is so for every
// distribution of the service time (Kleinrock, Queueing Systems II, section 4.4; Cohen, The multiple phase service network
// with generalized processor sharing, Acta Informatica 12, 1979). The variance for one server is (2+rho)/(2-rho) of the
// squared mean, with exponential service (Coffman, Muntz and Trotter, Waiting time distributions for processor-sharing
// systems, JACM 17, 1970, section 3). For several servers the probability of waiting stands in for rho, which for one server
// it is: an approximation.
func (q *queue) respond(o *outcome) {
	service := 1 / q.rate
	first, second := o.line.moments()
	first, second = o.wait*first, o.wait*second
	o.mean = service + first
	o.vary = service*service + second - first*first
	if q.sharing {
		o.vary = o.mean * o.mean * (2 + o.wait) / (2 - o.wait)
	}
}

// tail returns the share of the served requests whose response takes longer than t seconds.
func (o *outcome) tail(t float64) float64 {
	if o.sharing {
		return gammaTail(o.mean, o.vary, t)
	}
	at := (1 - o.wait) * math.Exp(-o.mu*t)
	if o.wait > 0 {
		at += o.wait * o.line.tailWith(o.mu, t)
	}
	return at
}

// exact tells whether tail is the distribution itself and no fit to its moments.
func (o *outcome) exact() bool { return !o.sharing }
