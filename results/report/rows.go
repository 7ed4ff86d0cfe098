package report

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/results"
)

// row is a line of one of the files of samples: when, of what, and the figures.
type row struct {
	at      float64 // seconds
	of      string  // what it is about, "" where there is but one
	figures []float64
}

// samples are what one of the files of samples holds.
type samples struct {
	figures []string // names of the columns with figures
	rows    []row
}

// The columns of the files: those that name what a row is about stand between the time and the figures. More figures may
// follow in those that are open.
var columns = map[string]struct {
	names   int
	figures []string
	open    bool
}{
	results.WorkloadsFile: {3, []string{"desired", "needed", "serving", "ready"}, false},
	results.ServicesFile:  {2, []string{"requests", "errors", "slow", "response", "p99", "endpoints", "serving", "cpu_milli"}, false},
	results.SeriesFile:    {0, []string{"pending", "running", "nodes"}, true},
	results.NodesFile:     {0, []string{"exists", "up", "ready", "price"}, false},
}

// readRows reads one of the files of samples; a file that is not there has no rows. Errors name file, line and column.
func readRows(dir, name string) (samples, error) {
	path := filepath.Join(dir, name)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return samples{}, nil
	}
	if err != nil {
		return samples{}, fmt.Errorf("reading results: %w", err)
	}
	defer f.Close()
	return parseRows(path, name, f)
}

func parseRows(path, name string, from io.Reader) (samples, error) {
	form := columns[name]
	in := csv.NewReader(from)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return samples{}, fmt.Errorf("%s:1: the header is missing", path)
	}
	first, known := 1+form.names, 1+form.names+len(form.figures)
	if len(header) < known || len(header) > known && !form.open || header[0] != "t" || !slices.Equal(header[first:known], form.figures) {
		return samples{}, fmt.Errorf("%s:1: the columns are %s, which is not how this version writes them", path, strings.Join(header, ","))
	}
	names := slices.Clone(header)
	read := samples{figures: names[first:]}
	for {
		fields, rerr := in.Read()
		if errors.Is(rerr, io.EOF) {
			return read, nil
		}
		if rerr != nil {
			return samples{}, fmt.Errorf("%s: %w", path, rerr)
		}
		r, perr := parseRow(fields, names, form.names)
		if perr != nil {
			line, _ := in.FieldPos(0)
			return samples{}, fmt.Errorf("%s:%d: %w", path, line, perr)
		}
		read.rows = append(read.rows, r)
	}
}

func parseRow(fields, names []string, named int) (row, error) {
	at, err := results.ParseInstant(fields[0])
	if err != nil {
		return row{}, fmt.Errorf("t: %w", err)
	}
	r := row{at: at.Seconds(), of: strings.Join(fields[1:1+named], "/")}
	for i := 1 + named; i < len(fields); i++ {
		v, perr := strconv.ParseFloat(fields[i], 64)
		if perr != nil || v < 0 || v > maxFigure {
			return row{}, fmt.Errorf("%s: %q is not a number from 0 to %g", names[i], fields[i], maxFigure)
		}
		r.figures = append(r.figures, v)
	}
	return r, nil
}

// maxFigure bounds what can be drawn.
const maxFigure = 1e18
