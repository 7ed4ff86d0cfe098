// Package clusterautoscaler is the cluster-autoscaler of kubernetes/autoscaler: it adds nodes for pods that fit nowhere, and
// removes nodes that are not needed. The rules and defaults are those of the FAQ ("How does scale-up work?", "How does
// scale-down work?", "What types of pods can prevent CA from removing a node?", "What are the parameters to CA?") and of
// cluster-autoscaler/config/flags/flags.go; each file names the upstream file that it follows.
//
// # A scan
//
//	waiting pods --(fit on nodes, or upcoming ones?)--> those that fit nowhere
//	   --(classes, packing by group, expander)--> NodeGroup.Increase --provisioning--> a node joins
//	otherwise: candidates --(little used, pods movable, fit elsewhere)--> unneeded --UnneededTime-->
//	   taint --NodeDeleteDelay--> evictions --pods gone--> NodeGroup.Delete
//
// There is a scan at every multiple of ScanInterval at which anything may have to be done: after a change that matters, and
// when a span of time that it keeps ends. The scans left out would have decided nothing: a test compares both. It is
// upstream's loop with --frequent-loops-enabled=false. Upstream's scans come a little after the instants of the grid, never
// at them; therefore a span that ends at the instant of a scan is over, also where upstream's comparison is strict.
//
// # Predictions
//
// Whether a pod would fit is asked of a Predictor, which runs the filter plugins of the scheduler's own profiles
// (scheduler.Predictor). Custom plugins and plugin arguments thus count in scale-ups and scale-downs as they do in
// scheduling, which upstream cannot do without being built anew (kubernetes/autoscaler issues 4518 and 3756).
//
// # Another strategy
//
// NodeGroup is the provider: it makes and removes nodes and knows neither pods nor reasons; package sim/nodegroup is one.
// Predictor, NodeGroup and Evictor are all that a strategy needs besides the store. A consolidating provisioner is
// therefore a package beside this one with a loop of its own over the same three: it packs waiting pods into
// NodeGroup.Template with Predictor.FirstFit, and tries a node's removal with Fork, RemoveNode and FirstFit. A vertical
// pod autoscaler needs none of them: it is a controller.Reconciler that edits templates, as the horizontal one edits
// replicas.
//
// # What is left out
//
// Limits of cores and memory, node autoprovisioning, atomic groups, priorities of drains, startup taints, cordoning before
// the removal, the limit of candidates that upstream keeps to save its own time, and the pods that were evicted a moment
// ago and have not been made anew yet. System pods without a budget hold their node for ever, as before
// --blocking-system-pod-disruption-timeout. Replicas of a StatefulSet differ by label and are classes of their own. A
// failed drain begins the delay after a failure, as the FAQ says; upstream's code begins it only where the taint fails.
// Node objects go with their machines; writes take no time.
package clusterautoscaler
