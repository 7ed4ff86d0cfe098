// Package generate makes random clusters for the comparison of two schedulers: what a user might write, valid for
// the API, and rich in the features that plugins of kube-scheduler look at.
//
// A case follows from (seed, index) alone: case 17 of seed 1 is the same whether 20 or 2,000 cases are asked for.
// Its kind follows from the index, so that every run of a few dozen cases holds every kind. A kind raises the chances
// of some features above the low ones that all kinds share; what then comes together is chance.
//
// Left out on purpose: what makes the real scheduler's own answer a matter of luck or an error. Nodes stay below 100
// (all are searched), start times of pods differ (no order of victims depends on a list), sizes of volumes differ,
// and label values in preferred Gt/Lt terms are valid labels (others end the cycle with an error).
package generate
