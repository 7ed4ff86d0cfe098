package workloads

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/traces"
)

func build(t *testing.T, s *Scenario, paths Paths) (*cluster.Store, error) {
	t.Helper()
	store := cluster.NewStore(sim.New(s.Seed))
	return store, s.BuildNodes(store, paths)
}

// linux adds the labels that every node has.
func linux(labels cluster.Labels) cluster.Labels {
	for _, prefix := range []string{"", "beta."} {
		labels[prefix+"kubernetes.io/os"], labels[prefix+"kubernetes.io/arch"] = "linux", "amd64"
	}
	return labels
}

func TestNodesOfAGroup(t *testing.T) {
	s := decode(t, strings.Replace(full, "  - trace: {format: openb, path: nodes.csv, take: {every: 2, nodes: 10, gpus: 64}, pods: 64}\n", "", 1))
	store, err := build(t, s, Paths{})
	require.NoError(t, err)
	require.Equal(t, 31, store.Len(cluster.KindNode))

	n := store.Node("web-4.example")
	require.Equal(t, linux(cluster.Labels{
		"pool": "web", "empty": "", cluster.LabelHostname: "web-4.example", cluster.LabelZone: "b", cluster.LabelRegion: "north",
		cluster.LabelGPUModel: "G2",
	}), n.Labels)
	require.Equal(t, int64(16000), n.Capacity.MilliCPU)
	require.Equal(t, int64(15500), n.Allocatable.MilliCPU)
	require.Equal(t, int64(2), n.Allocatable.Get("example.com/disk"))
	require.Equal(t, int64(200), n.AllocatablePods)
	require.Equal(t, 8, n.GPUs)
	require.Equal(t, s.Cluster[0].Nodes.Taints, n.Taints)

	plain := store.Node("n1-0")
	require.Equal(t, linux(cluster.Labels{cluster.LabelHostname: "n1-0"}), plain.Labels)
	require.Equal(t, int64(DefaultPods), plain.AllocatablePods)
	require.Zero(t, plain.GPUs)
}

func TestZonesAndRegions(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"none", "count: 2", "/ /"},
		{"zones in turn", "count: 3\n    zones: [a, b]", "/a /b /a"},
		{"one region for all", "count: 3\n    zones: [a, b]\n    regions: [r]", "r/a r/b r/a"},
		{"a region for each zone", "count: 5\n    zones: [a, b]\n    regions: [r, s]", "r/a s/b r/a s/b r/a"},
		{"a region without zones", "count: 2\n    regions: [r]", "r/ r/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, err := build(t, decode(t, inNodes(c.keys)), Paths{})
			require.NoError(t, err)
			var got []string
			for _, o := range store.List(cluster.KindNode) {
				labels := o.Meta().Labels
				got = append(got, labels[cluster.LabelRegion]+"/"+labels[cluster.LabelZone])
			}
			require.Equal(t, c.want, strings.Join(got, " "))
		})
	}
}

// nodeTable has ten nodes a..j; every second one has two GPUs.
func nodeTable(t *testing.T) string {
	t.Helper()
	text := "sn,cpu_milli,memory_mib,gpu,model\n"
	for i := range 10 {
		gpus, model := i%2*2, ""
		if gpus > 0 {
			model = "G2"
		}
		text += fmt.Sprintf("%c,%d,1024,%d,%s\n", 'a'+i, 1000*(i+1), gpus, model)
	}
	return writeFile(t, text)
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "nodes.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestNodesOfATrace(t *testing.T) {
	file := nodeTable(t)
	for _, c := range []struct{ name, keys, want string }{
		{"all", "", "a b c d e f g h i j"},
		{"the first ones", ", take: {nodes: 3}", "a b c"},
		{"up to so many GPUs", ", take: {gpus: 4}", "a b c d"},
		{"the node that passes the mark is kept", ", take: {gpus: 3}", "a b c d"},
		{"every third", ", take: {every: 3}", "a d g j"},
		{"every third, and of these the first two", ", take: {every: 3, nodes: 2}", "a d"},
		{"whatever ends first", ", take: {nodes: 3, gpus: 4}", "a b c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := decode(t, inEntry("trace: {format: openb, path: nodes.csv"+c.keys+"}"))
			store, err := build(t, s, Paths{Traces: filepath.Dir(file)})
			require.NoError(t, err)
			var names []string
			for _, o := range store.List(cluster.KindNode) {
				names = append(names, o.Meta().Name)
			}
			require.Equal(t, c.want, strings.Join(names, " "))
		})
	}
	store, err := build(t, decode(t, inEntry("trace: {format: openb, path: "+file+", pods: 7}")), Paths{Traces: "/nowhere"})
	require.NoError(t, err, "an absolute path stays as it is")
	b := store.Node("b")
	require.Equal(t, cluster.Resources{MilliCPU: 2000, Memory: 1 << 30}, b.Allocatable)
	require.Equal(t, linux(cluster.Labels{cluster.LabelHostname: "b", cluster.LabelGPUModel: "G2"}), b.Labels)
	require.Equal(t, int64(7), b.AllocatablePods)
	require.Equal(t, 2, b.GPUs)
}

