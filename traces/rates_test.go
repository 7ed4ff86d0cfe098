package traces

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ratesOf reads all of a recorded demand.
func ratesOf(t testing.TB, text, format string, pick RatePick) ([]Rate, error) {
	t.Helper()
	r, err := NewRates(strings.NewReader(text), "x.csv", format, pick)
	if err != nil {
		return nil, err
	}
	defer func() { require.NoError(t, r.Close()) }()
	var all []Rate
	for rate, ok := r.Next(); ok; rate, ok = r.Next() {
		all = append(all, rate)
	}
	return all, r.Err()
}

// azureText is a file of Azure Functions with the given first minutes of each row; the rest of the day is 0.
func azureText(rows ...string) string {
	var b strings.Builder
	b.WriteString("HashOwner,HashApp,HashFunction,Trigger")
	for m := range minutes {
		fmt.Fprintf(&b, ",%d", m+1)
	}
	for _, row := range rows {
		given := strings.Count(row, ",") - 3
		b.WriteString("\n" + row + strings.Repeat(",0", minutes-given))
	}
	return b.String() + "\n"
}

const mcrText = `timestamp,msname,msinstanceid,metric,value
120000,a,a1,providerRPC_MCR,2
60000,b,b1,providerRPC_MCR,100
60000,a,a1,providerRPC_MCR,1.5
60000,a,a2,providerRPC_MCR,0.5
120000,a,a2,providerRPC_MCR,NAN
60000,a,a1,providerRPC_RT,77
240000,a,a1,providerRPC_MCR,4
120000,a,a1,HTTP_MCR,9
`

