package sim

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// To compare two versions:
//
//	go test -run '^$' -bench . -benchmem -count 10 ./sim > old.txt   # and new.txt
//	go tool benchstat old.txt new.txt

const holdPending = 100_000

// BenchmarkHold is the hold model: with 10^5 events pending, take the first and
// put it back an exponential time later. The exponentials are drawn before the
// clock starts (65,536 of them, in turn), so that only the queue is measured;
// it is called through the interface, as all three are.
func BenchmarkHold(b *testing.B) {
	for _, q := range queues {
		b.Run(q.name, func(b *testing.B) { hold(b, q.make()) })
	}
}

func hold(b *testing.B, q queue) {
	var delays [1 << 16]Time
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range delays {
		delays[i] = Time(rng.ExpFloat64() * 1e9)
	}
	ord := uint64(0)
	ev := Event(&departure{})
	put := func(now Time) {
		ord++
		q.push(now+delays[ord%uint64(len(delays))], ord, ev)
	}
	for range holdPending {
		put(0)
	}
	b.ReportAllocs()
	for b.Loop() {
		n, _ := q.pop(Never)
		put(n.at)
	}
}

// BenchmarkEngine is an M/M/1 queue at 80 % load on the whole engine: clock,
// queue, hash, limit, and two exponentials drawn per customer. One op is one event.
func BenchmarkEngine(b *testing.B) {
	e := New(1)
	s := newStation(e, 0.8)
	s.limit = uint64(b.N)
	b.ReportAllocs()
	b.ResetTimer()
	require.NoError(b, e.Run(Never))
	b.ReportMetric(float64(e.Events())/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkEngineTimers is the engine where most events are taken back: 10^4
// timers, each set anew before it fires. One op is one cancel and one At.
func BenchmarkEngineTimers(b *testing.B) {
	e := New(1)
	ev := Event(&departure{})
	var timers [10_000]Handle
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h := &timers[i%len(timers)]
		e.Cancel(*h)
		*h = e.After(time.Duration(i%1000)*time.Second, PhaseControl, ev)
	}
}

// BenchmarkDraw is one draw by key, the seeding included.
func BenchmarkDraw(b *testing.B) {
	e := New(1)
	b.ReportAllocs()
	for b.Loop() {
		e.Draw("kubelet/run", "default/web-7f9c4-xk2lp").ExpFloat64()
	}
}
