// Package oracle runs the real kube-scheduler (k8s.io/kubernetes v1.36.3) on one cluster and reports its verdicts.
//
//	manifest --decode--> objects --admit--> as kube-apiserver would store them --> fake clientset
//	                                                                                   |  informers
//	Decide: gates, PreFilter, Filter, PreScore, Score, PostFilter  <-- cache and queue of scheduler.New
//
// Nothing of the scheduler is replaced: its framework, plugins, cache, snapshot, nominator and preemption evaluator
// are the ones of the release. Only the API server is an object tracker, and deletes and patches that a dry run of
// preemption would send are recorded instead of done. Each verdict is cross-checked with Scheduler.SchedulePod and
// RunPostFilterPlugins: that the host chosen there is among the best, the number of feasible nodes the same, and the
// deleted pods exactly the victims.
//
// Feature gates are the defaults of the release, except that SchedulerAsyncPreemption is off, so that PostFilter
// returns after its deletes; the decision code is the same. All nodes are searched and scored
// (percentageOfNodesToScore 100), and pods carry no signature, so that opportunistic batching stays out.
package oracle
