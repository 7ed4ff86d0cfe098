package load_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/load"
)

// busy is sixty services with ten pods each, three tiers that call each other, through days and nights.
func busy(b testing.TB, updates *int) *world {
	w := newWorld(b, 100)
	var list []load.Service
	for i := range 60 {
		name := fmt.Sprint("svc-", i)
		w.service(name)
		for j := range 10 {
			w.pod(name, fmt.Sprint(name, "-", j), fmt.Sprint("n", (i*10+j)%100), 2000)
		}
		s := load.Service{Name: named(name), CPUPerRequest: 20 * time.Millisecond, MemoryPerPod: 100 << 20, MemoryPerRequest: 1 << 20,
			Objective: load.Objective{Latency: 0.2, Target: 0.999}}
		s.Demand = load.NewDiurnal(300, 500, 24*time.Hour, time.Duration(i)*time.Hour/60, nil)
		if i%3 > 0 {
			s.Calls = []load.Call{{Service: named(fmt.Sprint("svc-", i-1)), PerRequest: 0.5}}
		}
		list = append(list, s)
	}
	cfg := services(list...)
	cfg.Observe = func(*load.Sample) { *updates++ }
	return w.start(cfg)
}

// BenchmarkDay is a day of sixty services in steps of 15 s: 345,600 updates of a service, each of which is observed.
func BenchmarkDay(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		b.StopTimer()
		updates := 0
		w := busy(b, &updates)
		b.StartTimer()
		w.run(24 * time.Hour)
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(updates), "ns/update")
	}
}

// BenchmarkStep is one step of all of them.
func BenchmarkStep(b *testing.B) {
	w := busy(b, new(int))
	w.run(time.Minute)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		w.run(time.Duration(w.engine.Now()) + 15*time.Second)
	}
}

// BenchmarkEndpoint is a pod of a service that stops being ready, or is again.
func BenchmarkEndpoint(b *testing.B) {
	w := busy(b, new(int))
	key := cluster.KeyOf(w.get("svc-7-3"))
	b.ReportAllocs()
	for range b.N {
		if err := w.store.EditPod(key, cluster.ReasonUpdated, func(p *cluster.Pod) { p.Status.Ready = !p.Status.Ready }); err != nil {
			b.Fatal(err)
		}
		if err := w.engine.Run(w.engine.Now().Add(time.Millisecond)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkResource is what an autoscaler asks of one pod.
func BenchmarkResource(b *testing.B) {
	w := busy(b, new(int))
	w.run(time.Minute)
	p := w.get("svc-7-3")
	b.ReportAllocs()
	for range b.N {
		if _, ok := w.load.Resource(p, "", cluster.CPU); !ok {
			b.Fatal("no figures")
		}
	}
}
