package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// file is a YAML document whose parts are decoded strictly, with errors that give line and field.
type file struct {
	name string
	root *yaml.Node // nil: there is no text behind the configuration
}

// parse reads the one document of a text. Keys that stand twice and anchors that contain themselves are errors.
func parse(name string, data []byte) (*file, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var root, more yaml.Node
	if err := d.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return &file{name: name}, nil
		}
		return nil, yamlError(name, err)
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: more than one document", name)
	}
	if len(root.Content) == 0 { // comments alone
		return &file{name: name}, nil
	}
	var whole any
	if err := root.Decode(&whole); err != nil {
		return nil, yamlError(name, err)
	}
	return &file{name: name, root: root.Content[0]}, nil
}

// yamlError words the library's "yaml: line 3: ..." as "file:3: ...".
func yamlError(name string, err error) error {
	var te *yaml.TypeError
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if errors.As(err, &te) {
		text = te.Errors[0]
	}
	text = strings.TrimPrefix(text, "line ")
	if line, _, found := strings.Cut(text, ":"); found && isNumber(line) {
		return fmt.Errorf("%s:%s", name, text)
	}
	return fmt.Errorf("%s: %s", name, text)
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// errorf is an error at a node, which may be nil.
func (f *file) errorf(at *yaml.Node, format string, args ...any) error {
	if at == nil {
		return fmt.Errorf("%s: %w", f.name, fmt.Errorf(format, args...))
	}
	return fmt.Errorf("%s:%d: %w", f.name, at.Line, fmt.Errorf(format, args...))
}

// at returns the node of a path of keys (string) and positions (int), or the last one on the way to it.
func (f *file) at(path ...any) *yaml.Node {
	n := f.root
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

func child(n *yaml.Node, step any) *yaml.Node {
	n = resolve(n)
	if n == nil {
		return nil
	}
	switch step := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// decode fills a struct with json tags. Fields are matched by their exact names. The prefix stands before the fields in
// errors.
func (f *file) decode(n *yaml.Node, prefix string, into any) error {
	if err := f.checkFields(n, prefix, reflect.TypeOf(into)); err != nil {
		return err
	}
	w := jsonWriter{file: f}
	if err := w.write(n); err != nil {
		return err
	}
	err := json.Unmarshal(w.text.Bytes(), into)
	if te, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := cmp.Or(strings.TrimSuffix(prefix+te.Field, "."), "document")
		return f.errorf(w.nodeAt(te.Offset), "%s: expected %s, found %s", field, typeName(te.Type), found(te.Value))
	}
	if err != nil {
		return f.errorf(n, "%s%w", prefix, err)
	}
	return nil
}

// found words what the JSON decoder calls a value.
func found(value string) string {
	switch value {
	case "object":
		return "a mapping"
	case "array":
		return "a list"
	case "string", "bool":
		return "a " + value
	}
	return value // "number", "number 1.5"
}

// typeName says what is expected in a user's words.
func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "a mapping"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "a whole number (" + t.Kind().String() + ")"
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// checkFields refuses keys that the type has no field for. It leaves wrong kinds of values to the decoder.
func (f *file) checkFields(n *yaml.Node, path string, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	n = resolve(n)
	if reflect.PointerTo(t).Implements(unmarshaler) {
		return nil
	}
	switch {
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		return f.checkMapping(n, path, jsonFields(t))
	case n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for i, item := range n.Content {
			if err := f.checkFields(item, fmt.Sprintf("%s[%d]", strings.TrimSuffix(path, "."), i), t.Elem()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *file) checkMapping(n *yaml.Node, path string, fields map[string]reflect.Type) error {
	if path != "" && !strings.HasSuffix(path, ".") {
		path += "."
	}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		t, known := fields[key.Value]
		if !known {
			return f.errorf(key, "%s%s: unknown field%s", path, key.Value, suggest(key.Value, sortedKeys(fields)))
		}
		if err := f.checkFields(n.Content[i+1], path+key.Value, t); err != nil {
			return err
		}
	}
	return nil
}

// jsonFields returns the fields of a struct by their names in JSON, those of embedded structs among them.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, sf := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if sf.Anonymous && name == "" || !sf.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = sf.Name
		}
		fields[name] = sf.Type
	}
	return fields
}
