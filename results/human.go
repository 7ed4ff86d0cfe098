package results

import (
	"math"
	"strconv"
	"time"
)

// thousands prints a number with its digits in groups: 1,234,567.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(digits) - 3; i > first; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// humanSeconds prints a time in seconds to three or more digits: 1.23ms, 45.6s, 1h2m3s.
func humanSeconds(s float64) string {
	d := time.Duration(math.Round(s * nanosPerSecond))
	for _, step := range []struct{ from, unit time.Duration }{
		{time.Minute, time.Second}, {10 * time.Second, 100 * time.Millisecond}, {time.Second, 10 * time.Millisecond},
		{time.Millisecond, 10 * time.Microsecond}, {time.Microsecond, 10 * time.Nanosecond},
	} {
		if d >= step.from {
			return d.Round(step.unit).String()
		}
	}
	return d.String()
}

// humanSpan is humanSeconds with days: 1d2h0m0s.
func humanSpan(s float64) string {
	const day = 24 * 3600
	if s < day {
		return humanSeconds(s)
	}
	days := math.Floor(s / day)
	rest := time.Duration(math.Round(s-days*day)) * time.Second
	if rest == day*time.Second {
		days, rest = days+1, 0
	}
	return strconv.Itoa(int(days)) + "d" + rest.String()
}

// humanAmount prints an amount of a resource in the unit that people use for it.
func humanAmount(v float64, unit string) string {
	switch unit {
	case UnitMilliCPU:
		return decimals(v/1000) + " cores"
	case UnitMilliGPU:
		return decimals(v/1000) + " GPUs"
	case UnitBytes:
		return humanBytes(v)
	}
	return decimals(v)
}

var byteUnits = []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}

// humanBytes prints bytes in the largest binary unit of which there is at least one; memory above a GiB stays in GiB up
// to ten thousand of them, so that figures of one cluster compare at a glance.
func humanBytes(v float64) string {
	unit := 0
	for unit+1 < len(byteUnits) && (v >= 1024 && unit < 3 || v >= 10240) {
		v /= 1024
		unit++
	}
	return decimals(v) + " " + byteUnits[unit]
}

// decimals prints a figure with thousands in groups and one decimal, two below 10, none where it is whole.
func decimals(v float64) string {
	if v == math.Trunc(v) {
		return thousands(int64(v))
	}
	places := 1
	if math.Abs(v) < 10 {
		places = 2
	}
	text := strconv.FormatFloat(v, 'f', places, 64)
	whole, frac, _ := cutByte(text, '.')
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n == 0 { // too large to group, or -0
		return text
	}
	return thousands(n) + "." + frac
}
