package traces

import (
	"errors"
	"io"
	"math"
	"strconv"
	"time"
)

// series reads a demand as a CSV file with a header line and two columns: time in seconds since the begin, growing from row
// to row, and value in requests a second. A row holds until the next one, the last for as long as the one before it.
type series struct {
	*table
	last, held time.Duration
	rows       int
	ended      bool
}

// The columns of series.
const (
	seriesTime = iota
	seriesValue
)

func newSeries(src io.ReadCloser, name string, pick RatePick) (RateReader, error) {
	if pick != (RatePick{}) {
		return nil, errors.New(name + ": a csv file has one series: there is nothing to pick")
	}
	t, err := newTable(src, name, []column{{name: "time"}, {name: "value"}})
	if err != nil {
		return nil, err
	}
	return &series{table: t}, nil
}

// Next returns the rate of the next row, after the last row the end.
func (s *series) Next() (Rate, bool) {
	if !s.next() {
		if s.err != nil || s.ended {
			return Rate{}, false
		}
		if s.ended = true; s.rows < 2 {
			s.err = errors.New(s.name + ": fewer than two rows: nothing says how long the last one holds")
			return Rate{}, false
		}
		return Rate{At: s.last + s.held}, true
	}
	at := time.Duration(math.Round(s.number(seriesTime, maxSeconds) * float64(time.Second)))
	value := s.number(seriesValue, maxRate)
	if s.rows > 0 && at <= s.last {
		s.fail(seriesTime, "not after the row before: %s", s.text(seriesTime))
	}
	if s.err != nil {
		return Rate{}, false
	}
	s.held, s.last = at-s.last, at
	s.rows++
	return Rate{at, value}, true
}

// Err returns the error that ended the reading.
func (s *series) Err() error { return s.err }

// Close closes the file.
func (s *series) Close() error { return s.src.Close() }

// The largest instant and rate that are accepted: a hundred years, and what no service has. Sums of them stay finite.
const (
	maxSeconds = 100 * 365 * 24 * 3600
	maxRate    = 1e12
)

// number returns a field that must be a number of 0 to most.
func (t *table) number(c int, most float64) float64 {
	text := t.text(c)
	x, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "":
		t.fail(c, "empty: a number is expected")
	case err != nil || math.IsNaN(x):
		t.fail(c, "not a number: %s", quoteOdd(text))
	case x < 0:
		t.fail(c, "negative: %s", text)
	case x > most:
		t.fail(c, "over %g: %s", most, text)
	default:
		return x
	}
	return 0
}
