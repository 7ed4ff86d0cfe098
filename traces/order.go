package traces

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
)

// openInOrder hands out the pods of a file in order of submission.
//
// It reads the file once to check every row. If the rows are in order, it streams them in a second reading; the names
// seen are forgotten before. If they are not (most of the openb lists that were derived from the default one are not),
// it reads them all and sorts them: about 300 bytes a row. What cannot be read twice, such as a pipe, is held as well.
func openInOrder(path string, f format) (PodReader, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return loadSorted(path, f)
	}
	inOrder, err := check(path, f)
	if err != nil {
		return nil, err
	}
	if !inOrder {
		return loadSorted(path, f)
	}
	pods, err := f.openPods(path, nil)
	if err != nil {
		return nil, err
	}
	return &orderedPods{PodReader: pods, path: path}, nil
}

// check reads a file to its end, and tells whether its rows are in order.
func check(path string, f format) (inOrder bool, err error) {
	pods, err := f.openPods(path, newNameSet())
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, pods.Close()) }()
	inOrder = true
	var last Row
	for row, ok := pods.Next(); ok; row, ok = pods.Next() {
		inOrder = inOrder && row.Submit >= last.Submit
		last = row
	}
	return inOrder, pods.Err()
}

func loadSorted(path string, f format) (_ PodReader, err error) {
	pods, err := f.openPods(path, newNameSet())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, pods.Close()) }()
	sorted := &sortedPods{}
	for row, ok := pods.Next(); ok; row, ok = pods.Next() {
		sorted.rows = append(sorted.rows, row)
	}
	if pods.Err() != nil {
		return nil, pods.Err()
	}
	slices.SortStableFunc(sorted.rows, func(a, b Row) int { return cmp.Compare(a.Submit, b.Submit) })
	return sorted, nil
}

// sortedPods hands out rows that were read before.
type sortedPods struct{ rows []Row }

func (s *sortedPods) Next() (Row, bool) {
	if len(s.rows) == 0 {
		return Row{}, false
	}
	row := s.rows[0]
	s.rows = s.rows[1:]
	return row, true
}

func (s *sortedPods) Err() error   { return nil }
func (s *sortedPods) Close() error { return nil }

// orderedPods passes on rows that were found in order, and holds them to it: the file may have changed since.
type orderedPods struct {
	PodReader
	path string
	last Row
	err  error
}

func (o *orderedPods) Next() (Row, bool) {
	row, ok := o.PodReader.Next()
	if !ok || o.err != nil {
		return Row{}, false
	}
	if row.Submit < o.last.Submit {
		o.err = fmt.Errorf("%s:%d: submitted before line %d: the file changed while it was read", o.path, row.Line, o.last.Line)
		return Row{}, false
	}
	o.last = row
	return row, true
}

func (o *orderedPods) Err() error { return cmp.Or(o.err, o.PodReader.Err()) }
