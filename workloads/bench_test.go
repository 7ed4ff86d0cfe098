package workloads

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/wavetank/wavetank/sim"
)

// go test ./workloads -run '^$' -bench . -benchmem -count 10 | tee new.txt; benchstat old.txt new.txt
//
// One submission is a pod and its name: two allocations, from a trace as well.

func BenchmarkSyntheticNext(b *testing.B) {
	for _, duration := range []string{"10s", "{exponential: 10s}", "{lognormal: {median: 10s, sigma: 1}}", "{gamma: {shape: 2, mean: 10s}}"} {
		b.Run(duration, func(b *testing.B) {
			s := decode(b, inSynthetic("duration: "+duration)).Workload[0].Synthetic
			s.Count = math.MaxInt64
			s.Arrivals = Arrivals{Poisson: &Rate{Number: 1000, Per: time.Second}}
			s.Requests = append(s.Requests, s.Requests[0], s.Requests[0])
			src := NewMerge(NewSyntheticSource(s, sim.New(1)))
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := src.Next(); !ok {
					b.Fatal("the source has ended")
				}
			}
		})
	}
}

func BenchmarkTraceNext(b *testing.B) {
	var text strings.Builder
	header, _, _ := strings.Cut(podTable, "\n")
	text.WriteString(header + "\n")
	for i := range 10000 {
		fmt.Fprintf(&text, "pod-%d,%d,1024,1,500,G2|T4,LS,Running,%d,%d,%d\n", i, i%7*1000, i, i+100, i+10)
	}
	src := traceOf(b, asRecorded, text.String())
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := src.Next(); !ok {
			b.StopTimer()
			src = traceOf(b, asRecorded, text.String())
			b.StartTimer()
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode("x.yaml", []byte(full)); err != nil {
			b.Fatal(err)
		}
	}
}
