package manifest

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"pgregory.net/rapid"
)

// reference decodes as the API server does: through JSON, strictly.
func reference(text []byte) (runtime.Object, error) {
	strict := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme(), scheme(), json.SerializerOptions{Yaml: true, Strict: true})
	o, _, err := strict.Decode(text, nil, nil)
	return o, err
}

// ours decodes with the decoder under test.
func ours(n *yaml.Node) (runtime.Object, error) {
	gvk := schema.FromAPIVersionAndKind(text(n, "apiVersion"), text(n, "kind"))
	o, err := scheme().New(gvk)
	if err != nil {
		return nil, err
	}
	d := &decoder{source: &source{file: "f", root: n}, types: map[reflect.Type]structFields{}}
	return o, d.value(n, reflect.ValueOf(o).Elem(), nil)
}

// TestDecoderAgainstTheAPIServers compares both decoders on one object with values of every sort.
func TestDecoderAgainstTheAPIServers(t *testing.T) {
	agree(t, "inline", `
apiVersion: v1
kind: Pod
metadata:
  name: web
  creationTimestamp: 2024-01-01T00:00:00Z
  labels: {a: "1", "2": b, "yes": "on"}
  managedFields: [{manager: m, fieldsV1: {"f:a": {".": {}, "n": 1.5, "b": [true, null]}}}]
spec:
  priority: 1e3
  activeDeadlineSeconds: 10.0
  hostNetwork: yes
  terminationGracePeriodSeconds: null
  volumes:
  - {name: a, secret: {secretName: s, defaultMode: 0644}}
  - {name: b, emptyDir: {sizeLimit: 1.5Gi}}
  containers:
  - name: c
    command: [sh, -c, "echo \u00e9"]
    args:
    - |
      several
      lines
    resources: {requests: {cpu: .5, memory: 1000000, nvidia.com/gpu: "1"}}
    livenessProbe: {httpGet: {port: 80}, periodSeconds: 0x10}
    readinessProbe: {tcpSocket: {port: http}}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
data: {a: aGVsbG8=, b: ""}
stringData: {c: "text"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: s}
immutable: true
binaryData: {a: AAECAw==}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}, selector: null}
`)
}

// agree requires that both decoders accept and refuse the same documents, and read the same from them.
func agree(t *testing.T, name, text string) (compared int) {
	nodes, err := documents(name, []byte(text))
	if err != nil {
		return 0
	}
	for _, n := range nodes {
		want, wantErr := reference(raw([]byte(text), n.Line))
		if runtime.IsNotRegisteredError(wantErr) || runtime.IsMissingKind(wantErr) || runtime.IsMissingVersion(wantErr) {
			continue
		}
		got, gotErr := ours(n)
		compared++
		if wantErr != nil || gotErr != nil {
			require.Error(t, gotErr, "%s:%d: the API server says %v", name, n.Line, wantErr)
			require.Error(t, wantErr, "%s:%d: only we refuse it: %v", name, n.Line, gotErr)
			continue
		}
		require.JSONEq(t, asJSON(t, want), asJSON(t, got), "%s:%d", name, n.Line)
	}
	return compared
}

func asJSON(t *testing.T, o runtime.Object) string {
	var b strings.Builder
	plain := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme(), scheme(), json.SerializerOptions{})
	require.NoError(t, plain.Encode(o, &b))
	return b.String()
}

// TestDecoderOnCollectedManifests compares both decoders on manifests from everywhere.
func TestDecoderOnCollectedManifests(t *testing.T) {
	var files []string
	_ = filepath.WalkDir("../../../shared/traces/k8s", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".yaml" {
			files = append(files, path)
		}
		return nil
	})
	if len(files) == 0 {
		t.Skip("collected manifests are not beside this checkout")
	}
	compared := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		if !strings.Contains(string(text), "{{") {
			compared += agree(t, f, string(text))
		}
	}
	t.Logf("%d documents of %d files agree", compared, len(files))
	require.Greater(t, compared, 1000)
}

// TestModelledFieldsExist: a path of the table that no API type has would never match.
func TestModelledFieldsExist(t *testing.T) {
	d := &decoder{types: map[reflect.Type]structFields{}}
	for gvk, k := range kinds() {
		o, err := scheme().New(gvk)
		require.NoError(t, err)
		requireFields(t, d, gvk.Kind, reflect.TypeOf(o), k.fields)
	}
}

