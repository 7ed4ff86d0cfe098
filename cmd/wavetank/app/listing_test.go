package app

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/results/replay"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// TestHumanAge: the columns of upstream's TestHumanDuration, v0.36.3, and what is around its borders.
func TestHumanAge(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0s"}, {999 * time.Millisecond, "0s"}, {time.Second, "1s"}, {70 * time.Second, "70s"}, {119 * time.Second, "119s"},
		{2 * time.Minute, "2m"}, {190 * time.Second, "3m10s"}, {10*time.Minute - 1, "9m59s"}, {10 * time.Minute, "10m"},
		{70 * time.Minute, "70m"}, {179 * time.Minute, "179m"}, {3 * time.Hour, "3h"}, {3*time.Hour + 50*time.Minute, "3h50m"},
		{8 * time.Hour, "8h"}, {47*time.Hour + 59*time.Minute, "47h"}, {2 * day, "2d"}, {2*day + 12*time.Hour, "2d12h"},
		{8*day + 9*time.Hour, "8d"}, {700 * day, "700d"}, {2 * 365 * day, "2y"}, {2*365*day + 20*day, "2y20d"}, {8*365*day + 9*day, "8y"},
	} {
		require.Equal(t, c.want, humanAge(c.d), "%v", c.d)
	}
}

func TestListing(t *testing.T) {
	l := listing{columns: []string{"NAME", "UP-TO-DATE", "AGE"}, rows: [][]cell{
		{words(`a"b,<c>`), count(3), span(1500 * time.Millisecond)},
		{words("").or("<none>"), count(0), {human: "<unknown>", number: true}},
	}}
	for _, c := range []struct{ format, want string }{
		{"table", "NAME      UP-TO-DATE   AGE\na\"b,<c>   3            1s\n<none>    0            <unknown>\n"},
		{"csv", "name,up_to_date,age\n\"a\"\"b,<c>\",3,1.5\n,0,\n"},
		{"json", `[
 {
  "name": "a\"b,<c>",
  "up_to_date": 3,
  "age": 1.5
 },
 {
  "name": "",
  "up_to_date": 0,
  "age": null
 }
]
`},
	} {
		var out strings.Builder
		require.NoError(t, l.print(&out, c.format))
		require.Equal(t, c.want, out.String(), c.format)
	}
}

func TestPodStatus(t *testing.T) {
	for _, c := range []struct {
		want string
		pod  replay.Object
	}{
		{"Pending", replay.Object{Reason: "Unschedulable"}},
		{"ContainerCreating", replay.Object{Node: "n"}},
		{"Running", replay.Object{Node: "n", Phase: cluster.Running}},
		{"Terminating", replay.Object{Node: "n", Phase: cluster.Running, Deleting: true}},
		{"Completed", replay.Object{Node: "n", Phase: cluster.Succeeded, Deleting: true}},
		{"Error", replay.Object{Node: "n", Phase: cluster.Failed}},
		{"Evicted", replay.Object{Node: "n", Phase: cluster.Failed, Reason: "Evicted"}},
	} {
		require.Equal(t, c.want, podStatus(&c.pod))
	}
}

func TestJobStatus(t *testing.T) {
	for _, c := range []struct {
		want       string
		conditions map[string]string
	}{
		{"Running", nil},
		{"Running", map[string]string{"Suspended": "False"}},
		{"Suspended", map[string]string{"Suspended": "True"}},
		{"SuccessCriteriaMet", map[string]string{"SuccessCriteriaMet": "True"}},
		{"Complete", map[string]string{"SuccessCriteriaMet": "True", "Complete": "True"}},
		{"Failed", map[string]string{"FailureTarget": "True", "Failed": "True"}},
	} {
		require.Equal(t, c.want, jobStatus(&replay.Object{Conditions: c.conditions}))
	}
}

func TestNodeCells(t *testing.T) {
	for _, c := range []struct {
		want string
		node replay.Object
	}{
		{"Ready 2 <none>", replay.Object{Ready: true}},
		{"NotReady 2 a:NoExecute,b:NoSchedule", replay.Object{Taints: []string{"a:NoExecute", "b:NoSchedule"}}},
		{"Ready,SchedulingDisabled 2 <none>", replay.Object{Ready: true, Cordoned: true}},
	} {
		var got []string
		for _, cell := range nodeCells(&c.node, 2) {
			got = append(got, cell.human)
		}
		require.Equal(t, c.want, strings.Join(got, " "))
	}
}

func TestKindsHaveNamesAndColumns(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range kindViews {
		for _, n := range v.names {
			require.False(t, seen[n], "%s is the name of two kinds", n)
			seen[n] = true
			got, err := viewNamed(strings.ToUpper(n))
			require.NoError(t, err)
			require.Equal(t, v.kind, got.kind)
		}
		if v.cells != nil {
			require.Len(t, v.cells(&replay.Object{Kind: v.kind}, 0), len(v.columns)-2, "between NAME and AGE: %s", v.names[0])
		}
	}
}

func TestAge(t *testing.T) {
	require.Equal(t, cell{human: "1s", exact: "1.25", number: true}, ageOf(&replay.Object{Created: sim.Time(time.Second)}, sim.Time(2250*time.Millisecond)))
	require.Equal(t, cell{human: "<unknown>", number: true}, ageOf(&replay.Object{Created: sim.Never}, 0))
}
