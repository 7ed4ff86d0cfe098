// Package traces reads recorded workloads: it turns the files of public cluster traces into canonical rows, one Row for
// a recorded pod and one NodeRow for a machine.
//
//	file -> open.go (gzip, zstd or plain) -> table.go (header, fields) -> a format (openb.go) -> order.go -> Row
//
// # Reading
//
// Readers have the shape of bufio.Scanner: call Next until it returns false, then ask Err.
//
//	pods, err := traces.OpenPods("openb_pod_list_default.csv", "openb")
//	if err != nil {
//		return err
//	}
//	defer pods.Close()
//	for row, ok := pods.Next(); ok; row, ok = pods.Next() {
//		...
//	}
//	return pods.Err()
//
// Recorded demand, requests a second over time, is read likewise: OpenRates hands out a Rate for each change (rates.go).
//
// # Strictness
//
// A trace is checked before it is replayed: OpenPods reads the whole file once, so that a broken last line is an error
// before a run and not in the middle of it. Unknown columns and words are errors, and every error names the file, the
// line and the column: "pods.csv:17: cpu_milli: negative: -5".
//
// # Memory
//
// Rows are streamed. What is held while a run goes on is one row, whatever the length of the trace, as long as its file
// is sorted by the time of submission; order.go says what happens to one that is not. The check before it holds 16 to
// 32 bytes for each name (names.go).
package traces
