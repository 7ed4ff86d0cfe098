package app

import (
	"encoding/csv"
	"encoding/json"
	"strings"

	"github.com/olekukonko/tablewriter/tw"
	"github.com/spf13/cobra"

	"github.com/wavetank/wavetank/traces"
)

func (p *program) traceCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "trace", Short: "Look at recorded workloads", Args: knownCommand, RunE: help}
	cmd.AddCommand(p.traceInfoCommand())
	return cmd
}

func (p *program) traceInfoCommand() *cobra.Command {
	var traceFormat, format string
	cmd := &cobra.Command{
		Use:     "info FILE",
		Short:   "Sum up a file of recorded pods: counts, span, durations, requests, peak demand",
		Example: "  wavetank trace info traces/data/openb_sample_pods.csv --format openb",
		Args:    oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("output", format, "table", "json", "csv"); err != nil {
				return err
			}
			return p.traceInfo(args[0], traceFormat, format)
		},
	}
	cmd.Flags().StringVar(&traceFormat, "format", "openb", "`format` of the file: "+strings.Join(traces.Formats(), ", "))
	cmd.Flags().StringVarP(&format, "output", "o", "table", "`format` to print: table, json or csv")
	return cmd
}

func (p *program) traceInfo(path, traceFormat, format string) error {
	pods, err := traces.OpenPods(path, traceFormat)
	if err != nil {
		return err
	}
	defer pods.Close()
	info, err := traces.Summarise(pods)
	if err != nil {
		return err
	}
	if format == "json" {
		enc := json.NewEncoder(p.out)
		enc.SetIndent("", "  ")
		return enc.Encode(info)
	}
	rows := infoRows(info)
	if format == "csv" {
		for _, row := range rows {
			row[0] = strings.TrimSpace(row[0]) // the indent is for the eye
		}
		return csv.NewWriter(p.out).WriteAll(append([][]string{{"figure", "value"}}, rows...))
	}
	return p.table(tw.AlignRight, []string{"figure", "value"}, rows)
}
