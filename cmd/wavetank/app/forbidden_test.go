package app_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A ban is a set of names of one package that only the files within may use.
type ban struct {
	path   string
	names  []string
	reason string
}

const (
	ownClock = "a simulation is told the time: ask the engine, or take a clock from the caller"
	ownLuck  = "randomness is passed in and named, so that the same seed gives the same bytes: draw from a stream of the engine"
)

// simulationBans hold everywhere except in cmd, which lives in the real world.
var simulationBans = []ban{
	{"time", []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}, ownClock},
	{"context", []string{"WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause"}, ownClock},
}

// exitBans hold everywhere: an error is handled once and printed once, in main.
var exitBans = []ban{
	{"os", []string{"Exit"}, "only main ends the process: return an error"},
	{"log", []string{"Fatal", "Fatalf", "Fatalln"}, "only main ends the process: return an error"},
}

const mainFile = "cmd/wavetank/main.go"

// bannedImports draw their luck from the machine, whatever is called in them.
var bannedImports = []string{"crypto/rand", "hash/maphash"}

// localRand lists what may be used of math/rand and math/rand/v2: the types
// and their constructors. All else draws from the process-wide generator.
var localRand = []string{"New", "NewPCG", "NewChaCha8", "NewSource", "NewZipf", "Rand", "Source", "Source64", "PCG", "ChaCha8", "Zipf"}

// distributions are the packages of gonum whose types draw from the
// process-wide generator when their Src is nil.
var distributions = []string{"gonum.org/v1/gonum/stat/distuv", "gonum.org/v1/gonum/stat/distmv"}

// An exception lets one file use one forbidden thing, for a reason.
type exception struct{ file, what, reason string }

// exceptions are few. An exception that is no longer needed fails the test.
var exceptions = []exception{
	{"scheduler/examples/outoftree/main.go", "os.Exit", "it is a main function, which shows how to write one"},
}

// A finding is one use of something forbidden. What is short ("time.Now", "go
// statement"): exceptions name it.
type finding struct{ at, what, reason string }

func (f finding) String() string { return fmt.Sprintf("%s: %s: %s", f.at, f.what, f.reason) }

// A checker walks one file. It works on names: a variable called like an
// imported package hides it from the reader, and is judged as the package.
type checker struct {
	source
	packages map[string]string          // name in this file -> import path
	harmless map[*ast.CompositeLit]bool // distributions that are never drawn from
	found    []finding
}

// checkForbidden returns every use of something forbidden in a file.
func checkForbidden(s source) []finding {
	c := &checker{source: s, packages: map[string]string{}, harmless: map[*ast.CompositeLit]bool{}}
	for _, spec := range s.file.Imports {
		c.addImport(spec)
	}
	ast.Inspect(s.file, func(n ast.Node) bool { c.visit(n); return true })
	return c.found
}

func (c *checker) report(pos token.Pos, what, reason string) {
	c.found = append(c.found, finding{c.at(pos), what, reason})
}

func (c *checker) addImport(spec *ast.ImportSpec) {
	imported := importPath(spec)
	name := packageName(imported)
	if spec.Name != nil {
		name = spec.Name.Name
	}
	c.packages[name] = imported
	if name == "." {
		c.report(spec.Pos(), "dot import", "it hides where a name comes from, from readers and from this check")
	}
	if !c.inCmd() && slices.Contains(bannedImports, imported) {
		c.report(spec.Pos(), imported, ownLuck)
	}
}

// packageName is the name that an import gets when the file gives it none:
// the last element of its path that is not a major version.
func packageName(imported string) string {
	base := path.Base(imported)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		return path.Base(path.Dir(imported))
	}
	return base
}

func (c *checker) visit(n ast.Node) {
	if sel, ok := n.(*ast.SelectorExpr); ok && c.path != mainFile {
		c.checkBans(sel, exitBans)
	}
	if c.inCmd() {
		return
	}
	switch n := n.(type) {
	case *ast.GoStmt:
		c.report(n.Pos(), "go statement", "one process, one order of events: a goroutine has an order of its own")
	case *ast.SelectorExpr:
		c.checkBans(n, simulationBans)
		c.checkRand(n)
		c.checkDraw(n)
	case *ast.CallExpr:
		c.checkConstructor(n)
	case *ast.CompositeLit:
		c.checkLiteral(n)
	}
}

// selected returns the import path and the name of a selector on a package.
func (c *checker) selected(e ast.Expr) (imported, name string) {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	ident, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return c.packages[ident.Name], sel.Sel.Name
}

func (c *checker) checkBans(sel *ast.SelectorExpr, bans []ban) {
	imported, name := c.selected(sel)
	for _, b := range bans {
		if imported == b.path && slices.Contains(b.names, name) {
			c.report(sel.Pos(), imported+"."+name, b.reason)
		}
	}
}

