package cronjob

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a time zone must mean the same on every machine

	"github.com/robfig/cron/v3"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// DefaultEpoch is the wall clock at the begin of a run unless another is given.
var DefaultEpoch = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// clock converts between the time of a run and that of the wall clock.
type clock struct{ start time.Time }

func newClock(epoch time.Time, store *cluster.Store) clock {
	if epoch.IsZero() {
		epoch = DefaultEpoch
	}
	fraction := sim.Time(0).Sub(store.WholeSecond(0))
	return clock{start: epoch.UTC().Truncate(time.Second).Add(fraction)}
}

func (c clock) wall(t sim.Time) time.Time { return c.start.Add(time.Duration(t)) }
func (c clock) run(t time.Time) sim.Time  { return sim.Time(t.Sub(c.start)) }

// Parse reads the timetable of a CronJob: five fields or a descriptor such as @hourly, in the given time zone; "" stands for
// UTC. A zone in the timetable itself (TZ=, CRON_TZ=) goes before it (formatSchedule, v1.36.3).
func Parse(schedule, zone string) (s cron.Schedule, err error) {
	defer func() {
		if r := recover(); r != nil { // the parser panics on a zone without a timetable: TZ=0
			err = fmt.Errorf("schedule %q: %v", schedule, r)
		}
	}()
	if zone != "" {
		if _, err = time.LoadLocation(zone); err != nil {
			return nil, fmt.Errorf("time zone %q: %w", zone, err)
		}
		if !strings.Contains(schedule, "TZ") {
			schedule = "TZ=" + zone + " " + schedule
		}
	}
	if s, err = cron.ParseStandard(schedule); err != nil {
		return nil, fmt.Errorf("schedule %q: %w", schedule, err)
	}
	return s, nil
}

// recent is the last time of a timetable before now, as mostRecentScheduleTime works it out.
type recent struct {
	since  time.Time // when the CronJob was made or last scheduled, or its deadline if that is later
	last   time.Time // zero: none since then
	missed bool      // there was more than one
}

// errNever is the error of a timetable without times: the 31st of February.
var errNever = errors.New("time difference between two schedules is less than 1 second")

// lastTime works out the last time of a timetable that is not after now (utils.go: mostRecentScheduleTime, v1.36.3).
func lastTime(since, now time.Time, s cron.Schedule) (recent, error) {
	r := recent{since: since}
	first := s.Next(since)
	second := s.Next(first)
	switch {
	case now.Before(first):
		return r, nil
	case now.Before(second):
		r.last = first
		return r, nil
	}
	period := second.Sub(first).Round(time.Second)
	if period < time.Second {
		return r, errNever
	}
	// Not all times are counted: those that fit in before now by the first period are passed over, but for the last of them.
	count := now.Sub(first)/period + 1
	for t := s.Next(first.Add((count - 2) * period)); !t.After(now); t = s.Next(t) {
		r.last = t
	}
	r.missed = count > 0
	return r, nil
}

// padding is added to each wait, against the drift of clocks (nextScheduleDelta, v1.36.3).
const padding = 100 * time.Millisecond

// untilNext returns how long to wait for the next time of the timetable (nextScheduleTimeDuration, v1.36.3).
func untilNext(since, now time.Time, s cron.Schedule) time.Duration {
	r, err := lastTime(since, now, s)
	from := r.last
	switch {
	case err != nil || r.last.IsZero() && r.missed:
		from = now
	case r.last.IsZero():
		from = r.since
	}
	return s.Next(from).Add(padding).Sub(now)
}
