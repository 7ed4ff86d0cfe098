// Package report tells a run as a page with figures: report.md and, where the run was sampled, fault.svg (the time around
// the worst fault), availability.svg, load.svg, pods.svg and nodes.svg beside it. It reads the folder of results alone, so that a report can be made long after the run, and equal
// results give equal bytes.
package report
