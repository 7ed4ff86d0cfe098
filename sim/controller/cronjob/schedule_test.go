package cronjob

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestParse(t *testing.T) {
	from := at("2024-03-30 12:00:00")
	for _, c := range []struct{ schedule, zone, next string }{
		{"*/5 * * * *", "", "2024-03-30 12:05:00"},
		{"@hourly", "", "2024-03-30 13:00:00"},
		{"@every 90s", "", "2024-03-30 12:01:30"},
		{"0 14 * * *", "Europe/Berlin", "2024-03-30 13:00:00"},
		{"30 2 * * *", "Europe/Berlin", "2024-04-01 00:30:00"}, // 02:30 of the 31st does not exist
		{"0 9 * * *", "America/New_York", "2024-03-30 13:00:00"},
		{"TZ=Asia/Tokyo 0 0 * * *", "Europe/Berlin", "2024-03-30 15:00:00"},
		{"0 0 * * 1-5", "", "2024-04-01 00:00:00"},
	} {
		s, err := Parse(c.schedule, c.zone)
		require.NoError(t, err, c.schedule)
		require.Equal(t, at(c.next), s.Next(from).UTC(), c.schedule)
	}
	for _, c := range []struct{ schedule, zone, message string }{
		{"* * * *", "", `schedule "* * * *": expected exactly 5 fields, found 4: [* * * *]`},
		{"61 * * * *", "", `schedule "61 * * * *": end of range (61) above maximum (59): 61`},
		{"* * * * *", "Atlantis/Main", `time zone "Atlantis/Main": unknown time zone Atlantis/Main`},
	} {
		_, err := Parse(c.schedule, c.zone)
		require.EqualError(t, err, c.message)
	}
	_, err := Parse("TZ=0", "")
	require.ErrorContains(t, err, `schedule "TZ=0"`)
}

// TestLastTime has the cases of upstream's TestMostRecentScheduleTime (utils_test.go, v1.36.3).
func TestLastTime(t *testing.T) {
	for _, c := range []struct {
		name, schedule, since, now, want string
		missed                           bool
	}{
		{"none yet", "0 * * * *", "2024-01-01 10:00:00", "2024-01-01 10:59:59", "", false},
		{"just now", "0 * * * *", "2024-01-01 10:00:00", "2024-01-01 11:00:00", "2024-01-01 11:00:00", false},
		{"one", "0 * * * *", "2024-01-01 10:00:00", "2024-01-01 11:59:00", "2024-01-01 11:00:00", false},
		{"two", "0 * * * *", "2024-01-01 10:00:00", "2024-01-01 12:30:00", "2024-01-01 12:00:00", true},
		{"a hundred", "0 * * * *", "2024-01-01 10:00:00", "2024-01-05 14:30:00", "2024-01-05 14:00:00", true},
		{"irregular", "30 6-16/4 * * 1-5", "2024-01-05 09:00:00", "2024-01-08 10:31:00", "2024-01-08 10:30:00", true},
		{"every", "@every 1h", "2024-01-01 10:10:00", "2024-01-01 13:30:00", "2024-01-01 13:10:00", true},
	} {
		s, err := Parse(c.schedule, "")
		require.NoError(t, err)
		r, err := lastTime(at(c.since), at(c.now), s)
		require.NoError(t, err)
		var want time.Time
		if c.want != "" {
			want = at(c.want)
		}
		require.Equal(t, want, r.last, c.name)
		require.Equal(t, c.missed, r.missed, c.name)
	}
	never, err := Parse("59 23 31 2 *", "")
	require.NoError(t, err)
	_, err = lastTime(at("2024-01-01 00:00:00"), at("2024-02-01 00:00:00"), never)
	require.ErrorIs(t, err, errNever)
}

// TestLastTimeIsTheLast: jumping over missed times finds what walking through them does, where they are regular.
func TestLastTimeIsTheLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		schedule := rapid.SampledFrom([]string{"* * * * *", "*/5 * * * *", "*/20 * * * *", "7 * * * *", "0 */6 * * *", "15 3 * * *", "@every 7m"}).Draw(t, "schedule")
		s, err := Parse(schedule, "")
		require.NoError(t, err)
		since := at("2024-02-27 00:00:00").Add(time.Duration(rapid.IntRange(0, 100000).Draw(t, "since")) * time.Second)
		now := since.Add(time.Duration(rapid.IntRange(0, 400000).Draw(t, "after")) * time.Second)
		var want time.Time
		for next := s.Next(since); !next.After(now); next = s.Next(next) {
			want = next
		}
		r, err := lastTime(since, now, s)
		require.NoError(t, err)
		require.Equal(t, want, r.last)
		wait := untilNext(since, now, s)
		require.Positive(t, wait)
		require.False(t, s.Next(now).Add(padding).Before(now.Add(wait)), "no time is passed over")
	})
}

func TestClock(t *testing.T) {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	store.SetWallFraction(250 * time.Millisecond)
	c := newClock(time.Time{}, store)
	require.Equal(t, "2000-01-01T00:00:01.25Z", c.wall(sim.Time(time.Second)).Format(time.RFC3339Nano))
	require.Equal(t, sim.Time(time.Minute), c.run(c.wall(sim.Time(time.Minute))))
	zone := time.FixedZone("", 3600)
	c = newClock(time.Date(2024, 5, 6, 7, 8, 9, 999, zone), store)
	require.Equal(t, "2024-05-06T06:08:09.25Z", c.wall(0).Format(time.RFC3339Nano))
	require.Equal(t, sim.Time(0), store.WholeSecond(0)+sim.Time(250*time.Millisecond))
	require.Equal(t, fmt.Sprint(time.Saturday), DefaultEpoch.Weekday().String())
}
