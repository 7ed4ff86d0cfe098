package results

import (
	"fmt"
	"math"
	"strconv"

	"github.com/wavetank/wavetank/sim"
)

const nanosPerSecond = 1_000_000_000

// appendSeconds appends an instant or a span in seconds: the shortest decimal that is exact, with at most nine decimals.
// Every value has one form, so that equal results are equal bytes.
func appendSeconds(b []byte, nanos int64) []byte {
	if nanos < 0 {
		b = append(b, '-')
	}
	abs := uint64(nanos)
	if nanos < 0 {
		abs = -abs
	}
	b = strconv.AppendUint(b, abs/nanosPerSecond, 10)
	frac := abs % nanosPerSecond
	if frac == 0 {
		return b
	}
	b = append(b, '.')
	for unit := uint64(nanosPerSecond / 10); frac > 0; unit /= 10 {
		b = append(b, '0'+byte(frac/unit))
		frac %= unit
	}
	return b
}

// parseSeconds reads what appendSeconds wrote, and refuses every other form.
func parseSeconds(text string) (int64, error) {
	whole, frac, _ := cutByte(text, '.')
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(frac) > 9 || seconds > math.MaxInt64/nanosPerSecond || seconds < math.MinInt64/nanosPerSecond {
		return 0, fmt.Errorf("%q is not a time in seconds with at most 9 decimals", text)
	}
	var nanos int64
	if frac != "" {
		padded := (frac + "000000000")[:9]
		parsed, perr := strconv.ParseUint(padded, 10, 32)
		if perr != nil {
			return 0, fmt.Errorf("%q is not a time in seconds with at most 9 decimals", text)
		}
		nanos = int64(parsed)
	}
	if whole[0] == '-' {
		nanos = -nanos
	}
	nanos += seconds * nanosPerSecond
	if string(appendSeconds(nil, nanos)) != text {
		return 0, fmt.Errorf("%q is not the shortest form of a time in seconds", text)
	}
	return nanos, nil
}

func cutByte(s string, sep byte) (before, after string, found bool) {
	for i := 0; i < len(s); i++ {
		if s[i] == sep {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// seconds returns nanoseconds in seconds. Up to 104 days the result is exact in the sense that it prints as the
// nanoseconds do.
func seconds(nanos int64) float64 { return float64(nanos) / nanosPerSecond }

// spanOf returns the time from one instant to a later one, in nanoseconds.
func spanOf(from, to sim.Time) int64 { return int64(to - from) }
