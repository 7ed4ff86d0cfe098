package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// jsonReader builds the same tree from JSON that a YAML stream gives, with lines. A YAML parser would read most JSON too,
// but several times slower, and not its escapes of characters beyond 16 bits.
type jsonReader struct {
	name    string
	data    []byte
	decoder *json.Decoder
	offset  int64 // up to which lines are counted
	line    int
}

func jsonDocuments(name string, data []byte) ([]*yaml.Node, error) {
	r := &jsonReader{name: name, data: data, decoder: json.NewDecoder(bytes.NewReader(data)), line: 1}
	r.decoder.UseNumber()
	var nodes []*yaml.Node
	for {
		n, err := r.next(0)
		if errors.Is(err, io.EOF) {
			return nodes, nil
		}
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
}

func (r *jsonReader) token() (json.Token, error) {
	t, err := r.decoder.Token()
	end := min(r.decoder.InputOffset(), int64(len(r.data)))
	if end > r.offset {
		r.line += bytes.Count(r.data[r.offset:end], []byte{'\n'})
		r.offset = end
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:%d: not valid JSON: %s", r.name, r.line, strings.TrimPrefix(err.Error(), "json: "))
	}
	return t, err
}

// next reads one value. At the end of the input between values it returns io.EOF.
func (r *jsonReader) next(depth int) (*yaml.Node, error) {
	t, err := r.token()
	if err != nil {
		if depth > 0 && errors.Is(err, io.EOF) {
			return nil, r.cutShort()
		}
		return nil, err
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("%s:%d: nested deeper than %d levels", r.name, r.line, maxDepth)
	}
	if delim, ok := t.(json.Delim); ok {
		return r.container(delim, depth)
	}
	return r.scalar(t), nil
}

func (r *jsonReader) container(open json.Delim, depth int) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: r.line}
	if open == '{' {
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
	}
	for r.decoder.More() {
		c, err := r.next(depth + 1)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, c)
	}
	if _, err := r.token(); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, r.cutShort()
		}
		return nil, err
	}
	return n, nil
}

func (r *jsonReader) cutShort() error {
	return fmt.Errorf("%s:%d: not valid JSON: the file ends within a value", r.name, r.line)
}

func (r *jsonReader) scalar(t json.Token) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: r.line}
	switch v := t.(type) {
	case nil:
		n.Tag, n.Value = "!!null", "null"
	case bool:
		n.Tag, n.Value = "!!bool", fmt.Sprint(v)
	case json.Number:
		n.Tag, n.Value = "!!int", v.String()
		if strings.ContainsAny(n.Value, ".eE") {
			n.Tag = "!!float"
		}
	case string:
		n.Tag, n.Value, n.Style = "!!str", v, yaml.DoubleQuotedStyle
	}
	return n
}
