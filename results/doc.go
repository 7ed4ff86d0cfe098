// Package results turns the history of a run into its results: one row for each pod, the log of events, the summary with
// its metrics, and the manifest that says how to get the same results again. README.md defines every metric and column.
//
// # The way of the numbers
//
// The Recorder looks and changes nothing. It is told every change of the store and every decision of the scheduler:
//
//	cluster.Store --OnChange---> Recorder --a pod ends------> pods.csv
//	scheduler ----OnDecision-->     |     --every change----> events.jsonl   (Config.Events)
//	                                |     --time moves on---> timeseries.csv (Config.SampleEvery)
//	                                +-----Close-------------> summary.json, manifest.yaml
//
// Between two changes nothing changes, so that all averages over time are exact sums over the stretches between changes.
// The recorder schedules no event: sampling cannot keep a run alive or alter it.
//
// # Memory follows live objects
//
// A pod's row is written when the pod ends, and the pod is forgotten. What remains of it is its wait: 8 bytes, for the
// quantiles, which are exact. The recorder holds the newest version of each pod that has not ended, which the store holds
// anyway.
//
// # All or nothing
//
// All files are written under temporary names in the output folder and renamed by Close. Whatever goes wrong before,
// nothing half-written is left behind.
package results
