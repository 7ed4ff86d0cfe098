package sim

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"
)

// diary is an engine with events that write down when they fire.
type diary struct {
	*Engine
	lines []string
}

func newDiary() *diary { return &diary{Engine: New(1), lines: []string{}} }

// note returns an event that writes its name and then does what is given.
func (d *diary) note(name string, do ...func()) Func {
	return Func{name, func(now Time) {
		d.lines = append(d.lines, fmt.Sprintf("%v %s", now, name))
		for _, fn := range do {
			fn()
		}
	}}
}

func TestEventsFireInOrder(t *testing.T) {
	d := newDiary()
	d.At(2, PhaseWorld, d.note("later"))
	for p := PhaseObserve; p >= PhaseWorld; p-- {
		d.At(1, p, d.note(p.String()+" 1"))
		d.At(1, p, d.note(p.String()+" 2"))
	}
	require.Equal(t, 13, d.Pending())
	require.NoError(t, d.Run(Never))
	require.Equal(t, []string{
		"1ns World 1", "1ns World 2", "1ns Arrive 1", "1ns Arrive 2", "1ns Watch 1", "1ns Watch 2",
		"1ns Control 1", "1ns Control 2", "1ns Schedule 1", "1ns Schedule 2", "1ns Observe 1", "1ns Observe 2",
		"2ns later",
	}, d.lines)
	require.Equal(t, Time(2), d.Now())
	require.Equal(t, uint64(13), d.Events())
	require.Zero(t, d.Pending())
}

// A cycle that writes wakes a watcher at the same instant: the news come before
// what remains of the phase, and before the sampler.
func TestEarlierPhaseOfTheSameInstantIsNext(t *testing.T) {
	d := newDiary()
	d.At(1, PhaseObserve, d.note("sample"))
	d.At(1, PhaseSchedule, d.note("cycle", func() {
		d.At(1, PhaseObserve, d.note("sample again"))
		d.At(1, PhaseSchedule, d.note("third cycle"))
		d.After(0, PhaseWatch, d.note("news"))
	}))
	d.At(1, PhaseSchedule, d.note("second cycle"))
	require.NoError(t, d.Run(Never))
	require.Equal(t, []string{
		"1ns cycle", "1ns news", "1ns second cycle", "1ns third cycle", "1ns sample", "1ns sample again",
	}, d.lines)
}

func TestRunUntil(t *testing.T) {
	d := newDiary()
	d.At(5, PhaseWorld, d.note("a"))
	d.At(5, PhaseObserve, d.note("b", func() { d.After(0, PhaseWorld, d.note("c")) }))
	d.At(6, PhaseWorld, d.note("d"))
	steps := []struct {
		until, now Time
		lines      int
	}{
		{0, 0, 0}, {4, 4, 0}, {5, 5, 3}, {5, 5, 3}, {3, 5, 3}, {Never, 6, 4}, {Never, 6, 4}, {9, 9, 4},
	}
	for _, s := range steps {
		require.NoError(t, d.Run(s.until))
		require.Equal(t, s.now, d.Now(), "Run(%v)", s.until)
		require.Len(t, d.lines, s.lines, "Run(%v)", s.until)
	}
	require.Equal(t, []string{"5ns a", "5ns b", "5ns c", "6ns d"}, d.lines)
}

func TestAtNeverDoesNotHappen(t *testing.T) {
	d := newDiary()
	require.Zero(t, d.At(Never, PhaseWorld, d.note("never")))
	d.At(1, PhaseWorld, d.note("once", func() {
		require.Zero(t, d.After(time.Duration(Never), PhaseWorld, d.note("beyond the end of the clock")))
	}))
	require.NoError(t, d.Run(Never))
	require.Equal(t, []string{"1ns once"}, d.lines)
	require.Equal(t, Time(1), d.Now())
}

