// Package statefulset runs the StatefulSet controller: pods with ordinal names, made in order and each once the one before
// is available, or all at once, with volumes of their own.
//
//	set, its pods --> calculate --> plan: claims, then a pod, or the end of one --> status
//
// With OrderedReady one sync creates or deletes one pod at most, and waits for the lowest that is not available. With
// Parallel it does all that it can, in batches of 1, 2, 4, .... Only when all pods exist and are available are surplus
// pods deleted, the highest first, and then those of another revision, down to the partition.
//
// A revision is named by its template: the set's name and a hash. ControllerRevisions are not stored. The controller
// remembers the templates of revisions that pods or the status name; writing one takes a call of the API, as upstream.
//
// Semantics are those of pkg/controller/statefulset, v1.36.3. A maxUnavailable above 1 acts as with the feature gate
// MaxUnavailableStatefulSet, which is off by default in v1.36. Claims are kept when pods or the set go
// (persistentVolumeClaimRetentionPolicy is not modelled), and pods that the set did not make are not adopted.
package statefulset
