//go:build unix

package app

import (
	"runtime"
	"syscall"
)

// peakMemory returns the peak resident set of the process in bytes, 0 if it is not known.
func peakMemory() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return u.Maxrss // bytes
	}
	return u.Maxrss * 1024 // kilobytes elsewhere
}
