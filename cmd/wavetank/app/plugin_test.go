package app_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
	"github.com/wavetank/wavetank/scheduler/framework"
)

func noPlugin(framework.Args, framework.Handle) (framework.Plugin, error) {
	return nil, errors.New("never made")
}

// TestPluginNamesAreUnique: a plugin cannot take another's name unnoticed.
func TestPluginNamesAreUnique(t *testing.T) {
	for _, opts := range [][]app.Option{
		{app.WithPlugin("BestFit", noPlugin)},
		{app.WithPlugin("Mine", noPlugin), app.WithPlugin("Mine", noPlugin)},
	} {
		var out, errs bytes.Buffer
		require.Equal(t, 1, app.Main([]string{"version"}, strings.NewReader(""), &out, &errs, opts...))
		require.Regexp(t, `^wavetank: a plugin named "(BestFit|Mine)" already exists\n$`, errs.String())
		require.Empty(t, out.String())
	}
}

// fullDisk fails every write.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// TestPrintingFails: where the output cannot be written, that is not the input's fault, whatever was to be printed.
func TestPrintingFails(t *testing.T) {
	quickstart := absolute(t, "workloads/scenarios/quickstart.yaml")
	for _, args := range [][]string{
		{"version"}, {"policies"}, {"policies", "-o", "csv"}, {"policies", "-o", "json"}, {"--help"},
		{"trace", "info", absolute(t, "traces/data/openb_sample_pods.csv")},
		{"run", quickstart, "--until", "1m"}, {"run", quickstart, "--until", "1m", "--format", "csv"},
	} {
		var errs bytes.Buffer
		require.Equal(t, 1, app.Main(args, strings.NewReader(""), fullDisk{}, &errs), args)
		require.Equal(t, "wavetank: printing: no space left on device\n", errs.String(), args)
	}
}
