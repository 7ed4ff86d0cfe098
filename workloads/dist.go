package workloads

import (
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// Distribution is a distribution of spans of time.
type Distribution interface {
	// Sample draws a span of 0 or more from the given source. A draw beyond 292 years is cut to that.
	Sample(src rand.Source) time.Duration
	// Mean is the mean of the distribution.
	Mean() time.Duration
}

// The distributions that a scenario may name.
type (
	// Constant is always the same span. The zero value is no time at all.
	Constant struct{ Span time.Duration }
	// Exponential is the memoryless distribution.
	Exponential struct{ MeanSpan time.Duration }
	// Lognormal is the distribution of a span whose logarithm is normal, with standard deviation Sigma.
	Lognormal struct {
		Median time.Duration
		Sigma  float64
	}
	// Uniform lies between Min and Max.
	Uniform struct{ Min, Max time.Duration }
	// Weibull has a heavy tail for shapes below 1; shape 1 is exponential.
	Weibull struct {
		Shape float64
		Scale time.Duration
	}
	// Gamma is a sum of exponential spans when its shape is whole (Erlang); its squared coefficient of variation is
	// 1/Shape.
	Gamma struct {
		Shape    float64
		MeanSpan time.Duration
	}
)

var (
	_ Distribution = Constant{}
	_ Distribution = Exponential{}
	_ Distribution = Lognormal{}
	_ Distribution = Uniform{}
	_ Distribution = Weibull{}
	_ Distribution = Gamma{}
)

// Sample returns the span.
func (c Constant) Sample(rand.Source) time.Duration { return c.Span }

// Mean returns the span.
func (c Constant) Mean() time.Duration { return c.Span }

// Sample draws a span.
func (e Exponential) Sample(src rand.Source) time.Duration {
	return toDuration(distuv.Exponential{Rate: 1 / float64(e.MeanSpan), Src: src}.Rand())
}

// Mean returns the mean.
func (e Exponential) Mean() time.Duration { return e.MeanSpan }

func (l Lognormal) of(src rand.Source) distuv.LogNormal {
	return distuv.LogNormal{Mu: math.Log(float64(l.Median)), Sigma: l.Sigma, Src: src}
}

// Sample draws a span.
func (l Lognormal) Sample(src rand.Source) time.Duration { return toDuration(l.of(src).Rand()) }

// Mean returns Median x exp(Sigma²/2).
func (l Lognormal) Mean() time.Duration { return toDuration(l.of(nil).Mean()) }

// Sample draws a span.
func (u Uniform) Sample(src rand.Source) time.Duration {
	return toDuration(distuv.Uniform{Min: float64(u.Min), Max: float64(u.Max), Src: src}.Rand())
}

// Mean returns the middle.
func (u Uniform) Mean() time.Duration { return u.Min + (u.Max-u.Min)/2 }

func (w Weibull) of(src rand.Source) distuv.Weibull {
	return distuv.Weibull{K: w.Shape, Lambda: float64(w.Scale), Src: src}
}

// Sample draws a span.
func (w Weibull) Sample(src rand.Source) time.Duration { return toDuration(w.of(src).Rand()) }

// Mean returns Scale x Γ(1+1/Shape).
func (w Weibull) Mean() time.Duration { return toDuration(w.of(nil).Mean()) }

// Sample draws a span.
func (g Gamma) Sample(src rand.Source) time.Duration {
	return toDuration(distuv.Gamma{Alpha: g.Shape, Beta: g.Shape / float64(g.MeanSpan), Src: src}.Rand())
}

// Mean returns the mean.
func (g Gamma) Mean() time.Duration { return g.MeanSpan }

// toDuration rounds a number of nanoseconds to a span that the clock can hold.
func toDuration(nanoseconds float64) time.Duration {
	switch {
	case nanoseconds >= math.MaxInt64:
		return math.MaxInt64
	case nanoseconds > 0:
		return time.Duration(math.Round(nanoseconds))
	}
	return 0 // also what is not a number: an underflow of 0/0
}
