//go:build !unix

package app

// peakMemory returns 0: the peak resident set is not known on this system.
func peakMemory() int64 { return 0 }
