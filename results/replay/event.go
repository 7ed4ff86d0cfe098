package replay

import (
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Event is one line of events.jsonl.
type Event struct {
	At     sim.Time
	Kind   cluster.Kind
	Name   cluster.NamespacedName
	What   string  // "created", "scheduled", ...
	Fields []Field // what else belongs to the event, in the order of the line
}

// Field is one value that belongs to an event.
type Field struct {
	Key      string
	Text     string // of a number its digits
	Number   int64
	IsNumber bool
}

// Text returns the value under a key as it stands in the line, "" if the event has none.
func (e *Event) Text(key string) string {
	for i := range e.Fields {
		if e.Fields[i].Key == key {
			return e.Fields[i].Text
		}
	}
	return ""
}

// Number returns the number under a key, 0 if the event has none.
func (e *Event) Number(key string) int {
	for i := range e.Fields {
		if e.Fields[i].Key == key {
			return int(e.Fields[i].Number)
		}
	}
	return 0
}

// Object returns the event's object as kubectl names one: "pod/web-x2x7n".
func (e *Event) Object() string {
	if e.Kind == KindFault {
		return "fault/" + e.Name.Name
	}
	return strings.ToLower(e.Kind.String()) + "/" + e.Name.Name
}

// Details returns the fields in one line: `node=n1 reason="too slow"`. Empty texts are left out.
func (e *Event) Details() string {
	var parts []string
	for _, f := range e.Fields {
		switch {
		case f.Text == "":
		case strings.ContainsAny(f.Text, " \t\n\""):
			parts = append(parts, f.Key+"="+strconv.Quote(f.Text))
		default:
			parts = append(parts, f.Key+"="+f.Text)
		}
	}
	return strings.Join(parts, " ")
}