func requireFields(t *testing.T, d *decoder, path string, typ reflect.Type, f *fields) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	for name, below := range f.children {
		require.Equal(t, reflect.Struct, typ.Kind(), path)
		index, ok := d.layout(typ)[name]
		require.True(t, ok, "%s.%s", path, name)
		requireFields(t, d, path+"."+name, typ.FieldByIndex(index).Type, below)
	}
}

// TestDocumentation: doc.go names every kind that is modelled, and every field of a pod.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for gvk := range kinds() {
		require.Contains(t, string(text), gvk.Kind)
	}
	for _, list := range []string{podSpecFields, containerFields, volumeFields} {
		for _, item := range strings.Fields(list) {
			path, only, _ := strings.Cut(item, "=")
			if only == "" {
				first, _, _ := strings.Cut(path, ".")
				require.Contains(t, string(text), first)
			}
		}
	}
}

// TestLineOfPath: an error finds its field in any document, or the nearest one above it.
func TestLineOfPath(t *testing.T) {
	nodes, err := documents("f", []byte("a:\n  b:\n  - c: 1\n    d.e:\n      f: 2\n"))
	require.NoError(t, err)
	s := &source{file: "f", root: nodes[0]}
	for path, want := range map[string]int{"": 1, "a": 1, "a.b": 2, "a.b[0]": 3, "a.b[0].c": 3, "a.b[0][d.e]": 4, "a.b[0][d.e].f": 5, "a.b[1].c": 2, "a.x.y": 1, "z": 1} {
		require.Equal(t, want, s.line(path), path)
	}
}

// TestSharingSpecs compares sharing with the plain definition: two pods share a spec if and only if the API would
// return the same spec for both.
func TestSharingSpecs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newReader(Options{})
		specs := map[string]any{}
		for i := range rapid.IntRange(2, 12).Draw(t, "pods") {
			spec := corev1.PodSpec{
				NodeSelector: map[string]string{"a": rapid.SampledFrom([]string{"x", "y"}).Draw(t, "selector")},
				HostNetwork:  rapid.Bool().Draw(t, "network"),
				Containers:   []corev1.Container{{Name: "c", Image: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "image")}},
			}
			o := &corev1.Pod{Spec: spec}
			o.Name = "p" + string(rune('a'+i))
			c := &check{source: &source{file: "f", root: &yaml.Node{}, kind: "Pod"}}
			podObject(r, c, o)
			if c.err != nil {
				t.Fatal(c.err)
			}
			specs[o.Name] = spec
		}
		set, err := r.finish()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range set.Pods {
			for _, q := range set.Pods {
				if (p.Spec == q.Spec) != reflect.DeepEqual(specs[p.Name], specs[q.Name]) {
					t.Fatalf("%s and %s", p.Name, q.Name)
				}
			}
		}
	})
}

// TestMergedEntries compares merging with its definition, a map that is filled from the last merge to the first, and
// then by what is written out.
func TestMergedEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}), 0, 5, rapid.ID[string])
		mapping := func(value string) (*yaml.Node, []string) {
			n := &yaml.Node{Kind: yaml.MappingNode}
			list := keys.Draw(t, value)
			for _, k := range list {
				n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: k}, &yaml.Node{Kind: yaml.ScalarNode, Value: value})
			}
			return n, list
		}
		first, inFirst := mapping("first")
		second, inSecond := mapping("second")
		n, own := mapping("own")
		merged := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{first, {Kind: yaml.AliasNode, Alias: second}}}
		n.Content = slices.Concat([]*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!merge", Value: "<<"}, merged}, n.Content)

		want := map[string]string{}
		for _, layer := range []struct {
			value string
			keys  []string
		}{{"second", inSecond}, {"first", inFirst}, {"own", own}} {
			for _, k := range layer.keys {
				want[k] = layer.value
			}
		}
		entries, err := (&decoder{source: &source{root: n}}).entries(n, stepField)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, e := range entries {
			got[e.name] = e.value.Value
		}
		if len(entries) != len(want) || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
