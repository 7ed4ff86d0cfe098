package app

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
)

// listing is what a command like kubectl get prints.
type listing struct {
	columns []string
	rows    [][]cell
}

// cell is one value: as people read it, and as programs do.
type cell struct {
	human  string
	exact  string // "": there is none
	number bool   // exact is one
}

func words(text string) cell { return cell{human: text, exact: text} }

func count(n int) cell {
	text := strconv.Itoa(n)
	return cell{human: text, exact: text, number: true}
}

// span is a length of time, in seconds for programs.
func span(d time.Duration) cell {
	return cell{human: humanAge(d), exact: string(results.AppendInstant(nil, sim.Time(d))), number: true}
}

// as replaces what people read.
func (c cell) as(human string) cell {
	c.human = human
	return c
}

// or says what people read where there is nothing.
func (c cell) or(human string) cell {
	if c.human == "" {
		c.human = human
	}
	return c
}

func (l *listing) print(w io.Writer, format string) error {
	switch format {
	case "json":
		return l.json(w)
	case "csv":
		return l.csv(w)
	}
	return l.table(w)
}

// table prints columns as kubectl does, three blanks apart.
func (l *listing) table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 3, ' ', 0)
	fmt.Fprintln(t, strings.Join(l.columns, "\t"))
	for _, row := range l.rows {
		fields := make([]string, len(row))
		for i, c := range row {
			fields[i] = c.human
		}
		fmt.Fprintln(t, strings.Join(fields, "\t"))
	}
	return t.Flush()
}

// keys are the columns as programs know them: up_to_date.
func (l *listing) keys() []string {
	keys := make([]string, len(l.columns))
	for i, c := range l.columns {
		keys[i] = strings.ReplaceAll(strings.ToLower(c), "-", "_")
	}
	return keys
}

func (l *listing) csv(w io.Writer) error {
	lines := [][]string{l.keys()}
	for _, row := range l.rows {
		fields := make([]string, len(row))
		for i, c := range row {
			fields[i] = c.exact
		}
		lines = append(lines, fields)
	}
	return csv.NewWriter(w).WriteAll(lines)
}

// json prints a list of objects whose members are the columns, in their order.
func (l *listing) json(w io.Writer) error {
	list := make([]json.RawMessage, 0, len(l.rows))
	for _, row := range l.rows {
		object := []byte{'{'}
		for i, key := range l.keys() {
			if i > 0 {
				object = append(object, ',')
			}
			object = append(append(strconv.AppendQuote(object, key), ':'), row[i].json()...)
		}
		list = append(list, append(object, '}'))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(list)
}

func (c cell) json() []byte {
	switch {
	case c.number && c.exact == "":
		return []byte("null")
	case c.number:
		return []byte(c.exact)
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c.exact); err != nil {
		panic(fmt.Sprintf("app: the text %q has no JSON: %v", c.exact, err))
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

// humanAge prints an age as kubectl does, with two units where the first is small: 119s, 2m5s, 15m, 3h20m, 2d
// (k8s.io/apimachinery pkg/util/duration/duration.go, v0.36.3: HumanDuration).
func humanAge(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 2*time.Minute:
		return units(d, time.Second, "s", 0, "")
	case d < 10*time.Minute:
		return units(d, time.Minute, "m", time.Second, "s")
	case d < 3*time.Hour:
		return units(d, time.Minute, "m", 0, "")
	case d < 8*time.Hour:
		return units(d, time.Hour, "h", time.Minute, "m")
	case d < 2*day:
		return units(d, time.Hour, "h", 0, "")
	case d < 8*day:
		return units(d, day, "d", time.Hour, "h")
	case d < 2*365*day:
		return units(d, day, "d", 0, "")
	case d < 8*365*day:
		return units(d, 365*day, "y", day, "d")
	}
	return units(d, 365*day, "y", 0, "")
}

// units prints whole units, and whole smaller ones of the rest if there are any.
func units(d, unit time.Duration, name string, rest time.Duration, restName string) string {
	text := strconv.FormatInt(int64(d/unit), 10) + name
	if rest > 0 && d%unit >= rest {
		text += strconv.FormatInt(int64(d%unit/rest), 10) + restName
	}
	return text
}
