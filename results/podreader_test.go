package results

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func readText(text string) ([]PodRow, error) {
	var rows []PodRow
	var failed error
	readRows("pods.csv", strings.NewReader(text), func(row PodRow, err error) bool {
		if failed = err; err == nil {
			rows = append(rows, row)
		}
		return true
	})
	return rows, failed
}

// drawRow draws a row that a recorder could have written.
func drawRow(t *rapid.T) PodRow {
	instant := rapid.Map(rapid.Int64Range(0, 1<<62), func(n int64) sim.Time { return sim.Time(n) })
	text := rapid.StringMatching(`[ -~é]*`)
	row := PodRow{
		Namespace: text.Draw(t, "namespace"), Name: text.Draw(t, "name"), Reason: text.Draw(t, "reason"),
		Submitted: instant.Draw(t, "submitted"), Scheduled: never, Started: never, Finished: never,
		Outcome:  Outcome(rapid.IntRange(int(Completed), int(Pending)).Draw(t, "outcome")),
		Attempts: rapid.IntRange(0, 1000).Draw(t, "attempts"), Priority: rapid.Int32().Draw(t, "priority"),
		MilliCPU: rapid.Int64().Draw(t, "cpu"), Memory: rapid.Int64().Draw(t, "memory"), MilliGPU: rapid.Int64().Draw(t, "gpu"),
		GPUs: cluster.DeviceSet(rapid.Uint64().Draw(t, "devices")),
	}
	if rapid.Bool().Draw(t, "placed") {
		row.Node, row.Scheduled = "n"+text.Draw(t, "node"), row.Submitted.Add(1)
	}
	if rapid.Bool().Draw(t, "started") {
		row.Started = instant.Draw(t, "at")
	}
	if row.Outcome < Running {
		row.Finished = instant.Draw(t, "finished")
	}
	return row
}

// TestRowsRoundTrip: what is written is read back as it was.
func TestRowsRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOf(rapid.Custom(drawRow)).Draw(rt, "rows")
		text := []byte(podHeader())
		for i := range rows {
			text = rows[i].append(text)
		}
		back, err := readText(string(text))
		require.NoError(rt, err)
		require.True(rt, slices.Equal(rows, back), "%v\n%v", rows, back)
	})
}

const goodRow = "default,a,0,1,2,3,1,n1,completed,,1,0,100,200,0,0+3"

func TestBadRows(t *testing.T) {
	rows, err := readText(podHeader() + goodRow + "\n")
	require.NoError(t, err)
	require.Len(t, rows, 1)
	for _, c := range []struct{ name, from, to, want string }{
		{"an unknown outcome", "completed", "done", `outcome: "done" is none of completed, failed, deleted, running, pending`},
		{"no outcome", "completed", "", `outcome: "" is none of completed, failed, deleted, running, pending`},
		{"a time in another form", ",0,1,", ",0,1.0,", `scheduled: "1.0" is not the shortest form of a time in seconds`},
		{"a time that is none", ",0,1,", ",x,1,", `submitted: "x" is not a time in seconds with at most 9 decimals`},
		{"no submission", ",0,1,", ",,1,", "submitted: missing"},
		{"a wait that does not add up", "3,1,n1", "3,2,n1", `wait: "2" is not scheduled - submitted, "1"`},
		{"a node without a time", ",0,1,2,3,1,", ",0,,2,3,,", `scheduled: node is "n1": a pod has both or neither`},
		{"an end without one", ",3,1,n1", ",,1,n1", "finished: contradicts outcome completed"},
		{"a life that ended", "completed", "running", "finished: contradicts outcome running"},
		{"an attempt and a half", ",1,0,100", ",1.5,0,100", `attempts: "1.5" is not an integer of 64 bits`},
		{"a priority too large", ",1,0,100", ",1,9999999999,100", `priority: "9999999999" is not an integer of 32 bits`},
		{"devices out of order", "0+3", "3+0", `gpu_devices: "3+0" is not a set of devices such as 0+3`},
		{"a device too many", "0+3", "64", `gpu_devices: "64" is not a set of devices such as 0+3`},
		{"devices without a number", "0+3", "0+", `gpu_devices: "0+" is not a set of devices such as 0+3`},
		{"a field too many", "0+3", "0+3,x", "wrong number of fields"},
		{"an open quote", "default", `"default`, `extraneous or missing " in quoted-field`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readText(podHeader() + goodRow + "\n" + strings.Replace(goodRow, c.from, c.to, 1) + "\n")
			require.EqualError(t, err, "pods.csv:3: "+c.want)
		})
	}
}

func TestBadHeaders(t *testing.T) {
	_, err := readText("")
	require.EqualError(t, err, "pods.csv:1: the header is missing")
	_, err = readText(strings.Replace(podHeader(), "wait", "delay", 1))
	require.ErrorContains(t, err, "pods.csv:1: the columns are namespace,name,submitted,scheduled,started,finished,delay,")
	_, err = readText("a,b\n")
	require.EqualError(t, err, "pods.csv:1: wrong number of fields")
}

func TestReadPodsStopsWhenAsked(t *testing.T) {
	dir := t.TempDir()
	text := podHeader() + goodRow + "\n" + "broken\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, PodsFile), []byte(text), 0o644))
	for row, err := range ReadPods(dir) {
		require.NoError(t, err)
		require.Equal(t, "a", row.Name)
		break // before the broken row
	}
	seen := 0
	for range ReadPods(filepath.Join(dir, "nowhere")) {
		seen++
	}
	require.Equal(t, 1, seen, "one error, and no row")
}

// FuzzReadPods: no input makes the reader panic, and what it accepts it would write again as it was.
func FuzzReadPods(f *testing.F) {
	f.Add(goodRow + "\n")
	f.Add(`"a,b",c,0,,,,,,pending,"say ""no""",0,-1,1,2,3,` + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := readText(podHeader() + text)
		if err != nil {
			return
		}
		again := []byte(podHeader())
		for i := range rows {
			again = rows[i].append(again)
		}
		back, err := readText(string(again))
		require.NoError(t, err)
		require.Equal(t, rows, back)
	})
}