func TestCancel(t *testing.T) {
	d := newDiary()
	var self, later Handle
	self = d.At(1, PhaseWorld, d.note("a", func() {
		require.False(t, d.Cancel(self), "an event that fires is not pending")
		require.True(t, d.Cancel(later))
	}))
	later = d.At(1, PhaseArrive, d.note("taken back"))
	d.At(2, PhaseWorld, d.note("b"))
	require.NotEqual(t, self, later)
	require.NoError(t, d.Run(Never))
	require.Equal(t, []string{"1ns a", "2ns b"}, d.lines)
	require.False(t, d.Cancel(self))
	require.False(t, d.Cancel(later))
	require.False(t, d.Cancel(Handle{}))
	require.Equal(t, uint64(2), d.Events())
}

// A handle that was kept for long must not hit the event that got its place.
func TestStaleHandleHitsNothing(t *testing.T) {
	d := newDiary()
	old := d.At(1, PhaseWorld, d.note("old"))
	require.NoError(t, d.Run(1))
	d.At(2, PhaseWorld, d.note("new"))
	require.False(t, d.Cancel(old))
	require.NoError(t, d.Run(2))
	require.Equal(t, []string{"1ns old", "2ns new"}, d.lines)
}

func TestMistakesPanic(t *testing.T) {
	e := New(1)
	require.NoError(t, e.Run(10))
	tests := []struct {
		name, want string
		do         func()
	}{
		{"past", `sim: event "x" at 9ns is before now, 10ns`, func() { e.At(9, PhaseWorld, named("x")) }},
		{"negative delay", `sim: event "x" at 8ns is before now, 10ns`, func() { e.After(-2, PhaseWorld, named("x")) }},
		{"phase 0", `sim: event "x" at 10ns in unknown phase 0`, func() { e.At(10, 0, named("x")) }},
		{"phase 7", `sim: event "x" at 11ns in unknown phase 7`, func() { e.At(11, PhaseObserve+1, named("x")) }},
		{"nil", "sim: nil event at 10ns", func() { e.At(10, PhaseWorld, nil) }},
		{"limit", "sim: instant limit 0 is not positive", func() { e.SetInstantLimit(0) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.PanicsWithValue(t, tt.want, tt.do)
			require.Zero(t, e.Pending())
		})
	}
}

func TestRunInsideAnEventPanics(t *testing.T) {
	e := New(1)
	e.At(3, PhaseWorld, Func{"nested", func(Time) { _ = e.Run(Never) }})
	require.PanicsWithValue(t, "sim: Run called by an event at 3ns", func() { _ = e.Run(Never) })
}

// again is an event that schedules itself forever.
type again struct {
	*Engine
	delay time.Duration
}

func (a *again) Fire(Time)      { a.After(a.delay, PhaseControl, a) }
func (a *again) String() string { return "requeue default/web" }

func TestInstantLimit(t *testing.T) {
	e := New(1)
	e.SetInstantLimit(100)
	e.At(Time(time.Minute), PhaseControl, &again{e, 0})
	err := e.Run(Never)
	require.EqualError(t, err, `sim: more than 100 events at 1m0s: a loop without delay? The last is "requeue default/web"`)
	require.Equal(t, uint64(100), e.Events())
	require.Equal(t, err, e.Run(Never), "a failed run stays failed")
}

func TestInstantLimitCountsOneInstantOnly(t *testing.T) {
	e := New(1)
	e.SetInstantLimit(2)
	for at := range Time(10) { // instant 0 included
		e.At(at, PhaseWorld, named("a"))
		e.At(at, PhaseWorld, named("b"))
	}
	require.NoError(t, e.Run(Never))
	e.At(9, PhaseWorld, named("third, in a later Run"))
	require.ErrorContains(t, e.Run(Never), "more than 2 events at 9ns")
}

func TestDefaultInstantLimit(t *testing.T) {
	e := New(1)
	e.At(0, PhaseControl, &again{e, 0})
	require.ErrorContains(t, e.Run(Never), "more than 10000000 events at 0s")
}

func TestFail(t *testing.T) {
	d := newDiary()
	broken := errors.New("node n-1 has -1 pods")
	d.At(1, PhaseWorld, d.note("fails", func() {
		d.Fail(nil)
		d.Fail(broken)
		d.Fail(errors.New("a later error"))
	}))
	d.At(1, PhaseArrive, d.note("not reached"))
	require.Equal(t, broken, d.Run(9))
	require.Equal(t, []string{"1ns fails"}, d.lines)
	require.Equal(t, Time(1), d.Now())
	require.Equal(t, 1, d.Pending())
	require.Equal(t, broken, d.Run(9), "a failed run stays failed")
}