func TestRates(t *testing.T) {
	s, m := time.Second, time.Minute
	azure := azureText("o1,p1,f1,http,60,60,120", "o1,p1,f2,queue,0,6", "o2,p2,f3,timer,30")
	for _, c := range []struct {
		name, text, format string
		pick               RatePick
		want               []Rate
	}{
		{"csv", "time,value\n0,5\n10,7.5\n30.5,0\n", "csv", RatePick{}, []Rate{{0, 5}, {10 * s, 7.5}, {30*s + s/2, 0}, {51 * s, 0}}},
		{"columns in any order, a late begin", "value,time\n5,60\n6,61\n", "csv", RatePick{}, []Rate{{m, 5}, {m + s, 6}, {m + 2*s, 0}}},
		{"all functions", azure, "azure-functions", RatePick{}, []Rate{{0, 1.5}, {m, 1.1}, {2 * m, 2}, {3 * m, 0}, {24 * time.Hour, 0}}},
		{"one function", azure, "azure-functions", RatePick{Name: "f2"}, []Rate{{0, 0}, {m, 0.1}, {2 * m, 0}, {24 * time.Hour, 0}}},
		{"one app", azure, "azure-functions", RatePick{Name: "p1"}, []Rate{{0, 1}, {m, 1.1}, {2 * m, 2}, {3 * m, 0}, {24 * time.Hour, 0}}},
		{"one owner", azure, "azure-functions", RatePick{Name: "o2"}, []Rate{{0, 0.5}, {m, 0}, {24 * time.Hour, 0}}},
		{"a microservice", mcrText, "alibaba-mcr", RatePick{Name: "a"}, []Rate{{0, 2}, {2 * m, 0}, {3 * m, 4}, {4 * m, 0}}},
		{"another metric", mcrText, "alibaba-mcr", RatePick{"a", "HTTP_MCR"}, []Rate{{0, 0}, {m, 9}, {2 * m, 0}}},
		{"all microservices", mcrText, "alibaba-mcr", RatePick{}, []Rate{{0, 102}, {m, 2}, {2 * m, 0}, {3 * m, 4}, {4 * m, 0}}},
		{"with numbers of rows", ",timestamp,msname,msinstanceid,metrics,value\n0,0,a,i,providerRPC_MCR,3\n", "alibaba-mcr", RatePick{}, []Rate{{0, 3}, {m, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ratesOf(t, c.text, c.format, c.pick)
			require.NoError(t, err)
			require.Len(t, got, len(c.want))
			for i := range got {
				require.Equal(t, c.want[i].At, got[i].At)
				require.InDelta(t, c.want[i].PerSecond, got[i].PerSecond, 1e-12)
			}
		})
	}
}

func TestBadRates(t *testing.T) {
	mcr := func(row string) string { return "timestamp,msname,metric,value\n" + row + "\n" }
	for _, c := range []struct {
		name, text, format string
		pick               RatePick
		want               string
	}{
		{"an unknown format", "", "cvs", RatePick{}, `format of recorded demand "cvs" is unknown; known are: alibaba-mcr, azure-functions, csv`},
		{"an empty file", "", "csv", RatePick{}, "x.csv: empty: a header line is expected: time,value"},
		{"an unknown column", "time,rate\n", "csv", RatePick{}, "x.csv:1: rate: unknown column; known are: time,value"},
		{"a missing column", "time\n", "csv", RatePick{}, "x.csv:1: value: missing column; found are: time"},
		{"time that stands", "time,value\n1,1\n1,2\n", "csv", RatePick{}, "x.csv:3: time: not after the row before: 1"},
		{"a rate in words", "time,value\n1,much\n", "csv", RatePick{}, "x.csv:2: value: not a number: much"},
		{"no rate", "time,value\n1,\n", "csv", RatePick{}, "x.csv:2: value: empty: a number is expected"},
		{"a negative rate", "time,value\n1,-1\n", "csv", RatePick{}, "x.csv:2: value: negative: -1"},
		{"a rate that is none", "time,value\n1,NaN\n", "csv", RatePick{}, "x.csv:2: value: not a number: NaN"},
		{"a rate beyond all", "time,value\n1,1e13\n", "csv", RatePick{}, "x.csv:2: value: over 1e+12: 1e13"},
		{"a time beyond all", "time,value\n1e10,1\n", "csv", RatePick{}, "x.csv:2: time: over 3.1536e+09: 1e10"},
		{"a field too many", "time,value\n1,2,3\n", "csv", RatePick{}, "x.csv:2: 3 fields; the header has 2"},
		{"one row", "time,value\n1,2\n", "csv", RatePick{}, "x.csv: fewer than two rows: nothing says how long the last one holds"},
		{"no rows", "time,value\n", "csv", RatePick{}, "x.csv: fewer than two rows: nothing says how long the last one holds"},
		{"a pick of a series", "time,value\n", "csv", RatePick{Name: "a"}, "x.csv: a csv file has one series: there is nothing to pick"},
		{"half a count", azureText("o,p,f,http,1", "o,p,f,http,1.5"), "azure-functions", RatePick{}, "x.csv:3: 1: not a whole number: 1.5"},
		{"a negative count", azureText("o,p,f,http,1,-2"), "azure-functions", RatePick{Name: "g"}, "x.csv:2: 2: negative: -2"},
		{"no such function", azureText("o,p,f,http,1"), "azure-functions", RatePick{Name: "g"}, "x.csv: no row is of g"},
		{"no functions", azureText(), "azure-functions", RatePick{}, "x.csv: there are no rows"},
		{"a metric of functions", azureText(), "azure-functions", RatePick{Metric: "m"}, "x.csv: azure-functions has no metrics to choose from"},
		{"no such microservice", mcr("0,a,providerRPC_MCR,1"), "alibaba-mcr", RatePick{Name: "b"}, "x.csv: no providerRPC_MCR of b"},
		{"no such metric", mcr(""), "alibaba-mcr", RatePick{Metric: "HTTP_RT"},
			"x.csv: metric HTTP_RT is no rate of alibaba-mcr; those are: providerRPC_MCR, HTTP_MCR, consumerRPC_MCR, providerMQ_MCR, consumerMQ_MCR"},
		{"no column of metrics", "timestamp,msname,value\n", "alibaba-mcr", RatePick{}, "x.csv:1: one column metric or metrics is expected"},
		{"a negative time", mcr("-1,a,providerRPC_MCR,1"), "alibaba-mcr", RatePick{}, "x.csv:2: timestamp: negative: -1"},
		{"a time of no recording", mcr("99999999999999,b,providerRPC_MCR,1"), "alibaba-mcr", RatePick{Name: "a"}, "x.csv:2: timestamp: over 31622399999: 99999999999999"},
		{"a bad value", mcr("0,a,providerRPC_MCR,x"), "alibaba-mcr", RatePick{}, "x.csv:2: value: not a number: x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ratesOf(t, c.text, c.format, c.pick)
			require.EqualError(t, err, c.want)
		})
	}
}

