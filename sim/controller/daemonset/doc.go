// Package daemonset runs the DaemonSet controller: one pod on each node that the template fits.
//
//	set, its pods, nodes --> manage: a pod where one is missing, none where one must not be
//	                         --> if there was nothing to do: roll, a few nodes at a time --> status
//
// A pod is made for a node: its affinity names the node, and the scheduler binds it. Which nodes those are depends on
// labels and taints alone, not on room. Daemon pods tolerate the taints of nodes in trouble.
//
// An update replaces pods of another revision, at most maxUnavailable nodes being without an available pod; with maxSurge
// the new pod is made first, beside the old one, which goes when the new one is available.
//
// Semantics are those of pkg/controller/daemon, v1.36.3. As there, a node that goes is no news: its pods' end is. A revision
// is named by a hash of the template; ControllerRevisions are not stored, but writing a new one takes a call of the API.
// Pods that the set did not make are not adopted.
package daemonset