func TestBuildErrors(t *testing.T) {
	file := nodeTable(t)
	entry := func(path, more string) string { return inEntry("trace: {format: openb, path: " + path + more + "}") }
	broken := writeFile(t, "sn,cpu_milli,memory_mib,gpu,model\na,1,1,0,\nb,-1,1,0,\n")
	large := writeFile(t, "sn,cpu_milli,memory_mib,gpu,model\na,1,1,65,G2\n")
	empty := writeFile(t, "sn,cpu_milli,memory_mib,gpu,model\n")
	for _, c := range []struct{ name, text, want string }{
		{"a file that is missing", entry("none.csv", ""), "x.yaml:3: cluster[0].trace.path: none.csv: no such trace file: file does not exist"},
		{"a broken row", entry(broken, ""), "x.yaml:3: cluster[0].trace.path: " + broken + ":3: cpu_milli: negative: -1"},
		{"a broken row behind the cut", entry(broken, ", take: {nodes: 1}"), "x.yaml:3: cluster[0].trace.path: " + broken + ":3: cpu_milli: negative: -1"},
		{"too many devices", entry(large, ""), "x.yaml:3: cluster[0].trace.path: " + large + ":2: node a has 65 GPUs: over 64"},
		{"no rows", entry(empty, ""), "x.yaml:3: cluster[0].trace.path: no nodes in " + empty},
		{"more nodes than there are", entry(file, ", take: {nodes: 11}"),
			"x.yaml:3: cluster[0].trace.take: the file does not have so many: 10 nodes with 10 GPUs are all of it"},
		{"more GPUs than there are", entry(file, ", take: {every: 2, gpus: 1}"),
			"x.yaml:3: cluster[0].trace.take: the file does not have so many: 5 nodes with 0 GPUs are all of it"},
		{"a name that comes twice", inEntry("nodes: {name: \"n-{i}\", count: 12, capacity: {cpu: 1, memory: 1}}\n- nodes: {name: \"n-1{i}\", capacity: {cpu: 1, memory: 1}}"),
			"x.yaml:4: cluster[1].nodes: node n-10 comes twice: another entry has it too"},
		{"a fault of no node", inScenario("faults:\n- {node: n-0, at: 1s}\n- {zone: b, at: 1s}"), "x.yaml:7: faults[1]: no node of the cluster answers to it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := build(t, decode(t, c.text), Paths{})
			require.EqualError(t, err, c.want)
		})
	}
	_, err := build(t, decode(t, entry("none.csv", "")), Paths{})
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestOpenWorkload(t *testing.T) {
	file := writeFile(t, podTable)
	text := strings.Replace(small, "workload:", "workload:\n  - trace: {format: openb, path: nodes.csv}", 1)
	s := decode(t, text)
	w, err := s.OpenWorkload(sim.New(1), Paths{Traces: filepath.Dir(file)})
	require.NoError(t, err)
	require.Len(t, drain(t, w), 14)
	require.NoError(t, w.Close())

	_, err = s.OpenWorkload(sim.New(1), Paths{Traces: "/nowhere"})
	require.EqualError(t, err, "x.yaml:4: workload[0].trace.path: /nowhere/nodes.csv: no such trace file: file does not exist")
}

func TestEveryFormatCanBeNamed(t *testing.T) {
	for _, format := range traces.Formats() {
		decode(t, inEntry("trace: {format: "+format+", path: a.csv}"))
	}
}
