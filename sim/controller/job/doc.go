// Package job runs the Job controller: it starts pods until enough of them have succeeded, or too many have failed.
//
//	pods of the Job --> calculate --> plan --> calls: delete, create 1, 2, 4, ... --> write status (finished pods noted)
//	                                                  --> release those pods      --> write status (finished pods counted)
//
// # When it looks
//
// A new or changed spec is looked at once. News of pods, and of the controller's own status, waits SyncPeriod, so that many
// of them make one sync. A Job whose pods failed waits for its back-off, or for that of the index.
//
// # Counted once
//
// A pod is Tracked from its creation until its end is counted. One that is removed before that would keep its object in a
// real API server, held by a finalizer; here the controller itself keeps the last version of it.
//
// # Whole seconds
//
// A back-off runs from the second in which the last failed pod finished, a deadline from the second in which the Job
// started: the timestamps of the API know no fractions.
//
// Semantics are those of pkg/controller/job and pkg/controller/ttlafterfinished, v1.36.3. Not modelled: adoption of pods
// that the Job did not make, successPolicy, managedBy. The exit code of a pod is that of the container that ended it: a rule
// of podFailurePolicy that names a container asks that the pod has it. Of the conditions of pods such a rule sees
// DisruptionTarget alone.
package job