func TestStopAndGoOn(t *testing.T) {
	d := newDiary()
	d.At(1, PhaseWorld, d.note("a", d.Stop))
	d.At(1, PhaseWorld, d.note("b"))
	require.ErrorIs(t, d.Run(9), ErrStopped)
	require.Equal(t, Time(1), d.Now())
	require.Equal(t, 1, d.Pending())
	require.NoError(t, d.Run(9))
	require.Equal(t, []string{"1ns a", "1ns b"}, d.lines)
	require.Equal(t, Time(9), d.Now())
}

func TestStopBeforeRun(t *testing.T) {
	d := newDiary()
	d.At(1, PhaseWorld, d.note("a"))
	d.Stop()
	require.ErrorIs(t, d.Run(9), ErrStopped)
	require.Empty(t, d.lines)
	require.Zero(t, d.Now())
}

// Under -race this shows that a signal handler may call Stop; without Stop the
// run would not end.
func TestStopFromAnotherGoroutine(t *testing.T) {
	e := New(1)
	var interrupt sync.WaitGroup
	e.At(0, PhaseControl, &again{e, 1})
	e.At(1000, PhaseWorld, Func{"interrupt", func(Time) { interrupt.Go(e.Stop) }})
	require.ErrorIs(t, e.Run(Never), ErrStopped)
	interrupt.Wait()
	require.GreaterOrEqual(t, e.Now(), Time(1000))
}

func TestObserveSeesEveryEventBeforeItFires(t *testing.T) {
	d := newDiary()
	for _, who := range []string{"first", "second"} {
		d.Observe(func(now Time, ev Event) {
			d.lines = append(d.lines, fmt.Sprintf("%v %s observer: %v", now, who, ev))
		})
	}
	d.Cancel(d.At(1, PhaseWorld, d.note("taken back")))
	d.At(1, PhaseWorld, d.note("a"))
	require.NoError(t, d.Run(Never))
	require.Equal(t, []string{"1ns first observer: a", "1ns second observer: a", "1ns a"}, d.lines)
}

// The engine must not keep what has fired or was cancelled alive.
func TestFiredAndCancelledEventsAreGarbage(t *testing.T) {
	e := New(1)
	var gone []weak.Pointer[again]
	add := func(at Time) Handle {
		ev := &again{e, Never.Sub(0)} // schedules its successor never
		gone = append(gone, weak.Make(ev))
		return e.At(at, PhaseWorld, ev)
	}
	for i := range 10 {
		add(Time(i))
	}
	e.Cancel(add(20)) // its entry is still in the heap
	e.At(30, PhaseWorld, named("pending"))
	require.NoError(t, e.Run(10))
	runtime.GC()
	for i, p := range gone {
		require.Nil(t, p.Value(), "event %d", i)
	}
	require.Equal(t, 1, e.Pending())
}

func TestNoAllocationPerEvent(t *testing.T) {
	e := New(1)
	newStation(e, 0.8)
	timer := Event(&again{e, 1})
	require.NoError(t, e.Run(Time(time.Hour)))
	allocs := testing.AllocsPerRun(100, func() {
		e.Cancel(e.After(time.Hour, PhaseControl, timer))
		_ = e.Run(e.Now().Add(time.Minute))
	})
	require.Zero(t, allocs)
	require.Greater(t, e.Events(), uint64(5000))
}

func TestPhaseOfTheInstant(t *testing.T) {
	e := New(1)
	require.Zero(t, e.Phase())
	var seen []Phase
	note := Func{Name: "note", Do: func(Time) { seen = append(seen, e.Phase()) }}
	e.At(1, PhaseWorld, note)
	e.At(1, PhaseControl, Func{Name: "back", Do: func(now Time) { e.At(now, PhaseWatch, note) }})
	e.At(2, PhaseWatch, note)
	require.NoError(t, e.Run(Never))
	require.Equal(t, []Phase{PhaseWorld, PhaseControl, PhaseWatch}, seen, "an earlier phase does not take the instant back")
}
