package results

// FaultKind is the kind of the lines of events.jsonl that tell of faults. There is no such object.
const FaultKind = "Fault"

// fault writes the beginning or the end of a fault.
func (l *eventLog) fault(e *FaultEvent) {
	b := appendSeconds(append(l.line[:0], `{"t":`...), int64(e.At))
	b = appendEscaped(append(b, `,"kind":"`+FaultKind+`","name":"`...), e.title())
	b = append(append(b, `","event":"`...), either(e.Begin, "began", "ended")...)
	l.line = append(b, '"')
	l.number("id", int64(e.ID)).text("type", e.Kind).number("nodes", int64(len(e.Nodes))).end()
}

// title is what to call a fault that may have no name.
func (e *FaultEvent) title() string {
	switch {
	case e.Name != "":
		return e.Name
	case e.Kind != "":
		return e.Kind
	}
	return "fault"
}
