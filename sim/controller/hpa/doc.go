// Package hpa is the horizontal pod autoscaler of kube-controller-manager v1.36.3 (pkg/controller/podautoscaler).
//
//	metrics --compute--> replicas asked for --Recommender--> recommendation --history, policies, bounds--> scale
//	  |                                                                                                      |
//	  samples of pods, or of something as a whole                                          status, conditions <
//
// Every HorizontalPodAutoscaler is looked at once in a sync period, for the first time one period after its creation, and
// then one period after the end of each look: upstream's queue keeps every key for that long, also after an error. There
// is no back-off, and nothing that happens in the cluster brings a look forward.
//
// A look reads the scale of the target and its metrics, decides (calculate.go), and writes the scale, if it is to be
// another, and the status, if it is another. What is remembered between looks is in history.go; what follows from a spec
// is computed once for each version of it (plan.go).
//
//	replicas.go   what one metric asks for, from the pods' samples
//	pods.go       which samples count, and requests
//	history.go    recommendations and scale events within their windows
//	behavior.go   policies, bounds, and the limit of growth without policies
//	view.go       the pods of a target, and whether they are another autoscaler's too
//
// # Another autoscaler
//
// A Recommender stands between the metrics and the rest: it is given what the metrics ask for, and the world, and says
// what is to be asked for instead. Bounds, stabilization and policies of the object apply to that. It is one file with a
// type, and one line in AllRecommenders; an object asks for it by its name:
//
//	metadata:
//	  annotations:
//	    wavetank.dev/recommender: linear   # reactive, the default, is kube-controller-manager's own
//	    wavetank.dev/look-ahead: 60s
//	    wavetank.dev/history-size: "6"
//
// linear asks for what the straight line through the last recommendations comes to after the time that it looks ahead, or
// for what the metrics ask for if that is more. Where load rises steadily, pods are there when it comes and not a start
// later; where it falls, nothing is given up early.
//
// # What differs from upstream
//
// Upstream has a client for scales, one for metrics and one for the rest, each with its own limit of calls; here they are
// one. The events about metrics that cannot be had are not written. Objects and external metrics have no API version.
// HPAScaleToZero, off by default upstream, is on for objects with minReplicas 0.
package hpa
