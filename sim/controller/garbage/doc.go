// Package garbage runs the two controllers that remove what nothing needs any more.
//
// The garbage collector (New) deletes objects whose managing controller is gone, as with background deletion: the owner
// goes first, its dependents after it, and theirs after them. It looks at an object when its owner is deleted, and when
// the object appears or gets another owner. An owner without a UID is one that the cluster never had: its dependents stay. So
// do those of owners of kinds that are not modelled, and who wants to keep dependents takes their owner from them first.
//
// The pod garbage collector (NewPods) deletes the oldest ended pods beyond a threshold, pods on nodes that have been gone
// for a while, and pods that are being deleted and that no kubelet will end: those on nodes that are not ready and have the
// taint out-of-service, and those that were never placed. It looks every 20 s, counted from the begin of the run; ticks at
// which there is nothing to do are left out, so that a run can end.
//
// Semantics are those of pkg/controller/garbagecollector and pkg/controller/podgc, v1.36.3, without foreground deletion.
// Finished Jobs beyond their time are deleted by package job.
package garbage
