// Package decisionlog keeps what the scheduler decided, apart from the pods, so that any decision of a finished run can be
// looked up and explained.
//
// A summary log holds each decision: where the pod went, the score, the nodes each plugin rejected and why, the victims.
//
// A full log holds besides, in their order, all changes of what the scheduler saw: nodes, pods placed and gone, other
// objects. From them the cluster of any decision is made again and the decision is taken once more, this time with an
// account of every node, plugin and score. So the log grows with what happens and not with the nodes that were looked at:
// a decision over 5,000 nodes costs it a few dozen bytes. The price is that a query replays the run up to the decision,
// without deciding, and needs the plugins of the run: a plugin that keeps state of its own between decisions may explain
// itself differently (then the query says that the outcome is another than the recorded one).
//
// # Format
//
// A zstd stream. It starts with the line "wavetank decisions v1", then a header of strings: level, seed in decimal, the
// scheduler's configuration. Records follow, each a kind byte and its fields. Integers are varints; a string is its number
// in order of first appearance, followed by its length and bytes where it is new; pod specs and objects that
// are neither nodes nor pods are strings that hold JSON.
package decisionlog
