package app

import (
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/tw"
)

// table prints rows under a header, the columns after the first aligned as asked for.
func (p *program) table(align tw.Align, header []string, rows [][]string) error {
	columns := tw.MakeAlign(len(header), align)
	columns[0] = tw.AlignLeft
	t := tablewriter.NewTable(p.out,
		tablewriter.WithAlignment(columns),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off), // the parts of a sum are indented
	)
	t.Header(header)
	if err := t.Bulk(rows); err != nil {
		return err
	}
	return t.Render()
}
