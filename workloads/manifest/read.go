package manifest

import (
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/wavetank/wavetank/sim/cluster"
)

// Set is what a group of files holds. Objects stand in the order of the files; UIDs are given when a store takes them in.
type Set struct {
	Nodes            []*cluster.Node
	Pods             []*cluster.Pod
	Objects          []cluster.Object // all others
	SchedulerConfigs []RawDocument    // documents of kind KubeSchedulerConfiguration, as written
	Warnings         []string         // what is not modelled, each kind of thing once: "Pod/web: spec.hostPID: not modelled"

	uids   map[cluster.Object]string            // as the files state them
	owners map[cluster.Object][]string          // UIDs of the owners, beside ObjectMeta.Owners
	claims map[*cluster.PersistentVolume]string // UIDs of the claims that volumes are bound to
	places map[objectKey]string                 // file:line

	unscaled map[cluster.Object]bool // whose replicas the files do not state
}

// RawDocument is a document that somebody else reads.
type RawDocument struct {
	File string
	Line int // of its first line
	Data []byte
}

type objectKey struct {
	kind cluster.Kind
	name cluster.NamespacedName
}

// Options say how files are read. The zero value: what is not modelled is a warning.
type Options struct {
	Strict  bool                     // what is not modelled is an error
	Classes []*cluster.PriorityClass // those that are in the cluster already
}

// ReadFiles reads files as one group; "-" is the standard input.
func ReadFiles(paths ...string) (*Set, error) { return Options{}.ReadFiles(paths...) }

// ReadFiles is ReadFiles with options.
func (o Options) ReadFiles(paths ...string) (*Set, error) {
	r := newReader(o)
	for _, p := range paths {
		if err := r.file(p); err != nil {
			return nil, err
		}
	}
	return r.finish()
}

// Read reads one stream of YAML documents or JSON values. Errors and warnings call it by the name.
func Read(name string, in io.Reader) (*Set, error) { return Options{}.Read(name, in) }

// Read is Read with options.
func (o Options) Read(name string, in io.Reader) (*Set, error) {
	r := newReader(o)
	if err := r.stream(name, in); err != nil {
		return nil, err
	}
	return r.finish()
}

// reader turns documents into a Set. What depends on several documents (priority classes, times, owners) waits for finish.
type reader struct {
	opts     Options
	set      *Set
	strict   error // about the first thing that is not modelled, where that is an error
	kinds    map[schema.GroupVersionKind]kind
	types    map[reflect.Type]structFields
	warned   map[warning]bool
	specs    []*pendingSpec
	instants []instant
	data     []byte // of the current file
	names    map[string]int
	owned    []*ownedObject
}

// warning identifies what has been warned about: a field by its place in the tree of its kind, a kind by its name.
type warning struct {
	fields *fields
	name   string
}

func newReader(o Options) *reader {
	return &reader{
		opts: o,
		set: &Set{
			uids:   map[cluster.Object]string{},
			owners: map[cluster.Object][]string{},
			claims: map[*cluster.PersistentVolume]string{},
			places: map[objectKey]string{},

			unscaled: map[cluster.Object]bool{},
		},
		kinds:  kinds(),
		types:  map[reflect.Type]structFields{},
		warned: map[warning]bool{},
		names:  map[string]int{},
	}
}

func (r *reader) file(path string) error {
	if path == "-" {
		return r.stream("<stdin>", os.Stdin)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading manifests: %w", err)
	}
	defer f.Close()
	return r.stream(path, f)
}

func (r *reader) stream(name string, in io.Reader) error {
	data, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	nodes, err := documents(name, data)
	if err != nil {
		return err
	}
	r.data = data
	for _, n := range nodes {
		if err = r.document(&source{file: name, root: n}, "", ""); err != nil {
			return err
		}
	}
	return nil
}

// document reads one object or list. The items of a typed list may leave out apiVersion and kind.
func (r *reader) document(s *source, apiVersion, kindName string) error {
	s.kind = "document"
	if s.root.Kind != yaml.MappingNode {
		return s.errorf("", "this is no Kubernetes object but %s", describe(s.root))
	}
	if k := text(s.root, "kind"); k != "" {
		apiVersion, kindName = text(s.root, "apiVersion"), k
	}
	if kindName == "" || apiVersion == "" {
		return s.errorf("", "this is no Kubernetes object: apiVersion and kind are not stated")
	}
	s.kind, s.name = kindName, objectName(s.root, kindName)
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return s.errorf("apiVersion", "apiVersion: %q is no group and version", apiVersion)
	}
	gvk := gv.WithKind(kindName)
	switch items, _ := child(s.root, "items"); {
	case kindName == "KubeSchedulerConfiguration" && gv.Group == "kubescheduler.config.k8s.io":
		return r.schedulerConfig(s)
	case strings.HasSuffix(kindName, "List") && (items != nil || gvk == listKind):
		return r.list(s, gvk, items)
	}
	return r.object(s, gvk)
}

var listKind = schema.GroupVersionKind{Version: "v1", Kind: "List"}

// objectName returns the name for errors, from the tree: before the object itself can be trusted.
func objectName(root *yaml.Node, kindName string) string {
	name := text(root, "metadata", "name")
	if name == "" {
		name = text(root, "metadata", "generateName")
	}
	if clusterWide[kindName] || name == "" {
		return name
	}
	if ns := text(root, "metadata", "namespace"); ns != "" {
		return ns + "/" + name
	}
	return "default/" + name
}

