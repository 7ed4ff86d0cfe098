package results

import "math/bits"

// integral is an exact sum of value times nanoseconds in 128 bits. In floats it would depend on where the stretches are
// cut, and a run's result on changes that change nothing.
type integral struct{ hi, lo uint64 }

// add adds a value that held for so many nanoseconds. Neither is negative.
func (s *integral) add(value, nanos int64) {
	hi, lo := bits.Mul64(uint64(value), uint64(nanos))
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi, _ = bits.Add64(s.hi, hi, carry)
}

// plus returns the sum of two.
func (s integral) plus(t integral) integral {
	lo, carry := bits.Add64(s.lo, t.lo, 0)
	hi, _ := bits.Add64(s.hi, t.hi, carry)
	return integral{hi, lo}
}

// since returns what has come to an earlier state of the same sum.
func (s integral) since(earlier integral) integral {
	lo, borrow := bits.Sub64(s.lo, earlier.lo, 0)
	hi, _ := bits.Sub64(s.hi, earlier.hi, borrow)
	return integral{hi, lo}
}

// float returns the sum, rounded.
func (s integral) float() float64 { return float64(s.hi)*0x1p64 + float64(s.lo) }

// seconds returns a sum of value times nanoseconds as value times seconds.
func (s integral) seconds() float64 { return s.float() / nanosPerSecond }
