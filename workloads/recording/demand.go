package recording

import (
	"fmt"
	"strings"
	"time"
)

// Demand is the load on a workload, in millicores, that its ready pods share evenly. A value holds until the next.
type Demand struct {
	Target  string        `yaml:"target"` // Kind/name
	Profile []DemandValue `yaml:"profile"`
}

// DemandValue is a value of the demand from a time on.
type DemandValue struct {
	T     float64 `yaml:"t"`     // seconds
	Value int64   `yaml:"value"` // millicores
}

// Object returns the kind and the name of the target.
func (d *Demand) Object() (kind, name string) {
	kind, name, _ = strings.Cut(d.Target, "/")
	return kind, name
}

// At returns the demand at a time, 0 before the first value.
func (d *Demand) At(at time.Duration) int64 {
	value := int64(0)
	for _, v := range d.Profile {
		if time.Duration(v.T*float64(time.Second)) > at {
			break
		}
		value = v.Value
	}
	return value
}

// check returns the first mistake of a demand.
func (d *Demand) check() error {
	kind, name := d.Object()
	switch {
	case kind != "Deployment" && kind != "ReplicaSet" && kind != "StatefulSet" || name == "":
		return fmt.Errorf("demand.target: %q is no Deployment/name, ReplicaSet/name or StatefulSet/name", d.Target)
	case len(d.Profile) == 0:
		return fmt.Errorf("demand.profile: no value is stated")
	}
	for i, v := range d.Profile {
		if v.Value < 0 {
			return fmt.Errorf("demand.profile[%d].value: %d is negative", i, v.Value)
		}
		if i > 0 && !(v.T > d.Profile[i-1].T) {
			return fmt.Errorf("demand.profile[%d].t: %v is not after the one before it, %v", i, v.T, d.Profile[i-1].T)
		}
	}
	return nil
}
