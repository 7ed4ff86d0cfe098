package traces

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// PodReader hands out the recorded pods one by one.
type PodReader interface {
	// Next returns the next row, or false at the end and after an error.
	Next() (Row, bool)
	// Err returns the error that ended the reading; nil at a regular end.
	Err() error
	// Close gives back what the reader holds. The reader is of no use afterwards.
	Close() error
}

// NodeReader hands out the recorded nodes one by one, as PodReader does pods.
type NodeReader interface {
	Next() (NodeRow, bool)
	Err() error
	Close() error
}

// format is one way to write a trace. A new one is a file that defines such a value and a line in formats.
type format struct {
	name string
	// pods and nodes make readers of uncompressed text, in the order of the file. Either is nil when the format has
	// no such file. They own src once they have returned without an error. Names already in the set are errors.
	pods  func(src io.ReadCloser, name string, names *nameSet) (PodReader, error)
	nodes func(src io.ReadCloser, name string, names *nameSet) (NodeReader, error)
}

var formats = []format{
	openbFormat,
}

// Formats lists the names of the known formats, sorted.
func Formats() []string {
	names := make([]string, 0, len(formats))
	for _, f := range formats {
		names = append(names, f.name)
	}
	slices.Sort(names)
	return names
}

func findFormat(name string) (format, error) {
	for _, f := range formats {
		if f.name == name {
			return f, nil
		}
	}
	return format{}, fmt.Errorf("trace format %q is unknown; known are: %s", name, strings.Join(Formats(), ", "))
}

// OpenPods opens a file of recorded pods, compressed or not, and hands them out in the order of their submission; pods
// submitted at the same instant keep the order of the file. The whole file is checked before OpenPods returns.
// The errors are of the file (missing, unreadable, cut off), of the format's name, and of rows.
func OpenPods(path, format string) (PodReader, error) {
	f, err := findFormat(format)
	if err != nil {
		return nil, err
	}
	return openInOrder(path, f)
}

// NewPods reads recorded pods from r, compressed or not, in the order in which they are written: unlike OpenPods it
// neither checks beforehand nor sorts. The name stands for the file in messages. Closing the reader leaves r open.
func NewPods(r io.Reader, name, format string) (PodReader, error) {
	f, err := findFormat(format)
	if err != nil {
		return nil, err
	}
	return f.newPods(io.NopCloser(r), name, newNameSet())
}

// OpenNodes opens a file of recorded nodes, compressed or not, and hands them out in the order of the file.
func OpenNodes(path, format string) (NodeReader, error) {
	f, err := findFormat(format)
	if err != nil {
		return nil, err
	}
	src, err := openFile(path)
	if err != nil {
		return nil, err
	}
	return f.newNodes(src, path)
}

// NewNodes reads recorded nodes from r, compressed or not. The name stands for the file in messages. Closing the
// reader leaves r open.
func NewNodes(r io.Reader, name, format string) (NodeReader, error) {
	f, err := findFormat(format)
	if err != nil {
		return nil, err
	}
	return f.newNodes(io.NopCloser(r), name)
}

func (f format) openPods(path string, names *nameSet) (PodReader, error) {
	src, err := openFile(path)
	if err != nil {
		return nil, err
	}
	return f.newPods(src, path, names)
}

// newPods owns raw: it is closed when no reader can be made of it.
func (f format) newPods(raw io.ReadCloser, name string, names *nameSet) (PodReader, error) {
	if f.pods == nil {
		return nil, errors.Join(fmt.Errorf("%s: trace format %s has no pods", name, f.name), raw.Close())
	}
	return makeReader(f.pods, raw, name, names)
}

func (f format) newNodes(raw io.ReadCloser, name string) (NodeReader, error) {
	if f.nodes == nil {
		return nil, errors.Join(fmt.Errorf("%s: trace format %s has no nodes", name, f.name), raw.Close())
	}
	return makeReader(f.nodes, raw, name, newNameSet())
}

func makeReader[R any](
	open func(io.ReadCloser, string, *nameSet) (R, error), raw io.ReadCloser, name string, names *nameSet,
) (R, error) {
	var none R
	src, err := decompress(raw, name)
	if err != nil {
		return none, errors.Join(err, raw.Close())
	}
	reader, err := open(src, name, names)
	if err != nil {
		return none, errors.Join(err, src.Close())
	}
	return reader, nil
}
