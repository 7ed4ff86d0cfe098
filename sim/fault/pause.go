package fault

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Pause has a component of the control plane, or something else that the cluster depends on, stand still. One that is
// paused twice goes on when both are over.
type Pause struct{ Component string }

func (p *Pause) kind() string   { return "pause" }
func (p *Pause) target() string { return p.Component }

func (p *Pause) check(f *Faults) error {
	if len(f.cfg.Components[p.Component]) == 0 {
		known := slices.Sorted(maps.Keys(f.cfg.Components))
		known = slices.DeleteFunc(known, func(name string) bool { return strings.Contains(name, " ") }) // nobody asks for these by name
		return fmt.Errorf("there is no component %q to pause: known are %s", p.Component, strings.Join(known, ", "))
	}
	return nil
}

func (p *Pause) begin(f *Faults, _ *occurrence) {
	for _, c := range f.cfg.Components[p.Component] {
		if f.paused[c]++; f.paused[c] == 1 {
			c.Pause(true)
		}
	}
}

func (p *Pause) end(f *Faults, _ *occurrence) {
	for _, c := range f.cfg.Components[p.Component] {
		if f.paused[c]--; f.paused[c] == 0 {
			delete(f.paused, c)
			c.Pause(false)
		}
	}
}
