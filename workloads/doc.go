// Package workloads turns one scenario file into an experiment: it reads and checks the file, builds the cluster, and
// submits the pods.
//
//	scenario.yaml -> Document (YAML tree, --set) -> decoder -> Scenario -> BuildNodes   -> cluster.Store
//	                                                                    -> OpenWorkload -> Source -> Feeder -> cluster.Store
//
// # The scenario
//
// A Scenario is plain data with every default filled in. Its file is read strictly: an unknown field, a value of the
// wrong type or out of range is an error that names file, line and field. Marshal writes the filled-in form, and
// decoding that gives the same scenario again. README.md beside this file lists every key.
//
// # Sources and the feeder
//
// A Source hands out pods in the order of their submission, as bufio.Scanner does lines. The Feeder holds one pending
// submission as an event in sim.PhaseArrive, so the queue of events is as long as the cluster is busy and not as long as
// the workload. It removes the objects of its pods once they have ended, so memory follows live pods.
//
// # Applications
//
// Manifests make objects that controllers reconcile, package manifest reads them. What manifests do not say, how long
// containers take, run and fail, is an App; what is changed while the cluster runs is an Action, which package actions
// carries out. This package holds both as data: who runs a scenario hands them to the kubelet and to actions.
//
// # Randomness
//
// What belongs to a pod (its class, its run time) is drawn from the pod's own name, so that it is the same whatever else
// the scenario holds and whichever policy runs. The gaps between arrivals come from one stream for each synthetic entry,
// named after its pods.
package workloads
