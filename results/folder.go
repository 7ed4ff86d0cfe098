package results

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The files of an output folder.
const (
	PodsFile        = "pods.csv"
	EventsFile      = "events.jsonl"
	SeriesFile      = "timeseries.csv"
	WorkloadsFile   = "workloads.csv"
	ServicesFile    = "services.csv"
	NodesFile       = "nodes.csv"
	ReportFile      = "report.md"
	AvailabilitySVG = "availability.svg"
	LoadSVG         = "load.svg"
	PodsSVG         = "pods.svg"
	NodesSVG        = "nodes.svg"
	FaultSVG        = "fault.svg"
	DecisionsFile   = "decisions.log.zst"
	ManifestFile    = "manifest.yaml"
	SummaryFile     = "summary.json"
	WallclockFile   = "wallclock.json"
	temporarySuffix = ".tmp"
)

// runFiles are all files that a run, or a report on it, may leave, the summary last: it is the sign that the others are
// whole.
var runFiles = []string{
	PodsFile, EventsFile, SeriesFile, WorkloadsFile, ServicesFile, NodesFile, DecisionsFile, ManifestFile, WallclockFile,
	ReportFile, FaultSVG, AvailabilitySVG, LoadSVG, PodsSVG, NodesSVG, SummaryFile,
}

// OpenDir makes sure that results can be written to a folder, and creates it where it does not exist. Results of an
// earlier run there are replaced when the new ones are complete; other files are never touched, and where one of them
// has the name of a result, the folder is refused. The errors are sentences for the user.
func OpenDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("output folder %s cannot be created: %w", dir, cause(err))
	}
	if err := probe(dir); err != nil {
		return fmt.Errorf("output folder %s is not writable: %w", dir, cause(err))
	}
	return ours(dir)
}

// probe finds out whether files can be made in the folder. Permission bits alone do not tell.
func probe(dir string) error {
	path := filepath.Join(dir, SummaryFile+temporarySuffix)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(path))
}

// ours returns an error if the folder holds a file of the name of a result that no run has written.
func ours(dir string) error {
	data, err := os.ReadFile(filepath.Join(dir, SummaryFile))
	if err == nil && kindOf(data) == SummaryKind {
		return nil
	}
	for _, name := range runFiles {
		if _, err = os.Lstat(filepath.Join(dir, name)); err == nil {
			return fmt.Errorf("output folder %s holds a %s that is not from an earlier run: choose another folder", dir, name)
		}
	}
	return nil
}

// cause strips the operation and the path, which the sentence around it names already.
func cause(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// file is an output file under its temporary name. After its first error it writes no more.
type file struct {
	name string // its final name, within the folder
	path string // its final path
	f    *os.File
	w    *bufio.Writer
}

func createFile(dir, name string) (*file, error) {
	path := filepath.Join(dir, name)
	f, err := os.Create(path + temporarySuffix)
	if err != nil {
		return nil, fmt.Errorf("creating results: %w", err)
	}
	return &file{name: name, path: path, f: f, w: bufio.NewWriterSize(f, 1<<16)}, nil
}

// close flushes what is buffered. The file keeps its temporary name.
func (o *file) close() error {
	if err := errors.Join(o.w.Flush(), o.f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", o.path, err)
	}
	return nil
}

// discard removes the file; errors do not matter any more.
func (o *file) discard() {
	_ = o.f.Close()
	_ = os.Remove(o.path + temporarySuffix)
}

// publish gives all files, which are closed, their final names, and removes what an earlier run has left. If that fails
// half-way, the folder would hold a mixture of two runs: then nothing is kept of either.
func publish(dir string, files []*file) error {
	fresh := map[string]bool{}
	for _, o := range files {
		fresh[o.name] = true
	}
	for _, name := range runFiles {
		err := publishOne(filepath.Join(dir, name), fresh[name])
		if err != nil {
			withdraw(dir)
			return fmt.Errorf("finishing results: %w", err)
		}
	}
	return nil
}

func publishOne(path string, fresh bool) error {
	if fresh {
		return os.Rename(path+temporarySuffix, path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// withdraw removes all results, finished or not.
func withdraw(dir string) {
	for _, name := range runFiles {
		_ = os.Remove(filepath.Join(dir, name))
		_ = os.Remove(filepath.Join(dir, name+temporarySuffix))
	}
}

// WriteFile writes one whole file of a folder of results under its temporary name and renames it. Its errors name the file.
func WriteFile(dir, name string, write func(io.Writer) error) error {
	o, err := writeTemporary(dir, name, write)
	if err != nil {
		return err
	}
	if err = os.Rename(o.path+temporarySuffix, o.path); err != nil {
		o.discard()
		return fmt.Errorf("finishing results: %w", err)
	}
	return nil
}

// writeTemporary writes one whole file and leaves it, closed, under its temporary name.
func writeTemporary(dir, name string, write func(io.Writer) error) (*file, error) {
	o, err := createFile(dir, name)
	if err != nil {
		return nil, err
	}
	if err = write(o.w); err != nil {
		o.discard()
		return nil, fmt.Errorf("writing %s: %w", o.path, err)
	}
	if err = o.close(); err != nil {
		o.discard()
		return nil, err
	}
	return o, nil
}
