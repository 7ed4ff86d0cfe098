package replay

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Parse reads one line of events.jsonl, without its line break. Errors name the field.
func Parse(line string) (Event, error) {
	p := parser{rest: line}
	p.take("{")
	at := p.number("t")
	kind, name, what := p.text("kind"), p.text("name"), p.text("event")
	if p.err != nil {
		return Event{}, p.err
	}
	e := Event{Kind: cluster.KindNamed(kind), Name: parseName(name), What: what}
	if kind == results.FaultKind {
		e.Kind, e.Name = KindFault, cluster.NamespacedName{Name: name}
	}
	if e.Kind == 0 {
		return Event{}, fmt.Errorf("kind: %q is not known", kind)
	}
	if e.Name.Name == "" {
		return Event{}, fmt.Errorf("name: missing")
	}
	var err error
	if e.At, err = results.ParseInstant(at); err != nil {
		return Event{}, fmt.Errorf("t: %w", err)
	}
	words := vocabularyOf(e.Kind)
	specs, known := words[what]
	if !known {
		return Event{}, fmt.Errorf("event: %q is none of %s", what, strings.Join(slices.Sorted(maps.Keys(words)), ", "))
	}
	e.Fields = p.fields(specs)
	p.take("}")
	if p.err == nil && p.rest != "" {
		p.fail("end of line", "%q follows the event", p.rest)
	}
	return e, p.err
}

func parseName(text string) cluster.NamespacedName {
	namespace, name, both := strings.Cut(text, "/")
	if !both {
		return cluster.NamespacedName{Name: text}
	}
	return cluster.NamespacedName{Namespace: namespace, Name: name}
}

// parser reads a line from its beginning and keeps the first error, after which it reads no more.
type parser struct {
	rest  string
	begun bool // a member was read: a comma comes before the next
	err   error
}

func (p *parser) fail(field, format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("%s: "+format, append([]any{field}, args...)...)
	}
}

// take reads a character that has to be there.
func (p *parser) take(want string) {
	after, found := strings.CutPrefix(p.rest, want)
	if !found {
		p.fail("line", "%s is expected before %q", want, p.rest)
	}
	p.rest = after
}

// key reads a member's name if it is the next, and tells whether it was.
func (p *parser) key(name string) bool {
	if p.err != nil {
		return false
	}
	want := `"` + name + `":`
	if p.begun {
		want = "," + want
	}
	after, found := strings.CutPrefix(p.rest, want)
	if found {
		p.rest, p.begun = after, true
	}
	return found
}

// number reads a member that is a number, as its text.
func (p *parser) number(name string) string {
	if !p.key(name) {
		p.fail(name, "expected before %q", p.rest)
		return ""
	}
	end := strings.IndexAny(p.rest, ",}")
	if end < 0 {
		p.fail(name, "the line ends too early")
		return ""
	}
	text := p.rest[:end]
	p.rest = p.rest[end:]
	return text
}

// text reads a member that is a string.
func (p *parser) text(name string) string {
	if !p.key(name) {
		p.fail(name, "expected before %q", p.rest)
		return ""
	}
	end := quoted(p.rest)
	if end == 0 {
		p.fail(name, "a string is expected before %q", p.rest)
		return ""
	}
	literal := p.rest[:end]
	p.rest = p.rest[end:]
	var text string
	if err := json.Unmarshal([]byte(literal), &text); err != nil {
		p.fail(name, "%s is not a string: %w", literal, err)
	}
	return text
}

// quoted returns the length of the string literal at the beginning of s, 0 if there is none.
func quoted(s string) int {
	if s == "" || s[0] != '"' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

// fields reads the members that belong to the event.
func (p *parser) fields(specs []fieldSpec) []Field {
	var fields []Field
	for _, s := range specs {
		if s.optional && !p.next(s.key) {
			continue
		}
		f := Field{Key: s.key, IsNumber: s.number}
		if s.number {
			f.Text = p.number(s.key)
			f.Number = p.integer(s.key, f.Text)
		} else {
			f.Text = p.text(s.key)
		}
		fields = append(fields, f)
	}
	return fields
}

// next tells whether a member comes next, and reads nothing.
func (p *parser) next(name string) bool { return strings.HasPrefix(p.rest, `,"`+name+`":`) }

func (p *parser) integer(name, text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text {
		p.fail(name, "%q is not an integer", text)
	}
	return n
}
