package recording

import (
	"fmt"
	"time"
)

// Drain says which nodes the experiment's driver drained: one after the other, as kubectl drain does.
type Drain struct {
	Start float64  `yaml:"start"` // seconds
	Nodes []string `yaml:"nodes"`
}

// At returns when the first drain begins.
func (d *Drain) At() time.Duration { return time.Duration(d.Start * float64(time.Second)) }

func (d *Drain) check() error {
	switch {
	case d == nil:
	case d.Start < 0:
		return fmt.Errorf("start: %v is negative", d.Start)
	case len(d.Nodes) == 0:
		return fmt.Errorf("nodes: none is named")
	}
	return nil
}
