package manifest

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
	"k8s.io/apimachinery/pkg/api/resource"
)

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// describe names the type of a value for an error.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return describeScalar(n)
}

func describeScalar(n *yaml.Node) string {
	value := n.Value
	if len(value) > 40 {
		value = value[:40] + "..."
	}
	switch scalarType(n) {
	case "!!bool":
		return "the boolean " + value
	case "!!int", "!!float":
		return "the number " + value
	case "!!null":
		return "nothing"
	}
	return "the string " + strconv.Quote(value)
}

// scalarType returns the type of a scalar as the API server sees it. It reads YAML 1.1, where a bare yes, no, on or off
// is a boolean; a bare date is a string.
func scalarType(n *yaml.Node) string {
	switch n.Tag {
	case "!!timestamp", "!!binary":
		return "!!str"
	case "!!str":
		if _, ok := oldBool(n.Value); ok && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) == 0 {
			return "!!bool"
		}
	}
	return n.Tag
}

func oldBool(s string) (value, ok bool) {
	switch s {
	case "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE":
		return true, true
	case "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE":
		return false, true
	}
	return false, false
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		return d.str(n, v)
	case reflect.Bool:
		return d.boolean(n, v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return d.integer(n, v)
	case reflect.Float32, reflect.Float64:
		return d.float(n, v)
	}
	return d.wrong(n, "fields of type %v are not supported", v.Type())
}

func (d *decoder) str(n *yaml.Node, v reflect.Value) error {
	if n.Kind != yaml.ScalarNode {
		return d.wrong(n, "expected a string, found %s", describe(n))
	}
	if scalarType(n) != "!!str" {
		return d.wrong(n, "expected a string, found %s: quote it", describe(n))
	}
	v.SetString(n.Value)
	return nil
}

func (d *decoder) boolean(n *yaml.Node, v reflect.Value) error {
	value, ok := oldBool(n.Value)
	if n.Kind != yaml.ScalarNode || scalarType(n) != "!!bool" || !ok {
		return d.wrong(n, "expected true or false, found %s", describe(n))
	}
	v.SetBool(value)
	return nil
}

func (d *decoder) integer(n *yaml.Node, v reflect.Value) error {
	value, ok := wholeNumber(n)
	if !ok {
		return d.wrong(n, "expected a whole number, found %s", describe(n))
	}
	if v.OverflowInt(value) {
		return d.wrong(n, "%d is beyond the range of the field (%d bits)", value, v.Type().Bits())
	}
	v.SetInt(value)
	return nil
}

// wholeNumber returns the value of an integer, which may also be written as 1.0 or 1e3.
func wholeNumber(n *yaml.Node) (int64, bool) {
	if n.Kind != yaml.ScalarNode {
		return 0, false
	}
	switch n.Tag {
	case "!!int":
		var value int64
		err := n.Decode(&value)
		return value, err == nil
	case "!!float":
		f, err := strconv.ParseFloat(n.Value, 64)
		whole := err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53
		if !whole {
			return 0, false
		}
		return int64(f), true
	}
	return 0, false
}

func (d *decoder) float(n *yaml.Node, v reflect.Value) error {
	var value float64
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" && n.Tag != "!!float" || n.Decode(&value) != nil {
		return d.wrong(n, "expected a number, found %s", describe(n))
	}
	v.SetFloat(value)
	return nil
}

func (d *decoder) bytes(n *yaml.Node, v reflect.Value) error {
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Value), ""))
	if n.Kind != yaml.ScalarNode || err != nil {
		return d.wrong(n, "expected base64, found %s", describe(n))
	}
	v.SetBytes(data)
	return nil
}

// maxQuantity is the length of the longest sensible quantity. Longer ones, and exponents of more than two digits, make
// arbitrary-precision arithmetic run for hours.
const maxQuantity = 48

func (d *decoder) quantity(n *yaml.Node, q *resource.Quantity) error {
	if n.Kind != yaml.ScalarNode {
		return d.wrong(n, "expected a quantity, found %s", describe(n))
	}
	value := strings.TrimSpace(n.Value)
	if scalarType(n) == "!!bool" || len(value) > maxQuantity || hugeExponent(value) {
		return d.wrong(n, "%s is no quantity", describe(n))
	}
	parsed, err := resource.ParseQuantity(value)
	if err != nil {
		return d.wrong(n, "%s is no quantity (examples: 2, 500m, 1.5Gi)", describe(n))
	}
	*q = parsed
	return nil
}

func hugeExponent(s string) bool {
	i := strings.LastIndexAny(s, "eE")
	return i >= 0 && len(strings.TrimLeft(s[i+1:], "+-0")) > 2
}

// custom decodes a type that reads its own JSON: times, IntOrString, raw extensions.
func (d *decoder) custom(n *yaml.Node, v json.Unmarshaler) error {
	value, err := d.jsonValue(n, 0)
	if err != nil {
		return err
	}
	data, err := json.Marshal(value)
	if err != nil {
		return d.wrong(n, "%v", err)
	}
	if err = v.UnmarshalJSON(data); err != nil {
		return d.wrong(n, "%s: %v", describe(n), err)
	}
	return nil
}

// jsonValue returns a value as encoding/json knows it.
func (d *decoder) jsonValue(n *yaml.Node, depth int) (any, error) {
	if n = dealias(n); depth > maxDepth {
		return nil, d.wrong(n, "nested deeper than %d levels", maxDepth)
	}
	if d.aliased++; d.aliased > maxAliased {
		return nil, d.wrong(n, "more than %d values", maxAliased)
	}
	switch n.Kind {
	case yaml.MappingNode:
		return d.jsonObject(n, depth)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			var err error
			if list[i], err = d.jsonValue(c, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return d.jsonScalar(n)
}

func (d *decoder) jsonObject(n *yaml.Node, depth int) (any, error) {
	entries, err := d.entries(n, stepField)
	if err != nil {
		return nil, err
	}
	object := make(map[string]any, len(entries))
	for _, e := range entries {
		if object[e.name], err = d.jsonValue(e.value, depth+1); err != nil {
			return nil, err
		}
	}
	return object, nil
}

func (d *decoder) jsonScalar(n *yaml.Node) (any, error) {
	switch scalarType(n) {
	case "!!null":
		return nil, nil
	case "!!bool":
		value, _ := oldBool(n.Value)
		return value, nil
	case "!!int", "!!float":
		if i, ok := wholeNumber(n); ok {
			return i, nil
		}
		var f float64
		if err := n.Decode(&f); err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return nil, d.wrong(n, "%s is no number", describe(n))
		}
		return f, nil
	}
	return n.Value, nil
}
