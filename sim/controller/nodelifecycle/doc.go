// Package nodelifecycle watches over the nodes as the node lifecycle controller of kube-controller-manager does: it notices
// that a node is not heard of any more, says so in its condition Ready, keeps new pods away by taints, and lets the taint
// eviction controller move the pods of failed nodes elsewhere, zone by zone and not all at once.
//
// Every MonitorPeriod there is a tick. The kubelet of a node that is well renews its lease every 10 s, and up to 4 % later;
// the tick after a renewal notes that it has seen it. When a node has been silent for GracePeriod since the last tick that
// saw a renewal, a tick gives it up:
//
//	last renewal   tick that sees it            first tick at least GracePeriod later
//	     |--------------|----------------------------------|-----> Ready=Unknown, its pods Ready=False
//	        up to 5 s                 50 s                 |-----> unreachable:NoSchedule, by the news of that write
//	                                                       |-----> unreachable:NoExecute, when it is the node's turn in its zone
//
// The taints NoExecute of a zone pass through a queue with a rate: EvictionRate in a zone that is well, the secondary rate
// in a large one of which most nodes are not ready, none in a small one like that. If no zone has a node that is ready, it
// is more likely that the controller is cut off than that all have failed: the taints are taken back and nobody is evicted
// until a node is heard of.
//
// A node that returns is ready as soon as its kubelet says so. The taint NoSchedule goes with that news, NoExecute at the next
// tick. Cordoned nodes get their taint, and new nodes lose theirs, in the same way as NoSchedule comes and goes.
//
// Renewals are no events here. When the last one before a silence was is drawn from the seed by the node and the silence.
// A tick that would find nothing to do is left out, and with it everything else: a cluster that is well costs nothing.
// As in the real loop the next tick comes a period after the end of the last one, so that a tick that had to wait for the
// client's limit moves all later ones.
//
// Semantics are those of pkg/controller/nodelifecycle, v1.36.3. Left out are: the status that a kubelet writes every five
// minutes, which counts as a renewal too; conditions other than Ready; and the reconciliation of beta labels.
package nodelifecycle
