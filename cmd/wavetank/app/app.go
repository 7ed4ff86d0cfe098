package app

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/scheduler/plugins"
)

// The exit codes; doc.go says what they mean.
const (
	exitOK          = 0
	exitFailure     = 1
	exitInput       = 2
	exitInterrupted = 130
)

// Option adds to what the program knows.
type Option func(*program)

// WithPlugin adds a plugin under a name by which configurations, scenarios and --policy can ask for it. A name that is
// taken is a mistake of the program: Main reports it and does nothing.
func WithPlugin(name string, factory framework.Factory) Option {
	return func(p *program) {
		if p.registry[name] != nil {
			p.err = fmt.Errorf("a plugin named %q already exists", name)
			return
		}
		p.registry[name] = factory
	}
}

// program is what all commands share.
type program struct {
	registry       framework.Registry
	in             io.Reader
	out, errOut    io.Writer
	err            error
	interrupted    bool
	tracesDir      string
	completionDone bool
}

// Main runs the program with the given arguments and returns its exit code.
func Main(args []string, in io.Reader, out, errOut io.Writer, opts ...Option) int {
	p := &program{registry: plugins.InTree(), in: in, out: out, errOut: errOut}
	for _, o := range opts {
		o(p)
	}
	if p.err != nil {
		fmt.Fprintln(errOut, "wavetank:", p.err)
		return exitFailure
	}
	cmd := p.command()
	cmd.SetArgs(args)
	cmd.SetIn(in)
	cmd.SetOut(out)
	cmd.SetErr(errOut)
	return p.exitCode(cmd.Execute())
}

func (p *program) exitCode(err error) int {
	var f *failure
	switch {
	case err == nil && p.interrupted:
		return exitInterrupted
	case err == nil:
		return exitOK
	case errors.As(err, &f):
		fmt.Fprintln(p.errOut, "wavetank:", err)
		return exitFailure
	}
	fmt.Fprintln(p.errOut, "wavetank:", err)
	return exitInput
}

// failure marks an error that was not the input's fault.
type failure struct{ error }

func (f *failure) Unwrap() error { return f.error }

func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "wavetank",
		Short: "Try schedulers and controllers on a simulated Kubernetes cluster, in virtual time",
		Long: `Wavetank simulates a Kubernetes cluster on a virtual clock: nodes, pods, the scheduler, failures.
A scenario file says what cluster, what workload and which scheduler; the same scenario and seed give the same
bytes in every result.`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(p.runCommand(), p.traceCommand(), p.policiesCommand(), p.versionCommand())
	return root
}

// oneOf checks a flag that takes one of a few words.
func oneOf(flag, value string, words ...string) error {
	for _, w := range words {
		if value == w {
			return nil
		}
	}
	return fmt.Errorf("--%s: %q is not one of %v", flag, value, words)
}
