package results

import (
	"fmt"
	"io"

	"github.com/wavetank/wavetank/results/decisionlog"
)

// output is the files of a run while it runs. Its zero value writes nothing.
type output struct {
	dir      string
	pods     *file
	events   *eventLog
	series   *series
	load     loadSeries
	services *serviceSeries
	log      *decisionlog.Writer

	files []*file // all of them, to be published or discarded together
	err   error   // the first error of writing
	fail  func(error)
}

// open prepares the folder and makes the files that grow during the run.
func (o *output) open(cfg *Config) error {
	if err := OpenDir(cfg.Dir); err != nil {
		return err
	}
	o.dir, o.fail = cfg.Dir, cfg.Fail
	if err := o.create(cfg); err != nil {
		o.discard()
		return err
	}
	return nil
}

func (o *output) create(cfg *Config) (err error) {
	if o.pods, err = o.add(PodsFile); err != nil {
		return err
	}
	o.write(o.pods, []byte(podHeader()))
	if cfg.Events {
		f, ferr := o.add(EventsFile)
		if ferr != nil {
			return ferr
		}
		o.events = &eventLog{out: o, file: f, watch: cfg.Watch}
	}
	if cfg.SampleEvery > 0 {
		f, ferr := o.add(SeriesFile)
		if ferr != nil {
			return ferr
		}
		o.series = &series{out: o, file: f, every: cfg.SampleEvery}
		o.load.out = o
		o.services = &serviceSeries{out: o, every: int64(cfg.SampleEvery)}
	}
	return o.createLog(cfg)
}

func (o *output) createLog(cfg *Config) error {
	if cfg.Decisions == nil {
		return nil
	}
	f, err := o.add(DecisionsFile)
	if err != nil {
		return err
	}
	o.log, err = decisionlog.NewWriter(f.w, *cfg.Decisions)
	return err
}

func (o *output) add(name string) (*file, error) {
	f, err := createFile(o.dir, name)
	if err == nil {
		o.files = append(o.files, f)
	}
	return f, err
}

// row writes a line of pods.csv.
func (o *output) row(row *PodRow) {
	if o.pods != nil {
		o.write(o.pods, row.append(o.pods.w.AvailableBuffer()))
	}
}

// write writes to a file, and reports the first error of all.
func (o *output) write(f *file, line []byte) {
	if _, err := f.w.Write(line); err != nil {
		o.failed(fmt.Errorf("writing %s: %w", f.path, err))
	}
}

func (o *output) failed(err error) {
	if o.err != nil {
		return
	}
	o.err = err
	if o.fail != nil {
		o.fail(err)
	}
}

// finish adds the files that are written in one go, and gives all files their names. On an error nothing remains.
func (o *output) finish(s *Summary, m *Manifest) error {
	if o.dir == "" {
		return nil
	}
	err := o.complete(s, m)
	if err != nil {
		o.discard()
		return err
	}
	files := o.files
	o.files = nil // from here on a discard has nothing to take back
	return publish(o.dir, files)
}

func (o *output) complete(s *Summary, m *Manifest) error {
	if o.err != nil {
		return o.err
	}
	if o.log != nil {
		if err := o.log.Close(); err != nil {
			return fmt.Errorf("writing %s: %w", DecisionsFile, err)
		}
	}
	for _, f := range o.files {
		if err := f.close(); err != nil {
			return err
		}
	}
	if o.series != nil {
		if err := o.series.addHeader(); err != nil {
			return err
		}
	}
	if m != nil {
		if err := o.whole(ManifestFile, m.write); err != nil {
			return err
		}
	}
	return o.whole(SummaryFile, s.WriteJSON)
}

func (o *output) whole(name string, write func(io.Writer) error) error {
	f, err := writeTemporary(o.dir, name, write)
	if err == nil {
		o.files = append(o.files, f)
	}
	return err
}

func (o *output) discard() {
	for _, f := range o.files {
		f.discard()
	}
	o.files = nil
}
