package workloads

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"

	"gopkg.in/yaml.v3"
)

// value is one value of the file and the path of its field: "cluster[0].nodes.count".
type value struct {
	path string
	node *yaml.Node
}

// field is a key that an object may have, and what reads its value.
type field struct {
	key  string
	read func(value)
}

// into makes a field whose value is stored at p.
func into[T any](key string, p *T, read func(value) T) field {
	return field{key, func(v value) { *p = read(v) }}
}

// keys are the fields that an object of the file has.
type keys map[string]bool

// decoder turns the YAML tree of one file into values. The first error sticks: what is read after it is of no use.
type decoder struct {
	origin
	err error
}

func (d *decoder) fail(v value, format string, args ...any) {
	d.failAt(v.node.Line, v.path, format, args...)
}

func (d *decoder) failAt(line int, path, format string, args ...any) {
	if d.err == nil {
		d.err = complaint(d.file, line, path, fmt.Errorf(format, args...))
	}
}

// is tells whether the value is of that kind, and reports an error when it is not.
func (d *decoder) is(v value, kind yaml.Kind, expected string) bool {
	switch {
	case v.node.Kind == kind && v.node.Tag != "!!null":
		return true
	case v.node.Kind == yaml.ScalarNode && (v.node.Tag == "!!null" || v.node.Value == ""):
		d.fail(v, "empty: %s is expected", expected)
	case v.node.Kind == yaml.ScalarNode:
		d.fail(v, "%s is expected: %s", expected, quoteOdd(v.node.Value))
	case v.node.Kind == yaml.MappingNode:
		d.fail(v, "%s is expected, not an object", expected)
	default:
		d.fail(v, "%s is expected, not a list", expected)
	}
	return false
}

// object reads an object that has no fields but these, and returns which ones it has.
func (d *decoder) object(v value, fields ...field) keys {
	seen := keys{}
	d.members(v, func(key *yaml.Node, child value) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == key.Value })
		if i < 0 {
			d.unknown(key, child, fields)
			return
		}
		seen[key.Value] = true
		fields[i].read(child)
	})
	return seen
}

// members calls read for each member of an object, in the order of the file.
func (d *decoder) members(v value, read func(key *yaml.Node, child value)) {
	if !d.is(v, yaml.MappingNode, "an object") {
		return
	}
	seen := keys{}
	for i := 0; i+1 < len(v.node.Content) && d.err == nil; i += 2 {
		key := v.node.Content[i]
		child := value{strings.TrimPrefix(v.path+"."+quoteOdd(key.Value), "."), v.node.Content[i+1]}
		switch {
		case key.Kind != yaml.ScalarNode || key.Value == "":
			d.failAt(key.Line, v.path, "a field needs a name")
		case seen[key.Value]:
			d.failAt(key.Line, child.path, "given twice")
		default:
			seen[key.Value] = true
			d.lines[child.path] = min(key.Line, child.node.Line)
			read(key, child)
		}
	}
}

func (d *decoder) unknown(key *yaml.Node, v value, fields []field) {
	known := make([]string, 0, len(fields))
	for _, f := range fields {
		known = append(known, f.key)
	}
	if near := Nearest(key.Value, known); near != "" {
		d.failAt(key.Line, v.path, "unknown field; did you mean %s?", near)
		return
	}
	d.failAt(key.Line, v.path, "unknown field; known are %s", strings.Join(known, ", "))
}

// require reports keys that are missing.
func (d *decoder) require(v value, has keys, names ...string) {
	for _, name := range names {
		if !has[name] {
			d.fail(v, "%s is missing", name)
		}
	}
}

// exactlyOne reports an object that has none of the keys, or more than one.
func (d *decoder) exactlyOne(v value, has keys, names ...string) {
	var given []string
	for _, name := range names {
		if has[name] {
			given = append(given, name)
		}
	}
	choice := "one of " + strings.Join(names, ", ")
	if len(given) == 0 {
		d.fail(v, "%s is expected, none is given", choice)
	} else if len(given) > 1 {
		d.fail(v, "%s is expected, not %s", choice, strings.Join(given, " and "))
	}
}

// list returns a reader of lists. An empty list is as good as none.
func list[T any](d *decoder, read func(value) T) func(value) []T {
	return func(v value) []T {
		if !d.is(v, yaml.SequenceNode, "a list") {
			return nil
		}
		var all []T
		for i, node := range v.node.Content {
			child := value{fmt.Sprintf("%s[%d]", v.path, i), node}
			d.lines[child.path] = node.Line
			all = append(all, read(child))
			if d.err != nil {
				return nil
			}
		}
		return all
	}
}

// some returns a reader of lists of at least one entry.
func some[T any](d *decoder, read func(value) T) func(value) []T {
	return func(v value) []T {
		all := list(d, read)(v)
		if len(all) == 0 {
			d.fail(v, "an empty list")
		}
		return all
	}
}

