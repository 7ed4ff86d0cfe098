package app

import (
	"encoding/csv"
	"encoding/json"

	"github.com/olekukonko/tablewriter"
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
	cmd.Flags().StringVarP(&format, "output", "o", "table", "what to print: table, json or csv")
	return cmd
}

func (p *program) listPolicies(format string) error {
	policies := config.Policies(p.registry)
	switch format {
	case "json":
		enc := json.NewEncoder(p.out)
		enc.SetIndent("", "  ")
		return enc.Encode(policies)
	case "csv":
		w := csv.NewWriter(p.out)
		defer w.Flush()
		for _, policy := range policies {
			if err := w.Write([]string{policy.Name, policy.Description}); err != nil {
				return err
			}
		}
		return nil
	}
	t := tablewriter.NewWriter(p.out)
	t.Header("policy", "what it does")
	for _, policy := range policies {
		if err := t.Append(policy.Name, policy.Description); err != nil {
			return err
		}
	}
	return t.Render()
}
