package results

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// ReadPods reads pods.csv of an output folder row by row. The first error ends the rows; it names file, line and column.
// What the Recorder would not have written is an error: an unknown outcome, a time in another form, a wait that is not
// the difference of its times.
func ReadPods(dir string) iter.Seq2[PodRow, error] {
	return func(yield func(PodRow, error) bool) {
		path := filepath.Join(dir, PodsFile)
		f, err := os.Open(path)
		if err != nil {
			yield(PodRow{}, fmt.Errorf("reading results: %w", err))
			return
		}
		defer f.Close()
		readRows(path, f, yield)
	}
}

// readRows yields the rows of one file.
func readRows(path string, from io.Reader, yield func(PodRow, error) bool) {
	r := rowReader{path: path, in: csv.NewReader(from)}
	r.in.FieldsPerRecord = len(podColumns)
	r.in.ReuseRecord = true
	if err := r.header(); err != nil {
		yield(PodRow{}, err)
		return
	}
	for {
		row, err := r.next()
		if errors.Is(err, io.EOF) || !yield(row, err) || err != nil {
			return
		}
	}
}

// rowReader reads one pods.csv.
type rowReader struct {
	path string
	in   *csv.Reader
}

func (r *rowReader) header() error {
	header, err := r.in.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s:1: the header is missing", r.path)
	}
	if err != nil {
		return r.locate(err)
	}
	if !slices.Equal(header, podColumns) {
		return fmt.Errorf("%s:1: the columns are %s, want %s", r.path, strings.Join(header, ","), strings.Join(podColumns, ","))
	}
	return nil
}

// next returns the next row, io.EOF after the last.
func (r *rowReader) next() (PodRow, error) {
	fields, err := r.in.Read()
	if errors.Is(err, io.EOF) {
		return PodRow{}, io.EOF
	}
	if err != nil {
		return PodRow{}, r.locate(err)
	}
	row, err := parseRow(fields)
	if err != nil {
		line, _ := r.in.FieldPos(0)
		return PodRow{}, fmt.Errorf("%s:%d: %w", r.path, line, err)
	}
	return row, nil
}

// locate gives an error of the CSV reader the file and the line.
func (r *rowReader) locate(err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s:%d: %w", r.path, pe.Line, pe.Err)
	}
	return fmt.Errorf("reading %s: %w", r.path, err)
}

// fieldParser reads the fields of one row in order and keeps the first error.
type fieldParser struct {
	fields []string
	next   int
	err    error
}

func (p *fieldParser) text() string {
	p.next++
	return strings.Clone(p.fields[p.next-1]) // the reader uses its memory again
}

func (p *fieldParser) fail(err error) {
	if p.err == nil {
		p.err = fmt.Errorf("%s: %w", podColumns[p.next-1], err)
	}
}

// instant reads a time; an empty field is one that did not come to pass.
func (p *fieldParser) instant() sim.Time {
	text := p.text()
	if text == "" {
		return never
	}
	nanos, err := parseSeconds(text)
	if err != nil {
		p.fail(err)
	}
	return sim.Time(nanos)
}

func (p *fieldParser) integer(bits int) int64 {
	text := p.text()
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil || strconv.FormatInt(n, 10) != text {
		p.fail(fmt.Errorf("%q is not an integer of %d bits", text, bits))
	}
	return n
}

func (p *fieldParser) outcome() Outcome {
	text := p.text()
	o, known := parseOutcome(text)
	if !known {
		p.fail(fmt.Errorf("%q is none of %s", text, strings.Join(outcomeNames[1:], ", ")))
	}
	return o
}

func (p *fieldParser) devices() cluster.DeviceSet {
	text := p.text()
	var set cluster.DeviceSet
	for rest, more := text, text != ""; more; {
		var number string
		number, rest, more = cutByte(rest, '+')
		if n, err := strconv.ParseUint(number, 10, 8); err == nil && n < cluster.MaxDevices {
			set |= 1 << n
		}
	}
	if string(appendDevices(nil, set)) != text {
		p.fail(fmt.Errorf("%q is not a set of devices such as 0+3", text))
	}
	return set
}

// parseRow reads the fields of one line.
func parseRow(fields []string) (PodRow, error) {
	p := fieldParser{fields: fields}
	row := PodRow{Namespace: p.text(), Name: p.text()}
	row.Submitted, row.Scheduled, row.Started, row.Finished = p.instant(), p.instant(), p.instant(), p.instant()
	wait := p.text()
	row.Node, row.Outcome, row.Reason = p.text(), p.outcome(), p.text()
	row.Attempts, row.Priority = int(p.integer(strconv.IntSize)), int32(p.integer(32))
	row.MilliCPU, row.Memory, row.MilliGPU = p.integer(64), p.integer(64), p.integer(64)
	row.GPUs = p.devices()
	if p.err != nil {
		return PodRow{}, p.err
	}
	return row, row.check(wait)
}

// check returns an error if the row contradicts itself.
func (r *PodRow) check(wait string) error {
	if r.Submitted == never {
		return fmt.Errorf("submitted: missing")
	}
	if r.Placed() != (r.Scheduled != never) {
		return fmt.Errorf("scheduled: node is %q: a pod has both or neither", r.Node)
	}
	alive := r.Outcome == Running || r.Outcome == Pending
	if alive != (r.Finished == never) {
		return fmt.Errorf("finished: contradicts outcome %v", r.Outcome)
	}
	var want []byte
	if d, placed := r.Wait(); placed {
		want = appendSeconds(nil, int64(d))
	}
	if wait != string(want) {
		return fmt.Errorf("wait: %q is not scheduled - submitted, %q", wait, want)
	}
	return nil
}
