// Package sim is the discrete-event kernel: a clock, the pending events, and
// randomness by name.
package sim
