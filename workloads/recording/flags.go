package recording

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/wavetank/wavetank/workloads"
)

// readFlags sets the flags that differ from their defaults. They may stand in setup.yaml as a mapping of flags to values, as
// such mappings by component, as a list or as one text of --flag=value; or as any mixture of these.
func (r *Recording) readFlags(file string) error {
	r.Flags = workloads.DefaultFlags()
	f := flagReader{r: r, file: file}
	f.node("", &r.Setup.Flags)
	return f.err
}

// flagReader walks through the flags of setup.yaml, whatever their shape.
type flagReader struct {
	r    *Recording
	file string
	err  error
}

func (f *flagReader) node(component string, n *yaml.Node) {
	switch n.Kind {
	case yaml.AliasNode: // it may contain itself
		f.err = fmt.Errorf("%s:%d: flags: no aliases, please: write the flags out", f.file, n.Line)
	case yaml.ScalarNode:
		f.text(component, n)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			f.node(component, item)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			f.entry(component, n.Content[i], n.Content[i+1])
		}
	}
}

// entry reads one flag and its value, or the flags of one component.
func (f *flagReader) entry(component string, key, v *yaml.Node) {
	isFlag := slices.Contains(workloads.FlagNames(), strings.TrimLeft(key.Value, "-"))
	if v.Kind != yaml.ScalarNode || !isFlag && strings.HasPrefix(v.Value, "--") {
		f.node(key.Value, v)
		return
	}
	f.set(component, key.Value, v.Value, key.Line)
}

// text reads --flag=value, --flag value and --flag, one or several of them.
func (f *flagReader) text(component string, n *yaml.Node) {
	words := strings.Fields(n.Value)
	for i := 0; i < len(words); i++ {
		name, value, has := strings.Cut(words[i], "=")
		if !has && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") {
			i++
			value, has = words[i], true
		}
		if !has {
			value = "true"
		}
		f.set(component, name, value, n.Line)
	}
}

// set sets a flag. One that is not modelled, or not of that component, is noted. A bare number is one of seconds where a
// span of time is meant.
func (f *flagReader) set(component, name, value string, line int) {
	name = strings.TrimLeft(name, "-")
	if f.err != nil {
		return
	}
	if !slices.Contains(workloads.FlagNames(), name) || foreign(component, name) {
		where := name
		if component != "" {
			where = component + ": " + name
		}
		f.r.notes = append(f.r.notes, fmt.Sprintf("setup.yaml:%d: flags: %s: not modelled", line, where))
		return
	}
	err := f.r.Flags.Set(name, value)
	if _, wrong := strconv.ParseFloat(value, 64); err != nil && wrong == nil {
		err = f.r.Flags.Set(name, value+"s")
	}
	if err != nil {
		f.err = fmt.Errorf("%s:%d: flags: %s: %w", f.file, line, name, err)
	}
}

// foreign tells whether a flag of that component has another meaning than the one that is modelled: all components limit
// their clients, and only the limit of the controllers is known here.
func foreign(component, name string) bool {
	return strings.HasPrefix(name, "kube-api-") && component != "" &&
		!strings.Contains(component, "controller") && component != "kcm"
}
