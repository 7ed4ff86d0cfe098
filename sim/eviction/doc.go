// Package eviction is the API server's eviction subresource: the way in which a drain, a node upgrade or an autoscaler asks
// for the end of a pod within its disruption budget (pkg/registry/core/pod/storage/eviction.go, v1.36.3).
//
//	Evict --> the request arrives --> reads pod and budget --> writes the budget --> marks and deletes the pod --> done
//	              ^                        |                        |
//	              |                        +-- 429: not now         +-- conflict: the budget has changed since it was read
//	              +---------------------- 500 ms and up to 10 % more, at most 20 tries ----------+
//
// Pods that have ended, wait or are being deleted are deleted without asking a budget. A pod that is not ready is deleted
// without taking from its budget where that allows it: always, or while the healthy pods are as many as are desired. More
// than one budget for a pod is an error.
//
// A request that may go on takes one from DisruptionsAllowed and notes the pod in DisruptedPods. It writes what it has
// read, under optimistic concurrency: of several requests that read the same version one wins, and the others try again
// half a second later. That is why the pods of a drained node leave it at +0, +0.5, +1.0 s although the budget would allow
// them all at once. With an API that takes no time there is nothing between reading and writing, and no conflict.
//
// Times within a request are drawn by the pod that it is for, so that they are the same whatever else happens.
package eviction