// A file is checked to its end before anything of it is handed out, and may be compressed.
func TestOpenRates(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	bad := write("bad.csv", "time,value\n0,1\n1,2\n2,x\n")
	_, err := OpenRates(bad, "csv", RatePick{})
	require.EqualError(t, err, bad+":4: value: not a number: x")
	_, err = OpenRates(filepath.Join(dir, "none.csv"), "csv", RatePick{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err = w.Write([]byte("time,value\n0,1\n1,2\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	r, err := OpenRates(write("good.csv.gz", packed.String()), "csv", RatePick{})
	require.NoError(t, err)
	first, ok := r.Next()
	require.True(t, ok)
	require.Equal(t, Rate{0, 1}, first)
	require.NoError(t, r.Close())
	_, err = OpenRates(write("cut.csv.gz", packed.String()[:packed.Len()-10]), "csv", RatePick{})
	require.ErrorContains(t, err, "truncated")
}

// The excerpt of Azure Functions that is public.
func TestAzureExcerpt(t *testing.T) {
	path := "../../shared/traces/azure/functions-invitro/data/traces/example/invocations.csv"
	if _, err := os.Stat(path); err != nil {
		t.Skip("it is public, but not shipped: ../shared/traces/azure/functions-invitro")
	}
	r, err := OpenRates(path, "azure-functions", RatePick{Name: "c13acdc7567b225971cef2416a3a2b03c8a4d8d154df48afe75834e2f5c59ddf"})
	require.NoError(t, err)
	first, _ := r.Next()
	require.Equal(t, Rate{0, 5.0 / 60}, first)
	require.NoError(t, r.Close())
}

// FuzzRates: whatever a file holds, it is an error with its name or rates in order of time, finite, with 0 at the end.
func FuzzRates(f *testing.F) {
	f.Add("time,value\n0,5\n10,7.5\n", uint8(0))
	f.Add(azureText("o1,p1,f1,http,60,60,120"), uint8(1))
	f.Add(mcrText, uint8(2))
	f.Add("time,value\n1e-9,5\n2e-9,1\n", uint8(0))
	f.Add(",timestamp,msname,msinstanceid,metrics,value\n0,9,a,i,providerRPC_MCR,3\n", uint8(2))
	f.Fuzz(func(t *testing.T, text string, format uint8) {
		all, err := ratesOf(t, text, RateFormats()[int(format)%3], RatePick{})
		if err != nil {
			require.Contains(t, err.Error(), "x.csv")
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.GreaterOrEqual(t, len(all), 2)
		for i, r := range all {
			require.True(t, r.PerSecond >= 0 && !math.IsInf(r.PerSecond, 0) && !math.IsNaN(r.PerSecond))
			require.True(t, r.At >= 0 && (i == 0 || r.At > all[i-1].At), "%v", all)
		}
		require.Zero(t, all[len(all)-1].PerSecond)
	})
}

// BenchmarkRates is a row of a series.
func BenchmarkRates(b *testing.B) {
	var text strings.Builder
	text.WriteString("time,value\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "%d,%d\n", i, i%100)
	}
	b.ReportAllocs()
	for range b.N {
		_, err := ratesOf(b, text.String(), "csv", RatePick{})
		require.NoError(b, err)
	}
}
