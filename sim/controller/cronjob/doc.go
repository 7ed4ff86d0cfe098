// Package cronjob runs the CronJob controller: it makes a Job at each time of a timetable.
//
// A sync deletes the oldest finished Jobs beyond the history limits, and then asks which time of the timetable was the
// last: if its Job has not been made, and the time is not further back than startingDeadlineSeconds, it makes the Job,
// unless concurrencyPolicy Forbid keeps it from that; with Replace it deletes the Jobs that still run first. The Job is
// named by its time: the CronJob's name and the minutes since 1970. Then the controller looks again 100 ms after the next
// time of the timetable.
//
// # The wall clock
//
// A timetable speaks of the wall clock, a run of the time since its begin. Epoch says which instant of the wall clock the
// begin is, by the whole second: by default DefaultEpoch, a Saturday. The store's wall fraction (cluster.Store.SetWallFraction)
// adds to it. Timetables without a time zone are read as UTC, the zone of a control plane's containers.
//
// Semantics are those of pkg/controller/cronjob, v1.36.3; timetables are read by the parser that it uses, robfig/cron's
// standard one. A timetable or time zone that cannot be read makes no Jobs until it is changed.
package cronjob
