package load

import (
	"math"
	"time"

	"github.com/wavetank/wavetank/sim"
)

// Diurnal is a rate that rises and falls once in a period around a mean. Its shape is that of the von Mises distribution
// (Mardia and Jupp, Directional Statistics, section 3.5.4), the bell curve of the circle:
//
//	rate(t) = mean x exp(k cos(2 pi (t - peakAt) / period)) / I0(k)
//
// where k is such that the peak is as asked. It has exactly that mean and that peak, never falls below 0 however high the
// peak is, and for a low peak is a sine wave: 1 + k cos(...).
type Diurnal struct {
	mean   float64
	peak   float64
	k      float64 // concentration
	period time.Duration
	peakAt time.Duration
	weekly []float64
}

// MaxPeak is the largest ratio of peak to mean that a Diurnal takes.
const MaxPeak = 100

// NewDiurnal returns the curve with a mean and a peak, from the mean to MaxPeak times it, that comes at peakAt of each
// period. Weekly, if there is any, has one factor for each period of a cycle, the first for that in which the run begins.
func NewDiurnal(mean, peak float64, period, peakAt time.Duration, weekly []float64) *Diurnal {
	d := &Diurnal{mean: mean, peak: mean, period: period, peakAt: peakAt, weekly: weekly}
	if mean > 0 && peak > mean {
		d.k = concentration(min(peak/mean, MaxPeak))
		d.peak = mean / scaledI0(d.k)
	}
	return d
}

// At returns the rate; it moves gently but at the end of a period with another factor.
func (d *Diurnal) At(t sim.Time) Stretch {
	st := Stretch{Rate: d.mean, Until: sim.Never, Smooth: d.k > 0}
	if d.k > 0 {
		turn := float64((t-sim.Time(d.peakAt))%sim.Time(d.period)) / float64(d.period)
		st.Rate = d.peak * math.Exp(d.k*(math.Cos(2*math.Pi*turn)-1))
	}
	if len(d.weekly) > 0 {
		st.Rate *= d.weekly[int64(t)/int64(d.period)%int64(len(d.weekly))]
		st.Until = step(t, d.period)
	}
	return st
}

// concentration returns the k for which the ratio of peak to mean, exp(k)/I0(k), is as asked. It grows with k, and for
// large k as sqrt(2 pi k).
func concentration(ratio float64) float64 {
	low, high := 0.0, 1.0
	for 1/scaledI0(high) < ratio {
		high *= 2
	}
	for range 60 {
		if middle := (low + high) / 2; 1/scaledI0(middle) < ratio {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// scaledI0 returns exp(-k) I0(k), I0 the modified Bessel function of order 0: the mean of exp(k (cos x - 1)) over the
// circle. The trapezoidal rule is exact for it to all digits as soon as its points lie closer than the peak is wide.
func scaledI0(k float64) float64 {
	const points = 1024
	sum := 0.0
	for i := range points {
		sum += math.Exp(k * (math.Cos(2*math.Pi*float64(i)/points) - 1))
	}
	return sum / points
}
