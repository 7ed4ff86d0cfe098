// Package disruption keeps the status of PodDisruptionBudgets: how many of their pods are healthy, how many have to be, and
// so how many may be evicted (pkg/controller/disruption/disruption.go, v1.36.3).
//
//	expected  minAvailable as a number: the pods that the budget selects
//	          a percentage, and maxUnavailable: the replicas that the controllers of these pods are asked for
//	desired   minAvailable, or expected - maxUnavailable; percentages are rounded up
//	healthy   pods that are ready, not being deleted, and of which no eviction is under way
//	allowed   healthy - desired, at least 0; 0 where nothing is expected
//
// The API server, when it allows an eviction, takes one from allowed and notes the pod as disrupted, so that the same
// disruption is not allowed twice before this controller has seen it. A pod that is noted and not deleted within two
// minutes counts again; the controller looks at that instant, and there is no event while no eviction is under way.
//
// A status is written under optimistic concurrency: if the budget has changed since the sync began, the write fails with a
// conflict and the budget is looked at again. That is what happens in a drain: evictions and this controller write the
// same object.
//
// Pods without a controller count in a budget that states a number of minAvailable. In all others they are expected by
// nobody, which makes the number too small; upstream says so in an event. A pod whose controller cannot be scaled, such as
// one of a DaemonSet or a Job, or is gone, fails the sync: then nothing is allowed, and the condition says SyncFailed.
//
// A change of a pod is news for one of the budgets that select it, as upstream; which one is drawn. Changes of the
// controllers that a budget depends on are no news: it is the pods that they make or delete that are. As long as there is
// no budget, pods are not watched.
//
// Left out are the events, and the condition DisruptionTarget of pods that were to be deleted and were not: here the
// condition and the deletion are one write.
package disruption
