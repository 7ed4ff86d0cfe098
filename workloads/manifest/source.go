package manifest

import (
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// source is where an object stands: errors and warnings point into it.
type source struct {
	file string
	root *yaml.Node // the object's mapping
	kind string
	name string // "namespace/name", or the bare name of a cluster-wide object; "" while unknown
}

// errorf returns an error at the line of a field, or of the nearest one above it that is written.
func (s *source) errorf(path, format string, args ...any) error {
	return s.errorAt(s.line(path), format, args...)
}

func (s *source) errorAt(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s: %s", s.file, line, s.describe(), fmt.Sprintf(format, args...))
}

// describe returns "Pod default/web", or as much of it as is known.
func (s *source) describe() string {
	if s.name == "" {
		return s.kind
	}
	return s.kind + " " + s.name
}

// place returns "file:line" of the object's first line.
func (s *source) place() string { return s.file + ":" + strconv.Itoa(s.root.Line) }

// line returns the line of a field as spec.containers[0].resources.requests[cpu], or of the nearest one above it.
func (s *source) line(path string) int {
	node, line := s.root, s.root.Line
	for _, step := range splitPath(path) {
		next, at := child(node, step)
		if next == nil {
			return line
		}
		node, line = next, at
	}
	return line
}

// splitPath cuts a path at dots outside brackets, and at brackets: "a.b[c.d][0]" is a, b, c.d, 0.
func splitPath(path string) []string {
	var steps []string
	for path != "" {
		var step string
		if rest, bracketed := strings.CutPrefix(path, "["); bracketed {
			step, path, _ = strings.Cut(rest, "]")
		} else if i := strings.IndexAny(path, ".["); i >= 0 {
			step, path = path[:i], path[i:]
		} else {
			step, path = path, ""
		}
		path = strings.TrimPrefix(path, ".")
		steps = append(steps, step)
	}
	return steps
}

// child returns the value of a key or an index, and the line to name for it; nil if there is none.
func child(n *yaml.Node, step string) (*yaml.Node, int) {
	n = dealias(n)
	if n.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i], n.Content[i].Line
		}
		return nil, 0
	}
	if n.Kind != yaml.MappingNode {
		return nil, 0
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == step {
			return n.Content[i+1], n.Content[i].Line
		}
	}
	return nil, 0
}

func dealias(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// text returns the scalar at a path of keys, "" if there is none.
func text(n *yaml.Node, keys ...string) string {
	for _, k := range keys {
		if n, _ = child(n, k); n == nil {
			return ""
		}
	}
	if n = dealias(n); n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// at appends an index to a path.
func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// under appends a key of a map to a path.
func under(path, key string) string { return path + "[" + key + "]" }
