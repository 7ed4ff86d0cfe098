package workloads

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// flags reads an object of flags.
func (d *decoder) flags(v value) Flags {
	f := DefaultFlags()
	var fields []field
	for _, name := range FlagNames() {
		fields = append(fields, field{name, func(v value) {
			text := d.scalar(v, "a value as on a command line")
			if d.err != nil {
				return
			}
			if err := f.Set(name, text); err != nil {
				d.fail(v, "%w", err)
			}
		}})
	}
	d.object(v, fields...)
	return f
}

// node writes the flags that differ from their defaults, nil if none does.
func (f Flags) node() *yaml.Node {
	usual := DefaultFlags()
	was, is := usual.settings(), f.settings()
	var pairs []pair
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if now := flagText(is[name]); now != flagText(was[name]) {
			pairs = append(pairs, pair{name, word(now)})
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	return object(pairs...)
}

func flagText(setting any) string {
	switch of := setting.(type) {
	case *time.Duration:
		return of.String()
	case seconds:
		return of.of.String()
	case period:
		return of.of.String()
	case share:
		return strconv.FormatFloat(*of.of, 'g', -1, 64)
	case *float64:
		return strconv.FormatFloat(*of, 'g', -1, 64)
	}
	return strconv.Itoa(*setting.(*int))
}
