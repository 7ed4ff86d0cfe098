package config

import (
	"bytes"
	"encoding/json"

	"gopkg.in/yaml.v3"
)

// jsonWriter writes YAML as JSON, in the order of the file, and remembers which node stands where, so that an error of
// the JSON decoder finds back to its line.
type jsonWriter struct {
	file  *file
	text  bytes.Buffer
	marks []mark // ascending
}

type mark struct {
	offset int64
	node   *yaml.Node
}

// nodeAt returns the last node that begins before the offset.
func (w *jsonWriter) nodeAt(offset int64) *yaml.Node {
	at := w.marks[0].node
	for _, m := range w.marks {
		if m.offset >= offset {
			break
		}
		at = m.node
	}
	return at
}

func (w *jsonWriter) write(n *yaml.Node) error {
	n = resolve(n)
	w.marks = append(w.marks, mark{int64(w.text.Len()), n})
	switch n.Kind {
	case yaml.MappingNode:
		return w.mapping(n)
	case yaml.SequenceNode:
		return w.sequence(n)
	default:
		return w.scalar(n)
	}
}

func (w *jsonWriter) mapping(n *yaml.Node) error {
	w.text.WriteByte('{')
	for i := 0; i < len(n.Content); i += 2 {
		if i > 0 {
			w.text.WriteByte(',')
		}
		key := resolve(n.Content[i])
		if key.Kind != yaml.ScalarNode {
			return w.file.errorf(key, "a key must be a plain word")
		}
		if err := w.value(key, key.Value); err != nil {
			return err
		}
		w.text.WriteByte(':')
		if err := w.write(n.Content[i+1]); err != nil {
			return err
		}
	}
	w.text.WriteByte('}')
	return nil
}

func (w *jsonWriter) sequence(n *yaml.Node) error {
	w.text.WriteByte('[')
	for i, item := range n.Content {
		if i > 0 {
			w.text.WriteByte(',')
		}
		if err := w.write(item); err != nil {
			return err
		}
	}
	w.text.WriteByte(']')
	return nil
}

// scalar writes numbers, booleans and null as such and everything else, dates among them, as the text that stands there.
func (w *jsonWriter) scalar(n *yaml.Node) error {
	var v any = n.Value
	switch n.ShortTag() {
	case "!!int", "!!float", "!!bool", "!!null":
		v = nil
		if err := n.Decode(&v); err != nil {
			return yamlError(w.file.name, err)
		}
	}
	return w.value(n, v)
}

func (w *jsonWriter) value(n *yaml.Node, v any) error {
	text, err := json.Marshal(v)
	if err != nil { // not a number, or infinite
		return w.file.errorf(n, "%s: not a value that can be used", n.Value)
	}
	w.text.Write(text)
	return nil
}
