// Package framework holds the contracts of the scheduler and nothing else: what a plugin is, what an Algorithm is, what a
// Decision says. The names and the order of arguments are kube-scheduler's (k8s.io/kube-scheduler framework, v0.36), less
// context and logger: nothing here waits and nothing logs.
//
// One decision runs through the extension points in this order:
//
//	Less -> PreEnqueue -> | PreFilter -> Filter -> (none left: PostFilter) -> PreScore -> Score -> NormalizeScore |
//	        queue         |                            Algorithm.Schedule, pure                                  |
//	     -> Reserve -> Permit -> PreBind -> Bind -> PostBind
//	                        cycle
//
// A plugin implements the interfaces of the points it takes part in. Outcomes are values: a nil *Status is success,
// "unschedulable" is no error.
package framework
