package manifest

import (
	"gopkg.in/yaml.v3"
)

// entry is one key of a mapping, with the keys of merged mappings (<<) in place.
type entry struct {
	name  string
	line  int
	value *yaml.Node
}

// entries returns the keys of a mapping in the order written; kind says how an error names them. A doubled key is an error; a key that a merge brings in
// yields to one that is written out, and to an earlier merge.
func (d *decoder) entries(n *yaml.Node, kind stepKind) ([]entry, error) {
	if n.Kind != yaml.MappingNode {
		return nil, d.wrong(n, "expected a mapping, found %s", describe(n))
	}
	list := make([]entry, 0, len(n.Content)/2)
	var merged []*yaml.Node
	seen := newNames(len(n.Content) / 2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := dealias(n.Content[i])
		switch {
		case key.Tag == "!!merge":
			merged = append(merged, n.Content[i+1])
			continue
		case key.Kind != yaml.ScalarNode:
			return nil, d.wrong(key, "a key must be a string, found %s", describe(key))
		case !seen.add(key.Value):
			d.path = append(d.path, step{name: key.Value, kind: kind})
			return nil, d.errorAt(key.Line, "field %q is stated twice", d.pathString())
		}
		list = append(list, entry{key.Value, key.Line, n.Content[i+1]})
	}
	return d.merge(list, seen, merged, 0)
}

func (d *decoder) merge(list []entry, seen *names, merged []*yaml.Node, depth int) ([]entry, error) {
	for _, m := range merged {
		var err error
		if list, err = d.mergeOne(list, seen, dealias(m), depth); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (d *decoder) mergeOne(list []entry, seen *names, m *yaml.Node, depth int) ([]entry, error) {
	if d.aliased += 1 + len(m.Content); depth > maxDepth || d.aliased > maxAliased {
		return nil, d.wrong(m, "merges (<<) expand to too much")
	}
	if m.Kind == yaml.SequenceNode {
		return d.merge(list, seen, m.Content, depth+1)
	}
	if m.Kind != yaml.MappingNode {
		return nil, d.wrong(m, "only a mapping can be merged (<<), found %s", describe(m))
	}
	var nested []*yaml.Node
	for i := 0; i+1 < len(m.Content); i += 2 {
		key := dealias(m.Content[i])
		switch {
		case key.Tag == "!!merge":
			nested = append(nested, m.Content[i+1])
		case key.Kind == yaml.ScalarNode && seen.add(key.Value):
			list = append(list, entry{key.Value, key.Line, m.Content[i+1]})
		}
	}
	return d.merge(list, seen, nested, depth+1)
}

// names is a small set of strings: most mappings have so few keys that comparing them all beats hashing.
type names struct {
	few  []string
	many map[string]bool
}

const fewNames = 12

func newNames(n int) *names {
	if n > fewNames {
		return &names{many: make(map[string]bool, n)}
	}
	return &names{few: make([]string, 0, n)}
}

// add adds a name and tells whether it is new.
func (s *names) add(name string) bool {
	if s.many != nil {
		if s.many[name] {
			return false
		}
		s.many[name] = true
		return true
	}
	for _, f := range s.few {
		if f == name {
			return false
		}
	}
	s.few = append(s.few, name)
	return true
}
