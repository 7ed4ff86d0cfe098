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