func (r *reader) schedulerConfig(s *source) error {
	data := raw(r.data, s.root.Line)
	if s.root.Style&yaml.FlowStyle != 0 || s.root.Column != 1 {
		var err error
		if data, err = yaml.Marshal(s.root); err != nil {
			return s.errorf("", "%v", err)
		}
	}
	r.set.SchedulerConfigs = append(r.set.SchedulerConfigs, RawDocument{File: s.file, Line: s.root.Line, Data: data})
	return nil
}

func (r *reader) list(s *source, gvk schema.GroupVersionKind, items *yaml.Node) error {
	d := &decoder{source: s, types: r.types}
	entries, err := d.entries(s.root, stepField)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !slices.Contains([]string{"apiVersion", "kind", "metadata", "items"}, e.name) {
			return s.errorAt(e.line, "unknown field %q", e.name)
		}
	}
	if items == nil || isNull(items) {
		return nil
	}
	if items = dealias(items); items.Kind != yaml.SequenceNode {
		return s.errorf("items", "items: expected a list, found %s", describe(items))
	}
	apiVersion, kindName := gvk.GroupVersion().String(), strings.TrimSuffix(gvk.Kind, "List")
	if gvk == listKind {
		apiVersion, kindName = "", ""
	}
	for _, item := range items.Content {
		if err = r.document(&source{file: s.file, root: dealias(item)}, apiVersion, kindName); err != nil {
			return err
		}
	}
	return nil
}

// object reads an object that is no list.
func (r *reader) object(s *source, gvk schema.GroupVersionKind) error {
	known := scheme()
	switch {
	case !known.IsVersionRegistered(gvk.GroupVersion()):
		r.warn(s, "", warning{name: gvk.String()}, "%s/%s: %v: not modelled", gvk.Kind, bareName(s.root), gvk.GroupVersion())
		return nil
	case !known.Recognizes(gvk):
		return s.errorf("kind", "there is no kind %q in %v", gvk.Kind, gvk.GroupVersion())
	}
	o, err := known.New(gvk)
	if err != nil {
		return s.errorf("kind", "%v", err)
	}
	k := r.kinds[gvk]
	d := &decoder{source: s, types: r.types, missing: func(f *fields, name, path string) {
		r.warn(s, path, warning{f, name}, "%s/%s: %s: not modelled", gvk.Kind, bareName(s.root), path)
	}}
	if err = d.value(s.root, reflect.ValueOf(o).Elem(), k.fields); err != nil {
		return err
	}
	if k.convert == nil {
		r.warn(s, "", warning{name: gvk.String()}, "%s/%s: not modelled", gvk.Kind, bareName(s.root))
		return nil
	}
	c := &check{source: s}
	k.convert(r, c, o)
	return c.err
}

func bareName(root *yaml.Node) string {
	if name := text(root, "metadata", "name"); name != "" {
		return name
	}
	return text(root, "metadata", "generateName")
}

// warn notes what is not modelled, once.
func (r *reader) warn(s *source, path string, w warning, format string, args ...any) {
	if r.warned[w] {
		return
	}
	r.warned[w] = true
	text := fmt.Sprintf(format, args...)
	r.set.Warnings = append(r.set.Warnings, text)
	if r.opts.Strict && r.strict == nil {
		r.strict = fmt.Errorf("%s:%d: %s", s.file, s.line(path), text)
	}
}

// keep notes an object, the metadata it was made of, and where it stands. Two objects of one kind and name are an error
// that names both places.
func (r *reader) keep(c *check, o cluster.Object, m *metav1.ObjectMeta) {
	to := o.Meta()
	key := objectKey{o.Kind(), to.NamespacedName}
	if first, taken := r.set.places[key]; taken {
		c.fail("metadata.name", "there is another %v %v at %s", key.kind, key.name, first)
	}
	r.set.places[key] = c.place()
	if m.UID != "" {
		r.set.uids[o] = string(m.UID)
	}
	for _, ref := range m.OwnerReferences {
		r.set.owners[o] = append(r.set.owners[o], string(ref.UID))
	}
	if len(m.OwnerReferences) > 0 {
		r.owned = append(r.owned, &ownedObject{object: o, name: c.describe(), file: c.file, line: c.line("metadata.ownerReferences")})
	}
	r.setLater(&to.CreatedAt, m.CreationTimestamp.Time)
	if m.DeletionTimestamp != nil {
		r.setLater(&to.DeletingSince, m.DeletionTimestamp.Time)
	}
}

// add keeps an object that is neither node nor pod.
func (r *reader) add(c *check, o cluster.Object, m *metav1.ObjectMeta) {
	r.keep(c, o, m)
	r.set.Objects = append(r.set.Objects, o)
}

func (r *reader) finish() (*Set, error) {
	if r.strict != nil {
		return nil, r.strictError()
	}
	r.setTimes()
	if err := r.checkOwners(); err != nil {
		return nil, err
	}
	if err := r.finishPods(); err != nil {
		return nil, err
	}
	return r.set, nil
}

// strictError is about the first thing that is not modelled, and says how many more there are.
func (r *reader) strictError() error {
	if more := len(r.set.Warnings) - 1; more > 0 {
		return fmt.Errorf("%w (and %d more)", r.strict, more)
	}
	return r.strict
}

func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