func (c *checker) checkRand(sel *ast.SelectorExpr) {
	imported, name := c.selected(sel)
	if imported != "math/rand" && imported != "math/rand/v2" {
		return
	}
	if !slices.Contains(localRand, name) {
		c.report(sel.Pos(), "rand."+name, ownLuck)
	}
}

// checkDraw looks at a method of a distribution. One that is written down only
// to be asked for a quantile or a density is harmless without Src; Rand of the
// package's own UnitNormal and UnitUniform is not.
func (c *checker) checkDraw(sel *ast.SelectorExpr) {
	if lit, ok := ast.Unparen(sel.X).(*ast.CompositeLit); ok && sel.Sel.Name != "Rand" {
		c.harmless[lit] = true
	}
	imported, name := c.selected(sel.X)
	if slices.Contains(distributions, imported) && sel.Sel.Name == "Rand" {
		c.report(sel.Pos(), path.Base(imported)+"."+name+".Rand", ownLuck)
	}
}

// checkConstructor looks at calls such as distuv.NewCategorical(weights, nil).
func (c *checker) checkConstructor(call *ast.CallExpr) {
	imported, name := c.selected(call.Fun)
	if slices.Contains(distributions, imported) && slices.ContainsFunc(call.Args, isNil) {
		c.report(call.Pos(), path.Base(imported)+"."+name+" without Src", ownLuck)
	}
}

// checkLiteral wants a Src in every distribution that is written down, alone
// or as an element of a slice, array or map.
func (c *checker) checkLiteral(lit *ast.CompositeLit) {
	if c.isDistribution(lit.Type) {
		c.checkSrc(lit, lit.Type)
	}
	elem := elementType(lit.Type)
	if !c.isDistribution(elem) {
		return
	}
	for _, e := range lit.Elts {
		if inner, ok := value(e).(*ast.CompositeLit); ok && inner.Type == nil {
			c.checkSrc(inner, elem)
		}
	}
}

func (c *checker) checkSrc(lit *ast.CompositeLit, typ ast.Expr) {
	if c.harmless[lit] || slices.ContainsFunc(lit.Elts, setsSrc) {
		return
	}
	imported, name := c.selected(typ)
	c.report(lit.Pos(), path.Base(imported)+"."+name+" without Src", ownLuck)
}

func (c *checker) isDistribution(typ ast.Expr) bool {
	imported, _ := c.selected(typ)
	return slices.Contains(distributions, imported)
}

func elementType(typ ast.Expr) ast.Expr {
	switch typ := typ.(type) {
	case *ast.ArrayType:
		return typ.Elt
	case *ast.MapType:
		return typ.Value
	}
	return nil
}

// value returns the value of an element, with or without a key.
func value(e ast.Expr) ast.Expr {
	if kv, ok := e.(*ast.KeyValueExpr); ok {
		return kv.Value
	}
	return e
}

// setsSrc accepts only the field's name: a reader should see it too.
func setsSrc(e ast.Expr) bool {
	kv, ok := e.(*ast.KeyValueExpr)
	if !ok {
		return false
	}
	key, ok := kv.Key.(*ast.Ident)
	return ok && key.Name == "Src" && !isNil(kv.Value)
}

func isNil(e ast.Expr) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == "nil"
}

// without removes the findings that an exception allows, and notes which
// exceptions were needed.
func without(found []finding, allowed []exception, needed map[exception]bool) []finding {
	return slices.DeleteFunc(found, func(f finding) bool {
		for _, e := range allowed {
			if strings.HasPrefix(f.at, e.file+":") && f.what == e.what {
				needed[e] = true
				return true
			}
		}
		return false
	})
}

func TestForbidden(t *testing.T) {
	needed := map[exception]bool{}
	for _, s := range readTree(t) {
		if s.isTest() {
			continue
		}
		for _, f := range without(checkForbidden(s), exceptions, needed) {
			t.Error(f)
		}
	}
	for _, e := range exceptions {
		require.NotEmpty(t, e.reason, "%s: %s", e.file, e.what)
		require.True(t, needed[e], "%s no longer needs its exception for %s: remove it", e.file, e.what)
	}
}

