package app_test

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A direction lists the packages of ours that the packages of a folder may
// import. What is not listed is forbidden, so that a new edge in the graph is
// a decision and not an accident.
type direction struct {
	folder string
	may    []string
	reason string
}

// The first direction that matches a folder holds.
var directions = []direction{
	{"sim/cluster", []string{"sim"},
		"the modelled world knows time and nothing else: who acts on it stands above it"},
	{"sim/kubelet", []string{"sim", "sim/cluster"}, meetInStore},
	{"sim/fault", []string{"sim", "sim/cluster"}, meetInStore},
	{"sim/load", []string{"sim", "sim/cluster"}, meetInStore},
	{"sim/admission", []string{"sim", "sim/cluster"}, meetInStore},
	{"sim/eviction", []string{"sim", "sim/cluster"}, meetInStore},
	{"sim/simtest", []string{"..."},
		"the harness of script tests wires the whole simulation together"},
	{"sim/controller", []string{"sim", "sim/cluster"}, meetInStore},
	{"sim/controller/...", []string{"sim", "sim/cluster", "sim/controller"}, meetInStore},
	{"sim", nil,
		"the kernel has never heard of a pod"},
	{"scheduler", []string{"sim", "sim/cluster", "scheduler/framework"},
		"the scheduler knows contracts, not policies: a policy's name stands in its own file, in plugins/registry.go and in YAML"},
	{"scheduler/framework", []string{"sim", "sim/cluster"},
		"contracts only: whoever implements or calls them stands above them"},
	{"scheduler/plugins", []string{"sim", "sim/cluster", "scheduler/framework"},
		"a policy sees the contracts and the cluster, never the scheduler's insides"},
	{"scheduler/config", []string{"sim", "sim/cluster", "scheduler", "scheduler/framework"},
		"configuration in, profiles out: plugins are found through the registry that is handed in"},
	{"scheduler/examples/...", []string{"..."},
		"an example is a program, and composes as a program does"},
	{"traces/...", []string{"traces/..."},
		"a trace reader is of use without a simulator"},
	{"workloads/...", []string{"workloads/...", "traces/...", "sim", "sim/cluster"},
		"a workload does not know who schedules it or who measures it"},
	{"results/...", []string{"results/...", "sim", "sim/cluster", "scheduler/framework"},
		"results read changes and decisions, whatever policy and workload made them"},
	{"cmd/...", []string{"..."},
		"the composition root joins everything"},
}

const meetInStore = "controllers, kubelet, faults, load and scheduler never import each other: they meet in the store, and what one must read of another it declares on its own side"

// A fence keeps a library in the folders that need it.
type fence struct {
	path   string // an import path, or the beginning of one
	within []string
	reason string
}

var fences = []fence{
	{"k8s.io/kubernetes", nil,
		"it enters scheduler/conformance alone, a module of its own, so that users never download it"},
	{"k8s.io/", kubernetesEdge,
		"Kubernetes' own types stay at the edge, out of the hot path"},
	{"sigs.k8s.io/", kubernetesEdge,
		"Kubernetes' own types stay at the edge, out of the hot path"},
	{"github.com/spf13/", []string{"cmd/..."},
		"the command line is the business of cmd"},
	{"github.com/schollz/progressbar", []string{"cmd/..."},
		"progress is shown by the command line; a simulation draws nothing"},
	{"github.com/olekukonko/tablewriter", []string{"results/...", "cmd/..."},
		"tables are made where results are shown"},
	{"github.com/guptarohit/asciigraph", []string{"results/...", "cmd/..."},
		"charts are made where results are shown"},
	{"gonum.org/v1/plot", []string{"results/...", "cmd/..."},
		"figures are made where results are shown"},
	{"github.com/parquet-go/", []string{"traces/...", "results/..."},
		"columnar files are read by traces and written by results"},
	{"github.com/ulikunitz/xz", []string{"traces/..."}, "decoders belong to the trace readers"},
	{"github.com/vmihailenco/msgpack", []string{"traces/..."}, "decoders belong to the trace readers"},
	{"modernc.org/sqlite", []string{"traces/..."}, "decoders belong to the trace readers"},
	{"testing", testHarnesses, testsOnly},
	{"github.com/stretchr/testify", testHarnesses, testsOnly},
	{"github.com/cockroachdb/datadriven", testHarnesses, testsOnly},
	{"github.com/rogpeppe/go-internal", testHarnesses, testsOnly},
	{"pgregory.net/rapid", testHarnesses, testsOnly},
}

