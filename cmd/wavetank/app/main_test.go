package app_test

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
)

// TestMain makes the test binary the program wavetank where a test starts it under that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"wavetank": func() { os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}
