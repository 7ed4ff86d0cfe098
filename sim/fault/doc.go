// Package fault takes nodes down and brings them back, by a script of outages.
//
//	          At                       At + For, and no other outage of the node lasts
//	up ---------------> down, tainted ------------------------------------------------> up, empty
//
// A node that goes down has Down set: the kubelet there stops, and with it all that runs. It also gets the taint
// node.kubernetes.io/unreachable:NoSchedule, so that no scheduler places pods there. In a real cluster the node lifecycle
// controller adds it, with the condition Ready=Unknown, 40 s after the last heartbeat (pkg/controller/nodelifecycle,
// v1.36); here it comes with the outage itself. Both are taken back when the node returns.
package fault