var kubernetesEdge = []string{"workloads/manifest", "scheduler/config"}

const testsOnly = "test libraries stay out of the program"

// testHarnesses are packages that exist for tests of other packages.
var testHarnesses = []string{"sim/simtest", "sim/controller/controllertest"}

// decoders are the only libraries that traces may use.
var decoders = []string{
	"github.com/klauspost/compress",
	"github.com/ulikunitz/xz",
	"github.com/parquet-go/",
	"github.com/vmihailenco/msgpack",
	"modernc.org/sqlite",
}

// checkImports returns one message for each import of a file that breaks a
// rule.
func checkImports(s source) []string {
	var broken []string
	for _, spec := range s.file.Imports {
		imported := importPath(spec)
		if rule := judge(s, imported); rule != "" {
			broken = append(broken, fmt.Sprintf("%s: %s may not import %s: %s", s.at(spec.Pos()), s.folder(), imported, rule))
		}
	}
	return broken
}

// judge returns the reason why a file may not import a package, or nothing.
func judge(s source, imported string) string {
	ours, own := strings.CutPrefix(imported, module+"/")
	switch {
	case s.isTest():
		return judgeTest(s, ours, own)
	case own:
		return judgeDirection(s.folder(), ours)
	default:
		return judgeLibrary(s.folder(), imported)
	}
}

// judgeTest lets tests import what they need, save in the kernel: what can
// only be tested with a pod at hand does not belong there.
func judgeTest(s source, ours string, own bool) string {
	if s.folder() == "sim" && own && ours != "sim" {
		return "the kernel's tests have never heard of a pod either"
	}
	return ""
}

func judgeDirection(folder, ours string) string {
	d, ok := directionOf(folder)
	if !ok {
		return "no direction covers " + folder + ": add one, with its reason, to directions in imports_test.go"
	}
	if matchAny(d.may, ours) {
		return ""
	}
	return d.reason
}

func judgeLibrary(folder, library string) string {
	if match("traces/...", folder) && !standard(library) && !hasAnyPrefix(library, decoders) {
		return "traces use the standard library and decoders only: a trace reader is of use without a simulator"
	}
	for _, f := range fences {
		if inLibrary(f.path, library) {
			return f.judge(folder)
		}
	}
	return ""
}

func (f fence) judge(folder string) string {
	if matchAny(f.within, folder) {
		return ""
	}
	return f.reason
}

func directionOf(folder string) (direction, bool) {
	for _, d := range directions {
		if match(d.folder, folder) {
			return d, true
		}
	}
	return direction{}, false
}

func matchAny(patterns []string, folder string) bool {
	for _, p := range patterns {
		if match(p, folder) {
			return true
		}
	}
	return false
}

// inLibrary says whether an import path is the library or below it.
func inLibrary(library, imported string) bool {
	return imported == library || strings.HasPrefix(imported, strings.TrimSuffix(library, "/")+"/")
}

func hasAnyPrefix(imported string, libraries []string) bool {
	for _, l := range libraries {
		if inLibrary(l, imported) {
			return true
		}
	}
	return false
}

// standard says whether a path is of the standard library: its first element
// has no dot.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

func TestImports(t *testing.T) {
	for _, s := range readTree(t) {
		for _, message := range checkImports(s) {
			t.Error(message)
		}
	}
}

// TestEveryPackageHasADirection keeps a new folder from escaping the rules
// because it imports nothing of ours yet.
func TestEveryPackageHasADirection(t *testing.T) {
	for _, s := range readTree(t) {
		_, ok := directionOf(s.folder())
		require.True(t, ok, "%s: no direction covers %s: add one, with its reason, to directions in imports_test.go", s.path, s.folder())
	}
}

func TestRulesGiveReasons(t *testing.T) {
	for _, d := range directions {
		require.NotEmpty(t, d.reason, d.folder)
	}
	for _, f := range fences {
		require.NotEmpty(t, f.reason, f.path)
	}
}

