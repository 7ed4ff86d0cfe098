package recording

import (
	"fmt"
	"time"

	"gopkg.in/yaml.v3"
)

// Phases say where the periodic loops of the control plane stood in one run.
type Phases struct {
	NodeMonitor *time.Duration           // a tick of the node monitor; nil: not known
	LastRenewal map[string]time.Duration // the last renewal of a node's lease before it failed, by node
}

// Phases returns the phases of a run; "" stands for the last by name. What is not known is the zero value.
func (r *Recording) Phases(run string) Phases { return r.phases[r.run(run)] }

// readPhases reads the phases of all runs. Loops that are not modelled are noted.
func (r *Recording) readPhases(file string) error {
	r.phases = map[string]Phases{}
	runs, err := mapping(file, "phases", &r.Setup.Phases)
	for _, run := range runs {
		if err != nil {
			break
		}
		path := "phases." + run.key.Value
		var loops []entry
		loops, err = mapping(file, path, run.value)
		var p Phases
		for _, l := range loops {
			if err == nil {
				err = r.readPhase(file, path, l, &p)
			}
		}
		r.phases[run.key.Value] = p
	}
	return err
}

func (r *Recording) readPhase(file, path string, l entry, p *Phases) error {
	path += "." + l.key.Value
	switch l.key.Value {
	case "nodeMonitor":
		at, err := seconds(file, path, l.value)
		p.NodeMonitor = &at
		return err
	case "lastRenewal":
		nodes, err := mapping(file, path, l.value)
		p.LastRenewal = map[string]time.Duration{}
		for _, n := range nodes {
			if err == nil {
				p.LastRenewal[n.key.Value], err = seconds(file, path+"."+n.key.Value, n.value)
			}
		}
		return err
	}
	r.notes = append(r.notes, fmt.Sprintf("setup.yaml:%d: %s: not modelled", l.key.Line, path))
	return nil
}

// entry is one key of a mapping.
type entry struct{ key, value *yaml.Node }

// mapping returns the entries of a mapping in their order; what is absent has none.
func mapping(file, path string, n *yaml.Node) ([]entry, error) {
	if n.IsZero() {
		return nil, nil
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: %s: not a mapping", file, n.Line, path)
	}
	var list []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		list = append(list, entry{n.Content[i], n.Content[i+1]})
	}
	return list, nil
}

// mostSeconds bounds times: further away they would not fit the clock.
const mostSeconds = 1e9

func seconds(file, path string, n *yaml.Node) (time.Duration, error) {
	var s float64
	if err := n.Decode(&s); err != nil || !(s > -mostSeconds && s < mostSeconds) {
		return 0, fmt.Errorf("%s:%d: %s: %q is not a number of seconds", file, n.Line, path, n.Value)
	}
	return time.Duration(s * float64(time.Second)), nil
}
