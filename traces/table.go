package traces

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// column is one column that a format knows.
type column struct {
	name     string
	optional bool
}

// table reads a CSV file with a header line, strictly: every column of the file must be known, none may come twice,
// and every line has as many fields as the header. Columns may come in any order. Empty lines are skipped.
//
// The first error sticks: later reads of fields return zero values, and next returns false.
type table struct {
	src     io.ReadCloser
	csv     *csv.Reader
	name    string // of the file, for messages
	columns []column
	places  []int // by number of column: its place in a line, or -1
	width   int   // fields in a line
	fields  []string
	line    int
	err     error
}

func newTable(src io.ReadCloser, name string, columns []column) (*table, error) {
	t := &table{src: src, csv: csv.NewReader(src), name: name, columns: columns}
	t.csv.ReuseRecord = true
	t.csv.FieldsPerRecord = -1 // checked here, with a clearer message
	header, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: empty: a header line is expected: %s", name, t.expected())
	}
	if err != nil {
		return nil, t.wrap(err)
	}
	t.line, _ = t.csv.FieldPos(0)
	t.width = len(header)
	return t, t.locate(header)
}

// locate finds the place of each column in the header.
func (t *table) locate(header []string) error {
	t.places = slices.Repeat([]int{-1}, len(t.columns))
	for place, name := range header {
		c := slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
		if c < 0 {
			return fmt.Errorf("%s:%d: %s: unknown column; known are: %s", t.name, t.line, quoteOdd(name), t.expected())
		}
		if t.places[c] >= 0 {
			return fmt.Errorf("%s:%d: %s: the column comes twice", t.name, t.line, name)
		}
		t.places[c] = place
	}
	for c, column := range t.columns {
		if t.places[c] < 0 && !column.optional {
			return fmt.Errorf("%s:%d: %s: missing column; found are: %s", t.name, t.line, column.name, strings.Join(header, ","))
		}
	}
	return nil
}

func (t *table) expected() string {
	names := make([]string, 0, len(t.columns))
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	return strings.Join(names, ",")
}

// next goes to the next line. It returns false at the end and after an error.
func (t *table) next() bool {
	if t.err != nil {
		return false
	}
	fields, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return false
	}
	if err != nil {
		t.err = t.wrap(err)
		return false
	}
	t.fields = fields
	t.line, _ = t.csv.FieldPos(0)
	if len(fields) != t.width {
		t.err = fmt.Errorf("%s:%d: %d fields; the header has %d", t.name, t.line, len(fields), t.width)
	}
	return t.err == nil
}

// wrap words an error of the CSV reader or of the stream beneath it.
func (t *table) wrap(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: broken CSV: %w", t.name, parse.StartLine, parse.Err)
	}
	return readError(t.name, err)
}

// has tells whether the file has the column.
func (t *table) has(c int) bool { return t.places[c] >= 0 }

// text returns a field of the current line; empty when the file does not have the column.
func (t *table) text(c int) string {
	if !t.has(c) {
		return ""
	}
	return t.fields[t.places[c]]
}

// integer returns a field that must be a whole number of 0 to most.
func (t *table) integer(c int, most int64) int64 {
	text := t.text(c)
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case text == "":
		t.fail(c, "empty: a whole number is expected")
	case err != nil && !errors.Is(err, strconv.ErrRange):
		t.fail(c, "not a whole number: %s", quoteOdd(text))
	case n < 0:
		t.fail(c, "negative: %s", text)
	case n > most:
		t.fail(c, "over %d: %s", most, text)
	default:
		return n
	}
	return 0
}

// identifier returns a field that names something: not empty, without blanks and control characters.
func (t *table) identifier(c int) string {
	text := t.text(c)
	switch {
	case text == "":
		t.fail(c, "empty")
	case strings.ContainsFunc(text, isOdd):
		t.fail(c, "blanks, control characters or broken UTF-8 in a name: %q", text)
	}
	return text
}

// fail reports an error of a field of the current line, unless there was one before.
func (t *table) fail(c int, message string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf("%s:%d: %s: %s", t.name, t.line, t.columns[c].name, fmt.Sprintf(message, args...))
	}
}

// isOdd tells whether a character would spoil a message or a table when printed.
func isOdd(r rune) bool { return r == ' ' || r == '\uFFFD' || !strconv.IsPrint(r) }

// quoteOdd quotes a text that is empty or holds characters that would spoil the message.
func quoteOdd(text string) string {
	if text == "" || strings.ContainsFunc(text, isOdd) {
		return strconv.Quote(text)
	}
	return text
}

// checkName reports a name that was seen before.
func (t *table) checkName(names *nameSet, c int, name string) {
	if first := names.add(name, t.line); first > 0 {
		t.fail(c, "duplicate of line %d", first)
	}
}
