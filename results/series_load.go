package results

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/wavetank/wavetank/sim"
)

const (
	workloadColumns = "t,kind,namespace,name,desired,needed,serving,ready\n"
	nodeColumns     = "t,exists,up,ready,price\n"
	serviceColumns  = "t,namespace,name,requests,errors,slow,response,p99,endpoints,serving,cpu_milli\n"
)

// loadSeries writes what workloads and nodes were like at the times of the samples: a row for each that is another than
// in its last row. Files come to be when there is something to write.
type loadSeries struct {
	out       *output
	workloads *file
	nodes     *file
	nodesRow  nodesRow     // the last one
	before    []timedNodes // rows from before it was known that there is something to tell
}

// timedNodes is a row of nodes.csv and its time.
type timedNodes struct {
	at sim.Time
	nodesRow
}

// nodesRow is what a row of nodes.csv shows.
type nodesRow struct {
	exists, up, ready, price int64
}

// sample writes the rows of what has changed; at is the time of the first sample that shows it.
func (r *Recorder) sample(at sim.Time) {
	l := &r.out.load
	if len(r.avail.dirty) > 0 {
		l.sampleWorkloads(&r.avail, at)
	}
	row := nodesRow{r.pools.exists, int64(r.use.up), r.pools.ready, r.pools.price}
	l.sampleNodes(row, at, r.seats.taken || r.pools.named || len(r.services.list) > 0)
}

func (l *loadSeries) sampleWorkloads(a *availability, at sim.Time) {
	slices.SortFunc(a.dirty, func(v, w *workload) int {
		return cmp.Or(cmp.Compare(v.kind.String(), w.kind.String()), v.name.Compare(w.name))
	})
	if l.workloads == nil {
		l.workloads = l.out.begin(WorkloadsFile, workloadColumns)
	}
	for _, w := range a.dirty {
		w.dirty = false
		row := w.now
		row.milli = 0
		if l.workloads == nil || row == w.rowed {
			continue
		}
		w.rowed = row
		b := appendSeconds(l.workloads.w.AvailableBuffer(), int64(at))
		b = append(append(append(b, ','), w.kind.String()...), ',')
		b = append(appendField(append(appendField(b, w.name.Namespace), ','), w.name.Name), ',')
		l.out.write(l.workloads, appendInts(b, row.desired, row.needed, row.serving, row.ready))
	}
	a.dirty = a.dirty[:0]
}

// sampleNodes writes a row if it is a new one, and keeps it in mind until there is something to tell of nodes.
func (l *loadSeries) sampleNodes(row nodesRow, at sim.Time, tell bool) {
	if row != l.nodesRow || l.nodes == nil && len(l.before) == 0 {
		l.nodesRow = row
		l.before = append(l.before, timedNodes{at, row})
	}
	if !tell {
		return
	}
	if l.nodes == nil {
		if l.nodes = l.out.begin(NodesFile, nodeColumns); l.nodes == nil {
			return
		}
	}
	for _, row := range l.before {
		l.writeNodes(row.nodesRow, row.at)
	}
	l.before = l.before[:0]
}

func (l *loadSeries) writeNodes(row nodesRow, at sim.Time) {
	b := append(appendSeconds(l.nodes.w.AvailableBuffer(), int64(at)), ',')
	b = strconv.AppendInt(append(strconv.AppendInt(b, row.exists, 10), ','), row.up, 10)
	b = strconv.AppendInt(append(b, ','), row.ready, 10)
	l.out.write(l.nodes, append(appendFigure(append(b, ','), float64(row.price)/pricePrecision), '\n'))
}

// appendInts appends numbers and the line's end.
func appendInts(b []byte, values ...int64) []byte {
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, v, 10)
	}
	return append(b, '\n')
}

// appendFigure appends a figure to six digits: more than a plot shows.
func appendFigure(b []byte, v float64) []byte { return strconv.AppendFloat(b, v, 'g', 6, 64) }

// begin makes a file that is needed only now. It returns nil, and keeps the error, if that fails.
func (o *output) begin(name, header string) *file {
	f, err := o.add(name)
	if err != nil {
		o.failed(err)
		return nil
	}
	o.write(f, []byte(header))
	return f
}