// scalar returns the text of a value, quoted or not.
func (d *decoder) scalar(v value, expected string) string {
	if !d.is(v, yaml.ScalarNode, expected) {
		return ""
	}
	if v.node.Value == "" {
		d.fail(v, "empty: %s is expected", expected)
	}
	return v.node.Value
}

// text reads one line of printable text.
func (d *decoder) text(v value) string {
	text := d.scalar(v, "a text")
	if strings.ContainsFunc(text, isUnprintable) {
		d.fail(v, "control characters or broken UTF-8: %q", text)
	}
	return text
}

// maxName is the longest name of an object (RFC 1123 as apimachinery validates it, v0.36).
const maxName = 253

// identifier reads a text that names something: without blanks.
func (d *decoder) identifier(v value) string {
	name := d.scalar(v, "a name")
	switch {
	case strings.ContainsFunc(name, isOdd):
		d.fail(v, "blanks, control characters or broken UTF-8 in a name: %q", name)
	case len(name) > maxName:
		d.fail(v, "a name of over %d bytes", maxName)
	}
	return name
}

func (d *decoder) boolean(v value) bool {
	text := d.scalar(v, "true or false")
	if d.err == nil && text != "true" && text != "false" {
		d.fail(v, "true or false is expected: %s", quoteOdd(text))
	}
	return text == "true"
}

// word reads one of some words.
func (d *decoder) word(v value, known ...string) string {
	text := d.scalar(v, "one of "+strings.Join(known, ", "))
	if d.err != nil || slices.Contains(known, text) {
		return text
	}
	if near := Nearest(text, known); near != "" {
		d.fail(v, "unknown: %s; did you mean %s?", quoteOdd(text), near)
	} else {
		d.fail(v, "unknown: %s; known are %s", quoteOdd(text), strings.Join(known, ", "))
	}
	return ""
}

// integer returns a reader of whole numbers from least to most.
func integer[T int | int32 | int64](d *decoder, least, most T) func(value) T {
	return func(v value) T {
		text := d.scalar(v, "a whole number")
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case d.err != nil:
		case err != nil && !isRange(err):
			d.fail(v, "not a whole number: %s", quoteOdd(text))
		case n < 0 && least >= 0:
			d.fail(v, "negative: %s", text)
		case n < int64(least):
			d.fail(v, "below %d: %s", least, text)
		case n > int64(most):
			d.fail(v, "over %d: %s", most, text)
		default:
			return T(n)
		}
		return 0
	}
}

func (d *decoder) seed(v value) uint64 {
	text := d.scalar(v, "a whole number")
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case d.err != nil || err == nil:
	case strings.HasPrefix(text, "-"):
		d.fail(v, "negative: %s", quoteOdd(text))
	case isRange(err):
		d.fail(v, "over %d: %s", uint64(math.MaxUint64), text)
	default:
		d.fail(v, "not a whole number: %s", quoteOdd(text))
	}
	return n
}

// maxFactor bounds scales, weights, rates and shapes, and its inverse bounds them from below.
const maxFactor = 1e9

// positive reads a number above 0.
func (d *decoder) positive(v value) float64 {
	text := d.scalar(v, "a number")
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case d.err != nil:
	case err != nil || math.IsNaN(n) || math.IsInf(n, 0):
		d.fail(v, "not a number: %s", quoteOdd(text))
	case n < 0:
		d.fail(v, "negative: %s", text)
	case n < 1/maxFactor:
		d.fail(v, "below %g: %s", 1/maxFactor, text)
	case n > maxFactor:
		d.fail(v, "over %g: %s", maxFactor, text)
	default:
		return n
	}
	return 0
}

// span reads a duration of 0 or more.
func (d *decoder) span(v value) time.Duration {
	text := d.scalar(v, "a duration")
	span, err := ParseDuration(text)
	switch {
	case d.err != nil:
	case err != nil:
		d.fail(v, "%w", err)
	case span < 0:
		d.fail(v, "negative: %s", text)
	default:
		return span
	}
	return 0
}

// longSpan reads a duration above 0.
func (d *decoder) longSpan(v value) time.Duration {
	span := d.span(v)
	if span == 0 {
		d.fail(v, "not above 0: %s", quoteOdd(v.node.Value))
	}
	return span
}

// labels reads an object of texts.
func (d *decoder) labels(v value) cluster.Labels {
	var labels cluster.Labels
	d.members(v, func(key *yaml.Node, child value) {
		if strings.ContainsFunc(key.Value, isOdd) {
			d.failAt(key.Line, v.path, "blanks, control characters or broken UTF-8 in a key: %q", key.Value)
		}
		if labels == nil {
			labels = cluster.Labels{}
		}
		labels[key.Value] = d.label(child)
	})
	return labels
}

// label reads a text that may be empty when it is quoted.
func (d *decoder) label(v value) string {
	if v.node.Kind == yaml.ScalarNode && v.node.Value == "" && v.node.Tag == "!!str" {
		return ""
	}
	return d.text(v)
}
