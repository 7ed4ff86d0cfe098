// Command wavetank simulates Kubernetes clusters on a virtual clock, so that schedulers and controllers can be tried
// against recorded workloads.
package main

import (
	"os"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
)

func main() {
	os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
