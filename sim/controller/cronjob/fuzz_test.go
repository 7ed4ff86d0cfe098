package cronjob

import (
	"testing"
	"time"
)

// FuzzParse: whatever a timetable says, it is read or refused; and what is read has later times only, or none.
func FuzzParse(f *testing.F) {
	for _, seed := range [][2]string{{"*/5 * * * *", ""}, {"@every 1h", "UTC"}, {"TZ=0", ""}, {"0 0 31 2 *", "Asia/Tokyo"}, {"CRON_TZ= * * * * *", ""}, {"@", "Local"}} {
		f.Add(seed[0], seed[1])
	}
	from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, schedule, zone string) {
		s, err := Parse(schedule, zone)
		if err != nil {
			return
		}
		if next := s.Next(from); !next.IsZero() && !next.After(from) {
			t.Fatalf("%q: %v is not after %v", schedule, next, from)
		}
	})
}
