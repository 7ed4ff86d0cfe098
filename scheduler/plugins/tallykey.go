package plugins

import (
	"encoding/binary"
	"slices"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The append functions write what a tally depends on as bytes. Different things never look the same: strings and lists
// are preceded by their length.

func appendString(key []byte, s string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(s))), s...)
}

func appendSelector(key []byte, s *cluster.Selector) []byte {
	if s == nil {
		return append(key, 0)
	}
	key = binary.AppendUvarint(append(key, 1), uint64(len(s.Requirements)))
	for i := range s.Requirements {
		r := &s.Requirements[i]
		key = appendString(append(key, byte(r.Operator)), r.Key)
		key = appendStrings(key, r.Values)
	}
	return key
}

func appendStrings(key []byte, list []string) []byte {
	key = binary.AppendUvarint(key, uint64(len(list)))
	for _, s := range list {
		key = appendString(key, s)
	}
	return key
}

func appendLabels(key []byte, labels cluster.Labels) []byte {
	names := make([]string, 0, 8)
	for name := range labels {
		names = append(names, name)
	}
	slices.Sort(names)
	key = binary.AppendUvarint(key, uint64(len(names)))
	for _, name := range names {
		key = appendString(appendString(key, name), labels[name])
	}
	return key
}
