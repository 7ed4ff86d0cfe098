// Package replicaset keeps the number of pods that each ReplicaSet asks for, as kube-controller-manager v1.36.3 does
// (pkg/controller/replicaset).
//
//	pods owned and selected, not ended, not being deleted = active
//	active < replicas: create the difference, at most 500, in batches of 1, 2, 4, ...
//	active > replicas: delete the difference, at most 500, all together, by rank
//	then: status, counted from the pods as they were at the beginning
//
// So the status lags by one reconcile: while a hundred pods are created at 20 calls a second it says nothing of them.
//
// Ready pods become available after minReadySeconds, counted from a timestamp in whole seconds of the wall clock; the
// controller looks again at that instant.
//
// The restarts of a pod are those of all its containers together, where upstream compares the container with the most.
package replicaset
