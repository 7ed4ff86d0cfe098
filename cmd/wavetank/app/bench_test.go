package app_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
)

// BenchmarkRun measures whole runs, from the scenario file to the table. openb needs the public trace.
func BenchmarkRun(b *testing.B) {
	for _, c := range []struct{ name, scenario, traces string }{
		{"quickstart", "quickstart.yaml", "../../../traces/data"},
		{"sample", "sample.yaml", "../../../traces/data"},
		{"openb", "openb.yaml", "../../../../shared/traces"},
		{"million", "million.yaml", "../../../traces/data"},
		{"day", "day.yaml", "../../../traces/data"},
		{"zone-outage", "zone-outage.yaml", "../../../traces/data"},
		{"load", "load.yaml", "../../../traces/data"},
		{"autoscaler", "autoscaler.yaml", "../../../traces/data"},
	} {
		for _, policy := range []string{"default", "bestfit"} {
			b.Run(c.name+"/"+policy, func(b *testing.B) {
				if _, err := os.Stat(c.traces); err != nil {
					b.Skipf("the traces are not here: %v", err)
				}
				b.ReportAllocs()
				for range b.N {
					var errs strings.Builder
					code := app.Main([]string{"run", "../../../workloads/scenarios/" + c.scenario, "--traces", c.traces, "--policy", policy, "--set", "name=bench"},
						strings.NewReader(""), io.Discard, &errs)
					require.Zero(b, code, errs.String())
				}
			})
		}
	}
}

// BenchmarkExplain measures a query of a full log: 5,000 nodes, 20,000 pods, the last decision.
func BenchmarkExplain(b *testing.B) {
	dir := b.TempDir()
	run := func(args ...string) {
		var errs strings.Builder
		require.Zero(b, app.Main(args, strings.NewReader(""), io.Discard, &errs), errs.String())
	}
	run("run", "../../../workloads/scenarios/large.yaml", "-o", dir, "--set", "results.decisions=full")
	b.ReportAllocs()
	for b.Loop() {
		run("explain", dir, "--pod", "default/pod-19999", "-o", "json")
	}
}
