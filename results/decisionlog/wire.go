package decisionlog

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// magic is the first line of every log.
const magic = "wavetank decisions v1\n"

// maxString bounds a string of the log; none that is written comes near.
const maxString = 64 << 20

// encoder writes the primitive fields. Errors stick.
type encoder struct {
	w       *bufio.Writer
	strings map[string]uint64
	scratch [binary.MaxVarintLen64]byte
	err     error
}

func newEncoder(w io.Writer) *encoder {
	return &encoder{w: bufio.NewWriterSize(w, 64<<10), strings: map[string]uint64{}}
}

func (e *encoder) write(b []byte) {
	if e.err == nil {
		_, e.err = e.w.Write(b)
	}
}

func (e *encoder) uint(v uint64) { e.write(binary.AppendUvarint(e.scratch[:0], v)) }
func (e *encoder) int(v int64)   { e.write(binary.AppendVarint(e.scratch[:0], v)) }

// string writes the number of a string, and the string itself the first time.
func (e *encoder) string(s string) {
	n, known := e.strings[s]
	if !known {
		n = uint64(len(e.strings))
		e.strings[s] = n
	}
	e.uint(n)
	if !known {
		e.uint(uint64(len(s)))
		if e.err == nil {
			_, e.err = e.w.WriteString(s)
		}
	}
}

// name writes a string that will hardly come again, such as a pod's name: it gets no number.
func (e *encoder) name(s string) {
	e.uint(uint64(len(s)))
	if e.err == nil {
		_, e.err = e.w.WriteString(s)
	}
}

func (e *encoder) bool(b bool) {
	if b {
		e.uint(1)
	} else {
		e.uint(0)
	}
}

// decoder reads them back. Errors stick; after one, zero values come.
type decoder struct {
	r       *bufio.Reader
	strings []string
	scratch [512]byte
	err     error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		d.err = err
	}
}

func (d *decoder) uint() uint64 {
	if d.err != nil {
		return 0
	}
	v, err := binary.ReadUvarint(d.r)
	if err != nil {
		d.fail(err)
	}
	return v
}

func (d *decoder) int() int64 {
	if d.err != nil {
		return 0
	}
	v, err := binary.ReadVarint(d.r)
	if err != nil {
		d.fail(err)
	}
	return v
}

// count reads the length of a list.
func (d *decoder) count() int {
	n := d.uint()
	if n > maxString {
		d.fail(fmt.Errorf("a list of %d elements", n))
		return 0
	}
	return int(n)
}

func (d *decoder) string() string {
	n := d.uint()
	switch {
	case d.err != nil:
		return ""
	case n < uint64(len(d.strings)):
		return d.strings[n]
	case n > uint64(len(d.strings)):
		d.fail(fmt.Errorf("string %d before string %d", n, len(d.strings)))
		return ""
	}
	s := d.name()
	d.strings = append(d.strings, s)
	return s
}

func (d *decoder) name() string {
	n := d.uint()
	if d.err != nil {
		return ""
	}
	if n > maxString {
		d.fail(fmt.Errorf("a string of %d bytes", n))
		return ""
	}
	if n <= uint64(len(d.scratch)) {
		if _, err := io.ReadFull(d.r, d.scratch[:n]); err != nil {
			d.fail(err)
		}
		return string(d.scratch[:n])
	}
	// The length is not believed before the bytes are there.
	b, err := io.ReadAll(io.LimitReader(d.r, int64(n)))
	if err != nil || uint64(len(b)) < n {
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		d.fail(err)
		return ""
	}
	return string(b)
}

func (d *decoder) bool() bool { return d.uint() != 0 }
