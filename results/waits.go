package results

import (
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Distribution describes a sample of times, all in seconds. The quantile p is the smallest value of the sample that at
// least the share p of it does not exceed (gonum stat.Empirical): a value that occurred, exact, never interpolated.
// All are 0 for an empty sample.
type Distribution struct {
	Count int     `json:"count"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// describe returns the distribution of a sample, which it sorts.
func describe(sample []float64) Distribution {
	if len(sample) == 0 {
		return Distribution{}
	}
	slices.Sort(sample) // the mean too then depends on the values alone and not on their order
	quantile := func(p float64) float64 { return stat.Quantile(p, stat.Empirical, sample, nil) }
	return Distribution{
		Count: len(sample),
		Mean:  stat.Mean(sample, nil),
		P50:   quantile(0.5),
		P90:   quantile(0.9),
		P99:   quantile(0.99),
		Max:   sample[len(sample)-1],
	}
}
