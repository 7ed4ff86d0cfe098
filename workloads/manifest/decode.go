package manifest

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
	"k8s.io/apimachinery/pkg/api/resource"
)

// The limits of one object: deeper nesting and larger expansions of aliases are a mistake or an attack.
const (
	maxDepth   = 100
	maxAliased = 100_000
)

// decoder fills a Kubernetes type from a document, strictly: unknown and doubled fields and values of another type are
// errors at their own line. It reads the node tree directly and not through JSON, which has no lines.
type decoder struct {
	*source
	types   map[reflect.Type]structFields // known layouts, shared by all decoders of a reader
	missing func(fields *fields, name, path string)

	path    []step
	aliased int // nodes visited inside aliases
	inAlias int
}

// step is a field, a map key (quoted in brackets) or an index of the path to the current value.
type step struct {
	name  string
	index int
	kind  stepKind
}

type stepKind uint8

const (
	stepField stepKind = iota
	stepKey
	stepIndex
)

func (d *decoder) pathString() string {
	var b strings.Builder
	for _, s := range d.path {
		switch s.kind {
		case stepIndex:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case stepKey:
			b.WriteString("[" + s.name + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.name)
		}
	}
	return b.String()
}

// wrong returns an error about the current value.
func (d *decoder) wrong(n *yaml.Node, format string, args ...any) error {
	return d.errorAt(n.Line, "%s: "+format, append([]any{d.pathString()}, args...)...)
}

// within decodes a part of the current value.
func (d *decoder) within(s step, n *yaml.Node, v reflect.Value, known *fields) error {
	if len(d.path) >= maxDepth {
		return d.wrong(n, "nested deeper than %d levels", maxDepth)
	}
	d.path = append(d.path, s)
	if err := d.value(n, v, known); err != nil {
		return err
	}
	d.path = d.path[:len(d.path)-1]
	return nil
}

func (d *decoder) value(n *yaml.Node, v reflect.Value, known *fields) error {
	if n.Kind == yaml.AliasNode {
		d.inAlias++
		defer func() { d.inAlias-- }()
		n = dealias(n)
	}
	if err := d.spend(n); err != nil {
		return err
	}
	if isNull(n) {
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(n, v.Elem(), known)
	}
	switch custom := v.Addr().Interface().(type) {
	case *resource.Quantity:
		return d.quantity(n, custom)
	case json.Unmarshaler:
		return d.custom(n, custom)
	}
	return d.plain(n, v, known)
}

// spend counts what aliases expand to: a few lines of nested aliases can stand for billions of nodes.
func (d *decoder) spend(n *yaml.Node) error {
	if d.inAlias == 0 {
		return nil
	}
	if d.aliased++; d.aliased > maxAliased {
		return d.wrong(n, "aliases expand to more than %d values", maxAliased)
	}
	return nil
}

func (d *decoder) plain(n *yaml.Node, v reflect.Value, known *fields) error {
	switch v.Kind() {
	case reflect.Struct:
		return d.structure(n, v, known)
	case reflect.Map:
		return d.mapping(n, v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return d.bytes(n, v)
		}
		return d.sequence(n, v, known)
	case reflect.Interface:
		return d.wrong(n, "values of any type are not supported here")
	}
	return d.scalar(n, v)
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value, known *fields) error {
	entries, err := d.entries(n, stepField)
	if err != nil {
		return err
	}
	layout := d.layout(v.Type())
	for _, e := range entries {
		index, ok := layout[e.name]
		if !ok {
			d.path = append(d.path, step{name: e.name})
			return d.errorAt(e.line, "unknown field %q", d.pathString())
		}
		below := d.judge(known, e)
		if err = d.within(step{name: e.name}, e.value, fieldAt(v, index), below); err != nil {
			return err
		}
	}
	return nil
}

// judge returns what is modelled below a field, and reports a field that is not.
func (d *decoder) judge(known *fields, e entry) *fields {
	if known == nil {
		return nil
	}
	below, modelled := known.below(e.name, e.value)
	if !modelled && d.missing != nil {
		d.path = append(d.path, step{name: e.name})
		d.missing(known, e.name, d.pathString())
		d.path = d.path[:len(d.path)-1]
	}
	return below
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value) error {
	entries, err := d.entries(n, stepKey)
	if err != nil {
		return err
	}
	t := v.Type()
	if t.Key().Kind() != reflect.String {
		return d.wrong(n, "maps with keys of type %v are not supported", t.Key())
	}
	v.Set(reflect.MakeMapWithSize(t, len(entries)))
	element := reflect.New(t.Elem()).Elem()
	for _, e := range entries {
		element.SetZero()
		if err = d.within(step{name: e.name, kind: stepKey}, e.value, element, nil); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(e.name).Convert(t.Key()), element)
	}
	return nil
}

func (d *decoder) sequence(n *yaml.Node, v reflect.Value, known *fields) error {
	if n.Kind != yaml.SequenceNode {
		return d.wrong(n, "expected a list, found %s", describe(n))
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, c := range n.Content {
		if err := d.within(step{index: i, kind: stepIndex}, c, v.Index(i), known); err != nil {
			return err
		}
	}
	return nil
}

// structFields maps the name of a JSON field to where it is.
type structFields map[string][]int

func (d *decoder) layout(t reflect.Type) structFields {
	if l, ok := d.types[t]; ok {
		return l
	}
	l := structFields{}
	l.add(t, nil)
	d.types[t] = l
	return l
}

func (l structFields) add(t reflect.Type, prefix []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		index := append(prefix[:len(prefix):len(prefix)], i)
		switch {
		case name == "-" || !f.IsExported():
		case name != "":
			l[name] = index
		case f.Anonymous || options == "inline":
			l.add(indirect(f.Type), index)
		default:
			l[f.Name] = index
		}
	}
}

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// fieldAt returns a field of a struct, making embedded pointers on the way.
func fieldAt(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}
