package app

import (
	"github.com/olekukonko/tablewriter/tw"

	"github.com/wavetank/wavetank/results"
)

// table prints rows under a header, the columns after the first aligned as asked for.
func (p *program) table(align tw.Align, header []string, rows [][]string) error {
	return results.RenderTable(p.out, align, header, rows)
}
