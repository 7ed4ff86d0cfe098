package replay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim"
)

// Read reads events.jsonl of a folder of results, event by event. The first error ends the events; it names file, line and
// field, or says why there is no file.
func Read(dir string) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		path := filepath.Join(dir, results.EventsFile)
		f, err := os.Open(path)
		if err != nil {
			yield(nil, missing(dir, path, err))
			return
		}
		defer f.Close()
		readEvents(path, f, yield)
	}
}

// missing says what there is to do about a file that cannot be opened.
func missing(dir, path string, err error) error {
	if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading results: %w", err)
	}
	if _, serr := os.Stat(filepath.Join(dir, results.SummaryFile)); serr != nil {
		return fmt.Errorf("%s is not a folder of results", dir)
	}
	return fmt.Errorf("%s is not there: the run was made without its events: run with -o and --set results.events=true", path)
}

func readEvents(path string, from io.Reader, yield func(*Event, error) bool) {
	in := bufio.NewReaderSize(from, 1<<16)
	var last sim.Time
	for line := 1; ; line++ {
		e, err := readEvent(in)
		switch {
		case errors.Is(err, io.EOF):
			return
		case err == nil && e.At < last:
			err = fmt.Errorf("t: %v is before %v, the time of the line above", e.At, last)
		}
		if err != nil {
			yield(nil, fmt.Errorf("%s:%d: %w", path, line, err))
			return
		}
		last = e.At
		if !yield(&e, nil) {
			return
		}
	}
}

// readEvent reads one line; io.EOF after the last.
func readEvent(in *bufio.Reader) (Event, error) {
	text, err := in.ReadString('\n')
	if errors.Is(err, io.EOF) && text != "" {
		return Event{}, errors.New("line: it has no end, the file was cut")
	}
	if err != nil {
		return Event{}, err
	}
	return Parse(strings.TrimSuffix(text, "\n"))
}