func TestCheckForbidden(t *testing.T) {
	for _, c := range []struct {
		name, file, imports, body string
		want                      []string
	}{
		{"the clock", "sim/a.go", `"time"`, `time.Now(); time.Sleep(1)`, []string{"time.Now", "time.Sleep"}},
		{"the clock under another name", "sim/a.go", `wall "time"`, `f(wall.Since)`, []string{"time.Since"}},
		{"timers", "traces/a.go", `"time"`, `<-time.After(1); time.Tick(1); time.NewTimer(1)`, []string{"time.After", "time.Tick", "time.NewTimer"}},
		{"durations are no clock", "sim/a.go", `"time"`, `f(time.Second, time.Duration(3), time.Unix(0, 0))`, nil},
		{"a field called Now", "sim/a.go", `"time"`, `e.Now()`, nil},
		{"a deadline", "sim/a.go", `"context"`, `context.WithTimeout(ctx, 1)`, []string{"context.WithTimeout"}},
		{"cmd may know the time", "cmd/wavetank/app/a.go", `"time"`, `time.Now(); go f()`, nil},
		{"a goroutine", "scheduler/a.go", ``, `go f()`, []string{"go statement"}},
		{"a goroutine in a closure", "scheduler/a.go", ``, `f(func() { go g() })`, []string{"go statement"}},
		{"the global generator", "sim/a.go", `"math/rand/v2"`, `rand.IntN(3); rand.Shuffle(1, f)`, []string{"rand.IntN", "rand.Shuffle"}},
		{"the old global generator", "sim/a.go", `"math/rand"`, `rand.Seed(3)`, []string{"rand.Seed"}},
		{"a generator of one's own", "sim/a.go", `"math/rand/v2"`, `var r *rand.Rand = rand.New(rand.NewPCG(1, 2)); r.IntN(3)`, nil},
		{"the machine's luck", "sim/a.go", `"crypto/rand"`, ``, []string{"crypto/rand"}},
		{"a seed of the machine", "sim/a.go", `"hash/maphash"`, ``, []string{"hash/maphash"}},
		{"a dot import", "sim/a.go", `. "time"`, ``, []string{"dot import"}},
		{"a distribution without Src", "workloads/a.go", distuv, `f(distuv.Exponential{Rate: 1})`, []string{"distuv.Exponential without Src"}},
		{"a pointer to one", "workloads/a.go", distuv, `f(&distuv.Normal{Mu: 1})`, []string{"distuv.Normal without Src"}},
		{"a nil Src", "workloads/a.go", distuv, `f(distuv.Exponential{Rate: 1, Src: nil})`, []string{"distuv.Exponential without Src"}},
		{"a distribution with Src", "workloads/a.go", distuv, `f(distuv.Exponential{Rate: 1, Src: src})`, nil},
		{"fields without names", "workloads/a.go", distuv, `f(distuv.Exponential{1, src})`, []string{"distuv.Exponential without Src"}},
		{"a slice of them", "workloads/a.go", distuv, `f([]distuv.Normal{{Mu: 1}, {Src: src}})`, []string{"distuv.Normal without Src"}},
		{"a map of them", "workloads/a.go", distuv, `f(map[string]distuv.Normal{"a": {Mu: 1}})`, []string{"distuv.Normal without Src"}},
		{"a quantile draws nothing", "results/a.go", distuv, `f(distuv.StudentsT{Sigma: 1, Nu: 4}.Quantile(0.975))`, nil},
		{"a draw does", "results/a.go", distuv, `f(distuv.Normal{Sigma: 1}.Rand())`, []string{"distuv.Normal without Src"}},
		{"the package's own normal", "results/a.go", distuv, `f(distuv.UnitNormal.Rand(), distuv.UnitNormal.Quantile(0.9))`, []string{"distuv.UnitNormal.Rand"}},
		{"a constructor without Src", "workloads/a.go", distuv, `f(distuv.NewCategorical(w, nil))`, []string{"distuv.NewCategorical without Src"}},
		{"a constructor with Src", "workloads/a.go", distuv, `f(distuv.NewCategorical(w, src))`, nil},
		{"leaving the process", "results/a.go", `"os"`, `os.Exit(1)`, []string{"os.Exit"}},
		{"leaving it from a verb", "cmd/wavetank/app/a.go", `"log"`, `log.Fatalf("no")`, []string{"log.Fatalf"}},
		{"leaving it from main", mainFile, `"os"`, `os.Exit(1)`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := parseString(t, c.file, "package p\n\nimport ("+c.imports+")\n\nfunc _() {\n"+c.body+"\n}\n")
			var got []string
			for _, f := range checkForbidden(s) {
				got = append(got, f.what)
				require.Contains(t, f.String(), c.file+":")
				require.NotEmpty(t, f.reason)
			}
			require.Equal(t, c.want, got)
		})
	}
}

const distuv = `"gonum.org/v1/gonum/stat/distuv"`

// TestExceptionsAreNarrow lets one thing pass in one file, and nothing else.
func TestExceptionsAreNarrow(t *testing.T) {
	found := []finding{
		{"traces/open.go:3", "go statement", "r"},
		{"traces/open.go:4", "time.Now", "r"},
		{"traces/open.golden.go:5", "go statement", "r"},
	}
	allowed := []exception{{"traces/open.go", "go statement", "reads ahead"}, {"traces/csv.go", "time.Now", "unused"}}
	needed := map[exception]bool{}
	require.Equal(t, slices.Clone(found[1:]), without(slices.Clone(found), allowed, needed))
	require.Equal(t, map[exception]bool{allowed[0]: true}, needed)
}
