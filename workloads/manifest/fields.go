package manifest

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// fields is the tree of the fields of a kind that the simulation reads or may pass over.
type fields struct {
	children map[string]*fields
	whole    bool   // with all that is below it
	only     string // if not "": modelled with this value alone, which is the API's default
}

// parseFields reads lists of paths. "a.b" is a.b with all that is below it; "a.b=x" is a.b as long as it is x. Lists are
// transparent: spec.containers.image is the image of each container.
func parseFields(lists ...string) *fields {
	root := &fields{}
	for _, list := range lists {
		for _, item := range strings.Fields(list) {
			path, only, _ := strings.Cut(item, "=")
			f := root
			for _, name := range strings.Split(path, ".") {
				f = f.make(name)
			}
			f.whole, f.only = only == "", only
		}
	}
	return root
}

func (f *fields) make(name string) *fields {
	if f.children == nil {
		f.children = map[string]*fields{}
	}
	if f.children[name] == nil {
		f.children[name] = &fields{}
	}
	return f.children[name]
}

// below returns the tree under a field that has a value, nil if nothing more is to be said about it, and whether the
// field is modelled. An empty value says nothing and needs no model.
func (f *fields) below(name string, value *yaml.Node) (*fields, bool) {
	b := f.children[name]
	switch {
	case b == nil:
		return nil, empty(value)
	case b.only != "":
		return nil, empty(value) || dealias(value).Value == b.only
	case b.whole:
		return nil, true
	}
	return b, true
}

func empty(n *yaml.Node) bool {
	n = dealias(n)
	return len(n.Content) == 0 && (n.Kind != yaml.ScalarNode || n.Value == "" || isNull(n))
}

// prefixed returns a list of paths under another path.
func prefixed(prefix, list string) string {
	paths := strings.Fields(list)
	for i, p := range paths {
		paths[i] = prefix + "." + p
	}
	return strings.Join(paths, " ")
}
