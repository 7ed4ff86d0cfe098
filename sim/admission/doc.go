// Package admission refuses and completes objects before a store takes them in, as the API server's admission plugins do:
//
//	create --> Priority --> DefaultTolerationSeconds --> matchLabelKeys --> LimitRanger --> ResourceQuota --> stored
//
// A pod whose PriorityClass was not known when its template was read gets the class's value. If TolerateFailures was called
// a pod that says nothing of failures of its node tolerates them for a while. Selectors of spread constraints and pod affinity
// that depend on labels which a pod has from its controller are completed with these. A pod of a namespace with LimitRanges gets
// their default requests and limits, and is refused outside their bounds. An object that would exceed a ResourceQuota of its
// namespace is refused. A new node is tainted until its kubelet has reported. Errors have the words of kube-apiserver v1.36
// and are cluster.ErrForbidden.
//
// What a namespace uses is counted from the changes of the store as they happen: upstream's quota controller lags behind
// deletions, this does not. Quotas with scopes limit nothing.
//
// The arithmetic is in pure functions; the store asks Admission alone.
package admission
