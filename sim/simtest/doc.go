// Package simtest runs scripts about a simulated cluster: what to do, and below the line what must come of it. The format
// is that of github.com/cockroachdb/datadriven; go test -rewrite fills in what came. A script is one world, from its
// first command to its last, unless it says cluster again.
//
//	cluster [seed=1] [pull=2s] [start=1s] [stop=5s] [watch-latency=1s] [bind-latency=1s] [kubelet-latency=1s] [cycle=10ms]
//	node n1 cpu=2 mem=4Gi ...
//	----
//	    a cluster of these nodes, and how long things take there; first command of every script
//
//	submit
//	pod a cpu=2 mem=1Gi run=60s ...
//	----
//	    creates pods, now
//
//	run [until=10s] [for=10s] [only=pod/a]
//	----
//	    lets time pass, to the end if neither is given, and prints what happened, or only what happened to one object
//
//	add-node n2 cpu=2 ...    a node joins
//	delete-node n2           a node leaves
//	node-down n1             the power of a node fails; node-up brings it back
//	cordon n1                no more pods for it; uncordon takes that back
//	outage [nodes=n1,n2] [zone=a] at=10s [for=5s]
//	delete a [force]         deletes a pod, gracefully or at once (namespace/name outside the namespace default)
//	bind a n1 [gpus=0,1]     binds a pod by hand; it should ask for scheduler=none
//	state                    prints nodes and pods
//	assert pod=a phase=Running node=n1
//	assert pending=1 running=2 waiting=0 ...
//	    prints ok, or what is otherwise
//
// # Nodes and pods
//
// Quantities are as in manifests: cpu=2, cpu=500m, mem=4Gi. Lists are separated by commas.
//
//	node NAME cpu= mem= storage= pods=110 gpus= zone= labels=k=v,... taints=k=v:NoSchedule,... ext=example.com/x:2,...
//	pod NAME  cpu= mem= storage= gpus=1 gpu-milli=1000 run=60s priority=10 ns=default labels= selector=k=v,...
//	          tolerate=k,... ports=80,... ext= grace=30s scheduler=NAME count=3
//
// A pod without run= runs until it is deleted. count=3 makes NAME-1, NAME-2 and NAME-3 of one class.
//
// # What is checked besides
//
// Whenever an instant is over, cluster.Store.Check counts everything anew, and a cluster.Checker that followed every
// change must agree. With latencies, pods that have not started may overcommit a node (cluster.Rules.Unsettled).
package simtest
