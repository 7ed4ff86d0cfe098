package hpa

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// The annotations of the linear recommender.
const (
	AnnotationLookAhead   = "wavetank.dev/look-ahead"   // how far it looks, such as 60s: the time new pods take to be of use
	AnnotationHistorySize = "wavetank.dev/history-size" // how many recommendations it looks back on
)

// The defaults of the linear recommender: four syncs ahead, and as many back as in the examples of the Predictive
// Horizontal Pod Autoscaler (examples/simple-linear, v0.13).
const (
	defaultLookAhead   = time.Minute
	defaultHistorySize = 6
	mostHistory        = 1000
)

// linear extends the straight line through the last recommendations into the future, and asks for what it finds there if
// that is more than what the metrics ask for now. It is the model Linear of the Predictive Horizontal Pod Autoscaler with
// its decision type maximum (jthomperoo/predictive-horizontal-pod-autoscaler v0.13: algorithms/linear_regression and
// docs/user-guide/models.md): ordinary least squares over time, rounded up.
type linear struct {
	ahead time.Duration
	size  int
	seen  []recommendation // oldest first
}

func newLinear(annotations map[string]string) (Recommender, error) {
	ahead, err := span(annotations, AnnotationLookAhead, defaultLookAhead)
	if err != nil {
		return nil, err
	}
	l := &linear{ahead: ahead, size: defaultHistorySize}
	if text, stated := annotations[AnnotationHistorySize]; stated {
		l.size, err = strconv.Atoi(text)
		if err != nil || l.size < 2 || l.size > mostHistory {
			return nil, fmt.Errorf("annotation %s: %q is no number from 2 to %d", AnnotationHistorySize, text, mostHistory)
		}
	}
	return l, nil
}

// Recommend implements Recommender.
func (l *linear) Recommend(s *State) int {
	if len(l.seen) == l.size {
		copy(l.seen, l.seen[1:])
		l.seen = l.seen[:l.size-1]
	}
	l.seen = append(l.seen, recommendation{s.Reactive, s.Now})
	return max(s.Reactive, l.predict())
}

// predict returns the value of the line at the time that is looked ahead to. Times count from there, as in the original:
// the value sought is the line's intercept.
func (l *linear) predict() int {
	n := float64(len(l.seen))
	then := l.seen[len(l.seen)-1].at.Add(l.ahead)
	var sumX, sumY, sumXX, sumXY float64
	for _, r := range l.seen {
		x, y := r.at.Sub(then).Seconds(), float64(r.replicas)
		sumX, sumY, sumXX, sumXY = sumX+x, sumY+y, sumXX+x*x, sumXY+x*y
	}
	spread := n*sumXX - sumX*sumX
	if spread <= 0 { // one recommendation is no trend
		return 0
	}
	intercept := (sumY*sumXX - sumX*sumXY) / spread
	return ceil(math.Max(0, math.Round(intercept*1e9)/1e9)) // a line through whole numbers is not to be rounded up for 1e-15
}
