package app

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wavetank/wavetank/results/report"
)

func (p *program) reportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "report RESULTS_DIR",
		Short: "Write a page with figures about a run: availability, load, pods, nodes, and what each fault did",
		Long: `Report reads the folder of a run's results and writes report.md into it, with figures as SVG where the run was sampled
(results.sampleEvery): availability.svg, load.svg, pods.svg, nodes.svg, and fault.svg, the time around the worst fault.
Times of faults are shaded in them.

It prints the names of what it wrote. The same results give the same bytes.`,
		Example: `  wavetank run outage.yaml -o out/outage --set results.sampleEvery=1m
  wavetank report out/outage`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			names, err := report.Write(args[0])
			for _, name := range names {
				fmt.Fprintln(p.out, name)
			}
			return err
		},
	}
}
