package load

import "math"

// truncated is the distribution on 0..end whose density falls as exp(-slope x), or grows where the slope is negative.
type truncated struct {
	slope, end float64
	mass       float64 // integral of exp(-slope x), over unit
	edge       float64 // exp(-slope end), over unit
	unit       float64 // what mass, edge and 1 are relative to: 1, or exp(slope end) where the slope is negative
}

// flat is the slope times end below which the density is taken for even, to first order.
const flat = 1e-4

func newTruncated(slope, end float64) truncated {
	t := truncated{slope: slope, end: end, unit: 1, edge: 1}
	z := slope * end
	switch {
	case math.Abs(z) < flat:
		t.mass, t.edge = end*(1-z/2), 1-z
	case z > 0:
		t.edge = math.Exp(-z)
		t.mass = (1 - t.edge) / slope
	default:
		t.unit = math.Exp(z)
		t.mass = (1 - t.unit) / -slope
	}
	return t
}

// moments returns the first two moments.
func (t *truncated) moments() (first, second float64) {
	z := math.Abs(t.slope) * t.end
	switch {
	case z < flat:
		z = t.slope * t.end
		return t.end * (0.5 - z/12), t.end * t.end * (1.0/3 - z/12)
	case z > 700:
		first, second = 1/z, 2/(z*z)
	case z < 0.05: // the closed form loses its digits: series to the fourth order
		first = 0.5 - z/12 + z*z*z/720
		second = 1.0/3 - z/12 + z*z/360 + z*z*z/720
	default:
		e := math.Exp(-z)
		first = 1/z - e/(1-e)
		second = (2 - e*(z*z+2*z+2)) / (z * z * (1 - e))
	}
	if t.slope < 0 { // mirrored
		first, second = 1-first, 1-2*first+second
	}
	return t.end * first, t.end * t.end * second
}

// tailWith returns the probability that the sum of this and of an exponential time of rate mu exceeds x.
func (t *truncated) tailWith(mu, x float64) float64 {
	upto := min(x, t.end)
	// The density's exponent and mu's together go in a straight line from x' = 0 to x' = upto.
	from, to := -mu*x, -mu*(x-upto)
	if t.slope >= 0 {
		to -= t.slope * upto
	} else {
		from += t.slope * t.end
		to += t.slope * (t.end - upto)
	}
	return lineIntegral(from, to, upto)/t.mass + t.beyond(upto)
}

// lineIntegral returns the integral over a length of exp of what goes in a straight line from one value to another.
func lineIntegral(from, to, length float64) float64 {
	if d := to - from; math.Abs(d) > 1e-5 {
		return length * (math.Exp(to) - math.Exp(from)) / d
	}
	return length * math.Exp((from+to)/2)
}

// beyond returns the probability of more than x.
func (t *truncated) beyond(x float64) float64 {
	if x >= t.end {
		return 0
	}
	from, to := -t.slope*x, -t.slope*t.end
	if t.slope < 0 {
		from, to = t.slope*(t.end-x), 0
	}
	return lineIntegral(from, to, t.end-x) / t.mass
}
