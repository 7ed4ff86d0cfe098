// Package kubelet lives the life of a pod that has been bound: admission, image pull, start, run, end. One Kubelet stands
// for the kubelets of all nodes.
//
//	bound ----> admitted --pull, start--> Running --RunTime is over--> Succeeded
//	  |             |                        |
//	  |             +--- deleted ------------+--- Stop, at most what is left of the grace period --> object removed
//	  |             +--- node down or gone --+
//	  |                                      |
//	  +--- does not fit ---------------------+--> Failed ("OutOfcpu", ..., "NodeLost")
//
// # What is news and what is not
//
// The kubelet hears of pods as any component does: by a watch, with a latency if one is configured, so it may admit a pod
// that has been deleted meanwhile. It hears of its own node at once: that the power fails is not news but what happens.
// Before it writes, it looks whether the pod is still there and has not ended otherwise, as the API server would refuse
// the write.
//
// # Failure of a node
//
// When a node goes down, all that runs there stops, and here its pods are Failed at that same instant with the reason
// NodeLost. In a real cluster nobody knows at once: the node lifecycle controller marks the node after 40 s without a
// heartbeat and evicts its pods 5 minutes later. Those delays belong to that controller, and are not modelled here. A
// node that returns is empty and ready.
//
// # Cost
//
// With neither pull nor start latency a pod starts in the event that brings the news of its binding: one event of its own
// for the whole life, the end. The state of a pod on its node is reused, so that the kubelet allocates nothing for a pod
// in steady state beyond the two versions of the object that the store keeps.
package kubelet
