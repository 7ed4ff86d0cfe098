package sim_test

import (
	"fmt"
	"time"

	"github.com/wavetank/wavetank/sim"
)

// desk serves customers one by one. They come at random, one in two minutes, and
// take a minute each: an M/M/1 queue with a load of one half.
type desk struct {
	*sim.Engine
	waiting int // including the one who is served
	served  int
}

type (
	arrive struct{ *desk }
	leave  struct{ *desk }
)

func (arrive) String() string { return "a customer arrives" }
func (leave) String() string  { return "a customer leaves" }

func (a arrive) Fire(sim.Time) {
	if a.waiting++; a.waiting == 1 {
		a.After(a.span(time.Minute), sim.PhaseWorld, leave(a))
	}
	a.After(a.span(2*time.Minute), sim.PhaseArrive, a)
}

func (l leave) Fire(sim.Time) {
	l.served++
	if l.waiting--; l.waiting > 0 {
		l.After(l.span(time.Minute), sim.PhaseWorld, l)
	}
}

func (d *desk) span(mean time.Duration) time.Duration {
	return time.Duration(float64(mean) * d.Rand("desk").ExpFloat64())
}

// An M/M/1 queue: two kinds of events, and a generator by name.
func Example() {
	d := &desk{Engine: sim.New(1)}
	d.At(0, sim.PhaseArrive, arrive{d})
	if err := d.Run(sim.Time(8 * time.Hour)); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%v: %d served, %d here, %d events\n", d.Now(), d.served, d.waiting, d.Events())
	// Output:
	// 8h0m0s: 218 served, 0 here, 436 events
}

// Phases order what happens at one instant: the node is free when the pod arrives.
func ExampleEngine_At() {
	e := sim.New(1)
	say := func(what string) sim.Func {
		return sim.Func{Name: what, Do: func(now sim.Time) { fmt.Println(now, what) }}
	}
	e.At(10, sim.PhaseSchedule, say("a cycle looks for a node"))
	e.At(10, sim.PhaseArrive, say("a pod arrives"))
	e.At(10, sim.PhaseWorld, say("another pod ends"))
	timeout := e.At(20, sim.PhaseControl, say("too late"))
	e.Cancel(timeout)
	fmt.Println(e.Run(sim.Never), e.Now())
	// Output:
	// 10ns another pod ends
	// 10ns a pod arrives
	// 10ns a cycle looks for a node
	// <nil> 10ns
}

// What belongs to an object is drawn by its key: the order does not matter.
func ExampleEngine_Draw() {
	e := sim.New(1)
	first := e.Draw("run time", "default/web-7").ExpFloat64()
	e.Draw("run time", "default/web-8").ExpFloat64()
	fmt.Println(e.Draw("run time", "default/web-7").ExpFloat64() == first)
	// Output: true
}
