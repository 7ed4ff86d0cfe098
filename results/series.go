package results

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim"
)

// state is what a sample shows.
type state struct {
	pending, running, nodes int
	resources               []resource
}

func (r *Recorder) state() state {
	return state{pending: r.pods.in[waiting], running: r.pods.in[placed], nodes: r.use.up, resources: r.use.resources}
}

// series writes timeseries.csv: the state at 0, every, 2*every, ... after all changes of that instant. A sample is
// written when time moves beyond it, so that sampling needs no event.
type series struct {
	out     *output
	file    *file
	every   time.Duration
	next    sim.Time // of the next sample
	columns []string
}

// until writes the samples before now; they show what was true since the last change.
func (s *series) until(now sim.Time, st state) {
	if s.next >= now {
		return
	}
	for i := len(s.columns); i < len(st.resources); i++ {
		s.columns = append(s.columns, st.resources[i].name)
	}
	tail := st.append(nil)
	for ; s.next < now; s.next = s.next.Add(s.every) {
		line := append(appendSeconds(s.file.w.AvailableBuffer(), int64(s.next)), tail...)
		s.out.write(s.file, line)
	}
}

func (st *state) append(b []byte) []byte {
	for _, n := range [...]int{st.pending, st.running, st.nodes} {
		b = strconv.AppendInt(append(b, ','), int64(n), 10)
	}
	for i := range st.resources {
		b = strconv.AppendInt(append(b, ','), st.resources[i].allocated, 10)
		b = strconv.AppendInt(append(b, ','), st.resources[i].allocatable, 10)
	}
	return append(b, '\n')
}

// header names the columns that are known by now.
func (s *series) header() []byte {
	b := []byte("t,pending,running,nodes")
	for _, name := range s.columns {
		b = appendField(append(b, ','), name+"_allocated")
		b = appendField(append(b, ','), name+"_allocatable")
	}
	return append(b, '\n')
}

// addHeader puts the header before the samples, which are closed under their temporary name. Only at the end it is known
// which resources there are: those that appeared during the run get zeros before.
func (s *series) addHeader() error {
	err := s.rewrite()
	if err != nil {
		return fmt.Errorf("finishing %s: %w", s.file.path, err)
	}
	return nil
}

func (s *series) rewrite() error {
	samples, err := os.Open(s.file.path + temporarySuffix)
	if err != nil {
		return err
	}
	defer samples.Close()
	// The samples stay open while their name is taken over, as on every system that has files without names.
	if err = os.Remove(samples.Name()); err != nil {
		return err
	}
	whole, err := writeTemporary(s.out.dir, s.file.name, func(w io.Writer) error { return s.copy(w, samples) })
	if err != nil {
		return err
	}
	*s.file = *whole
	return nil
}

// copy writes the header and all samples, each filled up with zeros to the full number of columns.
func (s *series) copy(w io.Writer, samples io.Reader) error {
	if _, err := w.Write(s.header()); err != nil {
		return err
	}
	lines := bufio.NewScanner(samples)
	commas := 3 + 2*len(s.columns)
	var line []byte
	for lines.Scan() {
		line = append(line[:0], lines.Bytes()...) // a copy: what follows in the scanner's memory is the next sample
		for range commas - bytes.Count(line, []byte(",")) {
			line = append(line, ",0"...)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return lines.Err()
}