// serviceSeries writes services.csv: how each service fared in each stretch between two samples, its rows in the order of
// time. A row that would be as the one before is left out.
type serviceSeries struct {
	out   *output
	file  *file
	every int64 // nanoseconds
}

// serviceRow is a row under way.
type serviceRow struct {
	bucket  int64 // number of the stretch
	begun   bool
	sums    serviceFigures // times seconds
	written serviceFigures
	any     bool // a row was written
}

// serviceFigures are the columns: requests per second, seconds, and numbers.
type serviceFigures struct {
	covered, answered         float64
	requests, errors, slow    float64
	response, p99             float64
	endpoints, serving, milli float64
}

// add spreads an interval over the rows.
func (s *serviceSeries) add(t *serviceTally, v *ServiceInterval) {
	row := &t.row
	first, last := int64(v.From)/s.every, int64(v.To)/s.every
	s.moveTo(t, first)
	for b := first; b <= last; b++ {
		from, to := max(int64(v.From), b*s.every), min(int64(v.To), (b+1)*s.every)
		if to > from || v.From == v.To {
			row.begun = true
			row.sums.add(v, from, to)
		}
		if b == last {
			break
		}
		s.flush(t)
		if b > first && b+1 < last { // all between are alike
			b = last - 1
		}
		row.bucket = b + 1
	}
}

// moveTo ends the row under way where an interval begins in a later stretch. A service that was not heard of in between had
// no requests then.
func (s *serviceSeries) moveTo(t *serviceTally, stretch int64) {
	row := &t.row
	if row.begun && stretch > row.bucket {
		s.flush(t)
		row.bucket++
	}
	if row.any && stretch > row.bucket {
		s.flush(t)
	}
	row.bucket = stretch
}

func (f *serviceFigures) add(v *ServiceInterval, from, to int64) {
	share := 1.0
	if v.To > v.From {
		share = float64(to-from) / float64(v.To-v.From)
	}
	span := seconds(to - from)
	f.covered += span
	f.requests += v.Requests * share
	f.errors += v.Errors * share
	f.slow += v.Slow * share
	if answered := (v.Requests - v.Errors) * share; answered > 0 { // otherwise there are no times
		f.answered += answered
		f.response += v.Response * answered
		f.p99 += v.P99 * answered
	}
	f.endpoints += float64(v.Endpoints) * span
	f.serving += float64(v.Serving) * span
	f.milli += v.MilliCPU * span
}

// flush writes the row that is under way.
func (s *serviceSeries) flush(t *serviceTally) {
	row := &t.row
	f := row.sums.means(seconds(s.every))
	row.sums, row.begun = serviceFigures{}, false
	if row.any && f == row.written {
		return
	}
	row.written, row.any = f, true
	if s.file == nil {
		if s.file = s.out.begin(ServicesFile, serviceColumns); s.file == nil {
			return
		}
	}
	b := append(appendSeconds(s.file.w.AvailableBuffer(), row.bucket*s.every), ',')
	b = appendField(append(appendField(b, t.name.Namespace), ','), t.name.Name)
	for _, v := range [...]float64{f.requests, f.errors, f.slow, f.response, f.p99, f.endpoints, f.serving, f.milli} {
		b = appendFigure(append(b, ','), v)
	}
	s.out.write(s.file, append(b, '\n'))
}

// means are rates per second of the stretch, and means over the answers and over the time that was covered.
func (f *serviceFigures) means(every float64) serviceFigures {
	m := serviceFigures{requests: f.requests / every, errors: f.errors / every, slow: f.slow / every}
	if f.answered > 0 {
		m.response, m.p99 = f.response/f.answered, f.p99/f.answered
	}
	if f.covered > 0 {
		m.endpoints, m.serving, m.milli = f.endpoints/f.covered, f.serving/f.covered, f.milli/f.covered
	}
	return m
}

// finish writes the rows under way. The last stretch of a run may be a part of one.
func (s *serviceSeries) finish(list []*serviceTally) {
	for _, t := range list {
		if t.row.begun {
			s.flush(t)
		}
	}
}
