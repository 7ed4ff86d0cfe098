package traces

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Rate is a recorded demand from an instant on: requests a second.
type Rate struct {
	At        time.Duration // since the recording began
	PerSecond float64
}

// RateReader hands out a recorded demand in order of time. Each rate holds until the next; the last is 0, the end of the
// recording.
type RateReader interface {
	// Next returns the next rate, or false at the end and after an error.
	Next() (Rate, bool)
	// Err returns the error that ended the reading; nil at a regular end.
	Err() error
	// Close gives back what the reader holds. The reader is of no use afterwards.
	Close() error
}

// RatePick says which of a file's recordings is meant.
type RatePick struct {
	Name   string // of a function, its app or owner, a microservice; "": the sum of all
	Metric string // which of its metrics; "": the first that the format has
}

// rateFormat is one way to record a demand. Its reader owns src once it has returned without an error.
type rateFormat struct {
	name string
	open func(src io.ReadCloser, name string, pick RatePick) (RateReader, error)
}

var rateFormats = []rateFormat{
	{"alibaba-mcr", newMCR},
	{"azure-functions", newInvocations},
	{"csv", newSeries},
}

// RateFormats lists the names of the formats of recorded demand, sorted.
func RateFormats() []string {
	var names []string
	for _, f := range rateFormats {
		names = append(names, f.name)
	}
	return names
}

// OpenRates opens a file of recorded demand, compressed or not. The whole file is checked before OpenRates returns. The
// errors are of the file, of the format's name, of rows, and of a pick that the file does not have.
func OpenRates(path, format string, pick RatePick) (RateReader, error) {
	check, err := openRates(path, format, pick)
	if err != nil {
		return nil, err
	}
	for _, more := check.Next(); more; _, more = check.Next() {
	}
	if err = errors.Join(check.Err(), check.Close()); err != nil {
		return nil, err
	}
	return openRates(path, format, pick)
}

func openRates(path, format string, pick RatePick) (RateReader, error) {
	src, err := openFile(path)
	if err != nil {
		return nil, err
	}
	return newRates(src, path, format, pick)
}

// NewRates reads recorded demand from r, compressed or not; it does not check beforehand. The name stands for the file in
// messages. Closing the reader leaves r open.
func NewRates(r io.Reader, name, format string, pick RatePick) (RateReader, error) {
	return newRates(io.NopCloser(r), name, format, pick)
}

// newRates owns raw: it is closed when no reader can be made of it.
func newRates(raw io.ReadCloser, name, format string, pick RatePick) (RateReader, error) {
	i := slices.IndexFunc(rateFormats, func(f rateFormat) bool { return f.name == format })
	if i < 0 {
		err := fmt.Errorf("format of recorded demand %q is unknown; known are: %s", format, strings.Join(RateFormats(), ", "))
		return nil, errors.Join(err, raw.Close())
	}
	src, err := decompress(raw, name)
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	reader, err := rateFormats[i].open(src, name, pick)
	if err != nil {
		return nil, errors.Join(err, src.Close())
	}
	return reader, nil
}

// rateList is a recorded demand that is held as a whole: one of a fixed number of intervals.
type rateList struct {
	rates []Rate
	src   io.Closer
}

// even returns a list of the rates of intervals of one length, those that repeat left out, and the end.
func even(src io.Closer, from, interval time.Duration, perSecond []float64) *rateList {
	l := &rateList{src: src}
	for i, rate := range perSecond {
		if i == 0 || rate != perSecond[i-1] {
			l.rates = append(l.rates, Rate{from + time.Duration(i)*interval, rate})
		}
	}
	l.rates = append(l.rates, Rate{At: from + time.Duration(len(perSecond))*interval})
	return l
}

// Next returns the next rate.
func (l *rateList) Next() (Rate, bool) {
	if len(l.rates) == 0 {
		return Rate{}, false
	}
	r := l.rates[0]
	l.rates = l.rates[1:]
	return r, true
}

// Err returns nil: all was read before.
func (l *rateList) Err() error { return nil }

// Close closes the file.
func (l *rateList) Close() error { return l.src.Close() }
