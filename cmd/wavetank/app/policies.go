package app

import (
	"encoding/csv"
	"encoding/json"

	"github.com/olekukonko/tablewriter/tw"
	"github.com/spf13/cobra"

	"github.com/wavetank/wavetank/scheduler/config"
)

func (p *program) policiesCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "policies",
		Short: "List the scheduling policies that --policy and scheduler.policy know",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("output", format, "table", "json", "csv"); err != nil {
				return err
			}
			return p.listPolicies(format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "table", "`format` to print: table, json or csv")
	return cmd
}

// policyLine is a policy as it is printed.
type policyLine struct {
	Policy      string `json:"policy"`
	Description string `json:"description"`
}

func (p *program) listPolicies(format string) error {
	var lines []policyLine
	var rows [][]string
	for _, policy := range config.Policies(p.registry) {
		lines = append(lines, policyLine{policy.Name, policy.Description})
		rows = append(rows, []string{policy.Name, policy.Description})
	}
	header := []string{"policy", "description"}
	switch format {
	case "json":
		enc := json.NewEncoder(p.out)
		enc.SetIndent("", "  ")
		return enc.Encode(lines)
	case "csv":
		return csv.NewWriter(p.out).WriteAll(append([][]string{header}, rows...))
	}
	return p.table(tw.AlignLeft, header, rows)
}
