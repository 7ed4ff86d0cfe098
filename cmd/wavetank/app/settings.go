package app

import (
	"github.com/wavetank/wavetank/sim/controller/hpa"
	"github.com/wavetank/wavetank/workloads"
)

// settings are what controllers are configured by, besides how fast they are.
type settings struct {
	flags   workloads.Flags
	metrics hpa.Metrics // nil: no metrics API is served
}

// made returns the factory of a controller.
func (c *namedController) made(with settings) ControllerFactory {
	if c.make != nil {
		return c.make
	}
	return c.configured(with)
}
