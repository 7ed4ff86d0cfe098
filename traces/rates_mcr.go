package traces

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// The columns of the call rates of Alibaba's cluster-trace-microservices-v2021, MSRTQps (README.md there): each minute a row
// for each instance and metric. The files that are shipped have the number of the row in a first column without a name, and
// call the fourth "metric".
const (
	mcrIndex = iota
	mcrTime  // milliseconds
	mcrService
	mcrInstance
	mcrMetric
	mcrMetrics
	mcrValue
)

var mcrColumns = []column{
	{"", true}, {"timestamp", false}, {"msname", false}, {"msinstanceid", true}, {"metric", true}, {"metrics", true}, {"value", false},
}

// mcrRates are the metrics that are rates, in calls a second; those in _RT are response times. The first is the calls that a
// microservice answers.
var mcrRates = []string{"providerRPC_MCR", "HTTP_MCR", "consumerRPC_MCR", "providerMQ_MCR", "consumerMQ_MCR"}

// mcrInterval is the time between two readings; maxReadings is how many are accepted: those of a year.
const (
	mcrInterval = time.Minute
	maxReadings = 366 * 24 * 60
)

// mcrMissing are the texts that stand where nothing was measured.
var mcrMissing = []string{"", "NAN", "nan", "(?)"}

// newMCR reads the file and adds up the instances of the microservice that is meant, or of all, minute by minute. A minute
// without a reading has none. The file begins with its first minute, whatever is picked.
func newMCR(src io.ReadCloser, name string, pick RatePick) (RateReader, error) {
	if pick.Metric == "" {
		pick.Metric = mcrRates[0]
	}
	if !slices.Contains(mcrRates, pick.Metric) {
		return nil, fmt.Errorf("%s: metric %s is no rate of alibaba-mcr; those are: %s", name, quoteOdd(pick.Metric), strings.Join(mcrRates, ", "))
	}
	t, err := newTable(src, name, mcrColumns)
	if err != nil {
		return nil, err
	}
	if t.has(mcrMetric) == t.has(mcrMetrics) {
		return nil, fmt.Errorf("%s:%d: one column metric or metrics is expected", name, t.line)
	}
	var minutes []float64 // from minute 0 of the clock of the recording
	first, last := -1, -1
	for t.next() {
		at := int(t.integer(mcrTime, maxReadings*mcrInterval.Milliseconds()-1) / mcrInterval.Milliseconds())
		if first < 0 || at < first {
			first = at
		}
		if t.err != nil || pick.Name != "" && t.text(mcrService) != pick.Name || t.text(mcrMetric)+t.text(mcrMetrics) != pick.Metric ||
			slices.Contains(mcrMissing, t.text(mcrValue)) {
			continue
		}
		if at >= len(minutes) {
			minutes = append(minutes, make([]float64, at+1-len(minutes))...)
		}
		minutes[at] += t.number(mcrValue, maxRate)
		last = max(last, at)
	}
	if t.err != nil {
		return nil, t.err
	}
	if last < 0 {
		return nil, notFound(name, "no "+pick.Metric+" of", pick.Name)
	}
	return even(src, 0, mcrInterval, minutes[first:]), nil
}
