package load

import "math"

// tailed is a distribution of response times by its tail.
type tailed interface{ tail(t float64) float64 }

// quantile99 returns the time that one in a hundred exceeds, to a millionth. Mean is that of the distribution. The logarithm
// of a tail is nearly straight, so that a secant finds it in a few steps; bisection keeps it within what is known.
func quantile99[T tailed](of T, mean float64) float64 {
	const share = 0.01
	if mean <= 0 {
		return 0
	}
	low, atLow := 0.0, math.Log(1/share)
	t := mean * math.Log(1/share)
	high, atHigh := math.Inf(1), 0.0
	for range 100 {
		at := math.Log(max(of.tail(t), 1e-300) / share)
		if math.Abs(at) < 1e-7 {
			return t
		}
		if at > 0 {
			low, atLow = t, at
		} else {
			high, atHigh = t, at
		}
		switch {
		case math.IsInf(high, 1):
			t = low * 2
		default:
			t = low + (high-low)*secantStep(atLow, atHigh)
		}
		if high-low < 1e-7*high {
			return t
		}
	}
	return t
}

// secantStep is where between two values of different sign a straight line is 0, as a part of the way and not too near to
// either end.
func secantStep(low, high float64) float64 {
	return min(max(low/(low-high), 0.02), 0.98)
}

// gammaTail returns the probability that a gamma distribution of that mean and variance exceeds t, after Wilson and
// Hilferty (The distribution of chi-square, PNAS 17, 1931): the cube root of a gamma variable is nearly normal.
func gammaTail(mean, variance, t float64) float64 {
	if mean <= 0 || variance <= 0 {
		if t < mean {
			return 1
		}
		return 0
	}
	spread := variance / (mean * mean) / 9
	z := (math.Cbrt(t/mean) - 1 + spread) / math.Sqrt(spread)
	return math.Erfc(z/math.Sqrt2) / 2
}

// gamma99 is the quantile that belongs to gammaTail.
func gamma99(mean, variance float64) float64 {
	const z99 = 2.3263478740408408 // of the normal distribution
	if mean <= 0 {
		return 0
	}
	spread := variance / (mean * mean) / 9
	root := max(0, 1-spread+z99*math.Sqrt(spread))
	return mean * root * root * root
}