func TestCheckImports(t *testing.T) {
	const ours = module + "/"
	for _, c := range []struct {
		file, imported string
		want           string // part of the message; empty: allowed
	}{
		{"sim/queue.go", "container/heap", ""},
		{"sim/queue.go", ours + "sim/cluster", "never heard of a pod"},
		{"sim/queue_test.go", "github.com/stretchr/testify/require", ""},
		{"sim/queue_test.go", ours + "sim", ""},
		{"sim/queue_test.go", ours + "sim/cluster", "kernel's tests"},
		{"sim/cluster/store.go", ours + "sim", ""},
		{"sim/cluster/store.go", ours + "sim/kubelet", "who acts on it stands above it"},
		{"sim/cluster/store_test.go", ours + "sim/simtest", ""},
		{"sim/kubelet/kubelet.go", ours + "sim/fault", "they meet in the store"},
		{"sim/fault/fault.go", ours + "scheduler", "they meet in the store"},
		{"sim/load/load.go", ours + "sim/controller", "they meet in the store"},
		{"sim/controller/hpa/controller.go", ours + "sim/controller", ""},
		{"sim/controller/hpa/controller.go", ours + "sim/controller/deployment", "they meet in the store"},
		{"sim/controller/hpa/controller.go", ours + "sim/load", "they meet in the store"},
		{"sim/controller/manager.go", ours + "sim/controller/hpa", "they meet in the store"},
		{"scheduler/cycle.go", ours + "scheduler/framework", ""},
		{"scheduler/cycle.go", ours + "scheduler/plugins", "not policies"},
		{"scheduler/cycle.go", ours + "sim/kubelet", "not policies"},
		{"scheduler/cycle_test.go", ours + "scheduler/plugins", ""},
		{"scheduler/framework/plugin.go", ours + "scheduler", "contracts only"},
		{"scheduler/plugins/fit.go", ours + "scheduler", "never the scheduler's insides"},
		{"scheduler/config/load.go", ours + "scheduler/plugins", "registry that is handed in"},
		{"scheduler/config/load.go", "k8s.io/kube-scheduler/config/v1", ""},
		{"scheduler/config/load.go", "k8s.io/kubernetes/pkg/scheduler", "module of its own"},
		{"scheduler/plugins/affinity.go", "k8s.io/api/core/v1", "hot path"},
		{"workloads/manifest/read.go", "k8s.io/api/core/v1", ""},
		{"workloads/manifest/read.go", "sigs.k8s.io/yaml", ""},
		{"workloads/scenario.go", "sigs.k8s.io/yaml", "hot path"},
		{"workloads/scenario.go", ours + "traces", ""},
		{"workloads/scenario.go", ours + "results", "who measures it"},
		{"workloads/scenario.go", ours + "scheduler/plugins", "who schedules it"},
		{"results/rows.go", ours + "scheduler/framework", ""},
		{"results/rows.go", ours + "scheduler/plugins", "whatever policy"},
		{"results/rows.go", ours + "workloads", "whatever policy"},
		{"traces/openb.go", "github.com/klauspost/compress/zstd", ""},
		{"traces/openb.go", "gonum.org/v1/gonum/stat", "decoders only"},
		{"traces/openb.go", ours + "sim", "without a simulator"},
		{"results/table.go", "github.com/olekukonko/tablewriter", ""},
		{"scheduler/table.go", "github.com/olekukonko/tablewriter", "where results are shown"},
		{"sim/cluster/builders.go", "testing", "test libraries"},
		{"sim/simtest/script.go", "testing", ""},
		{"sim/cluster/builders.go", "github.com/stretchr/testify/require", "test libraries"},
		{"sim/novelty/novelty.go", ours + "sim", "no direction covers sim/novelty"},
		{"cmd/wavetank/app/run.go", ours + "scheduler/plugins", ""},
		{"cmd/wavetank/app/run.go", "github.com/spf13/cobra", ""},
		{"results/flags.go", "github.com/spf13/cobra", "business of cmd"},
	} {
		t.Run(path.Base(c.file)+" imports "+path.Base(c.imported), func(t *testing.T) {
			got := checkImports(parseString(t, c.file, "package p\n\nimport _ \""+c.imported+"\"\n"))
			if c.want == "" {
				require.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			require.Contains(t, got[0], c.file+":3: ")
			require.Contains(t, got[0], c.imported)
			require.Contains(t, got[0], c.want)
		})
	}
}
