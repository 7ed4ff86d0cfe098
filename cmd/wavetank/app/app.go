package app

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/scheduler/plugins"
	"github.com/wavetank/wavetank/workloads"
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
	registry    framework.Registry
	controllers []namedController
	out         *printer
	errOut      io.Writer
	err         error
	interrupted bool
}

// printer is standard output. It keeps its first error, so that no command has to tell it from those of the input.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	if err != nil && p.err == nil {
		p.err = err
	}
	return n, err
}

// Main runs the program with the given arguments and returns its exit code.
func Main(args []string, in io.Reader, out, errOut io.Writer, opts ...Option) int {
	p := &program{registry: plugins.InTree(), controllers: controllers(), out: &printer{w: out}, errOut: errOut}
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
	cmd.SetOut(p.out)
	cmd.SetErr(errOut)
	return p.exitCode(cmd.Execute())
}

// exitCode prints what went wrong, if anything did, as one line.
func (p *program) exitCode(err error) int {
	if p.out.err != nil {
		err = &failure{fmt.Errorf("printing: %w", p.out.err)}
	}
	if err != nil {
		fmt.Fprintln(p.errOut, "wavetank:", err)
	}
	var f *failure
	switch {
	case errors.As(err, &f):
		return exitFailure
	case err != nil:
		return exitInput
	case p.interrupted:
		return exitInterrupted
	}
	return exitOK
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
		Args:          knownCommand,
		RunE:          help,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(p.runCommand(), p.getCommand(), p.rolloutCommand(), p.reportCommand(), p.explainCommand(), p.timelineCommand(), p.traceCommand(), p.policiesCommand(), p.versionCommand())
	return root
}

// help is what a command does that only has commands below it.
func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// knownCommand refuses the word that is none of the commands below cmd. Cobra's own message has several lines.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, c := range cmd.Commands() {
		known = append(known, c.Name())
	}
	if near := workloads.Nearest(args[0], known); near != "" {
		return fmt.Errorf("unknown command %q; did you mean %s?", args[0], near)
	}
	return fmt.Errorf("unknown command %q; known are %s", args[0], strings.Join(known, ", "))
}

// oneFile asks for exactly one argument, a file.
func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("one file is expected, not %d: %s", len(args), cmd.UseLine())
	}
	return nil
}

// oneOf checks a flag that takes one of a few words.
func oneOf(flag, value string, words ...string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return fmt.Errorf("--%s: %q is none of %s", flag, value, strings.Join(words, ", "))
}
