package app_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/wavetank/wavetank"
	root   = "../../.." // of the module, seen from this folder
)

// A source is one Go file of the module, parsed. Its path is relative to the
// module's root and written with slashes.
type source struct {
	path  string
	lines int
	fset  *token.FileSet
	file  *ast.File
}

func parse(name string, text []byte) (source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution|parser.ParseComments)
	return source{name, bytes.Count(text, []byte("\n")), fset, file}, err
}

func (s source) isTest() bool   { return strings.HasSuffix(s.path, "_test.go") }
func (s source) folder() string { return path.Dir(s.path) }
func (s source) inCmd() bool    { return match("cmd/...", s.folder()) }

// at writes a position as file:line, which terminals and editors can follow.
func (s source) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(pos).Line)
}

// importPath returns what an import names, without its quotes.
func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		panic(fmt.Sprintf("app_test: the parser let %s pass as an import path: %v", spec.Path.Value, err))
	}
	return p
}

// match says whether a folder is meant by a pattern: "a/b" is that folder,
// "a/..." is a and all below it, "..." is everything.
func match(pattern, folder string) bool {
	above, tree := strings.CutSuffix(pattern, "...")
	if !tree {
		return pattern == folder
	}
	return above == "" || strings.HasPrefix(folder+"/", above)
}

// readTree parses every Go file of this module. Modules nested in it, test
// data and hidden folders are not part of it, as for the go command.
func readTree(t *testing.T) []source {
	t.Helper()
	var tree []source
	require.NoError(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return enter(name)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		s, err := load(name)
		tree = append(tree, s)
		return err
	}))
	require.NotEmpty(t, tree, "no Go file below %s: these tests would check nothing", root)
	return tree
}

// enter returns fs.SkipDir for a folder that is not part of the module.
func enter(name string) error {
	if name == root {
		return nil
	}
	base := filepath.Base(name)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func load(name string) (source, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return source{}, err
	}
	return parse(filepath.ToSlash(rel), text)
}

// parseString is parse for the small sources of the tables in this package.
func parseString(t *testing.T, name, text string) source {
	t.Helper()
	s, err := parse(name, []byte(text))
	require.NoError(t, err)
	return s
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, folder string
		want            bool
	}{
		{"sim", "sim", true},
		{"sim", "sim/cluster", false},
		{"sim/controller/...", "sim/controller", true},
		{"sim/controller/...", "sim/controller/hpa", true},
		{"sim/controller/...", "sim/controllers", false},
		{"...", "results", true},
	} {
		require.Equal(t, c.want, match(c.pattern, c.folder), "%s against %s", c.pattern, c.folder)
	}
}

// TestTreeLeavesNestedModulesOut would fail if the walk read another module's
// files and judged them by our rules, or if it missed our own.
func TestTreeLeavesNestedModulesOut(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range readTree(t) {
		seen[s.folder()] = true
	}
	require.True(t, seen["sim"])
	require.True(t, seen["cmd/wavetank/app"])
	require.False(t, seen["scheduler/conformance"])
}
