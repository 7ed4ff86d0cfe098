package results

import "github.com/wavetank/wavetank/sim"

// ParseInstant reads an instant as results have it: seconds since the run began, as the shortest decimal that is exact.
// Every other form is an error.
func ParseInstant(text string) (sim.Time, error) {
	nanos, err := parseSeconds(text)
	return sim.Time(nanos), err
}

// AppendInstant appends an instant in the form that ParseInstant reads.
func AppendInstant(b []byte, at sim.Time) []byte { return appendSeconds(b, int64(at)) }
