// Package fault makes things go wrong: by a script, or at random as real machines do.
//
//	          At                      At + For, and nothing else of the kind lasts there
//	well ---------------> faulty ------------------------------------------------------> well
//	       Effect.begin                            Effect.end
//
// # What can go wrong
//
//	PowerLoss    nodes go down at once
//	Shutdown     nodes go down in good order: their kubelets end the pods first
//	Partition    nodes run on and reach neither the control plane nor other zones
//	Slow         everything takes longer on nodes
//	Pause        a component of the control plane stands still, or the image registry
//	Crash        containers of pods end in failure, or are killed for want of memory
//	BadRollout   a Deployment gets an image that never becomes ready, or crashes
//
// Faults change what is physically so: NodeState.Down, Isolated, Silent and Slowdown. What the API says of a node is for
// its kubelet and the node lifecycle controller to write. In a cluster without controllers (Config.Plain) nobody would: there
// the loss of power marks the node itself, with Ready=Unknown and the taint node.kubernetes.io/unreachable:NoSchedule, and
// takes both back.
//
// Which nodes and pods are hit is decided when a fault begins. A node that comes later is spared; one that is deleted
// meanwhile does not return, and another under its name is another machine. Faults of one kind may overlap on a node: it is
// well again when the last of them is over. Of several slow-downs the worst counts.
//
// # Faults at random
//
// A Process makes the nodes, racks, zones or pods that it is for fail again and again: a renewal process for each, whose
// k-th gap and k-th repair are drawn from a stream of the object's own, by its name and k. So another scheduler, another
// workload or another fault beside it meets the very same failures (common random numbers). Gaps count from the beginning
// of one failure to the beginning of the next, as studies of failures do; a failure within the repair of the one before
// makes that longer. Each node costs one pending event, and nothing between its failures.
//
// # Reports
//
// Every fault that begins has a number, and Config.Report hears of its beginning, just before it, and of its end, just
// after it. StillOn tells of those that have begun and not ended.
package fault
