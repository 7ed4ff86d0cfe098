// Package verdict is the language in which two schedulers are compared: what a scheduler says about one pod on one
// cluster, what it must be able to do for the comparison, the differences between two verdicts, and how much of the
// plugins a set of verdicts covers.
//
// It knows neither the real kube-scheduler nor Wavetank's: both sides translate into it.
package verdict
