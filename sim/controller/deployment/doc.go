// Package deployment rolls the templates of Deployments out through ReplicaSets, as kube-controller-manager v1.36.3 does
// (pkg/controller/deployment).
//
//	paused, or scaled in mid-rollout  -> scale all ReplicaSets in proportion
//	Recreate                          -> old ones to 0; when their pods are gone, the new one to full size
//	RollingUpdate                     -> one of: scale the new one up | the old ones down | nothing; then status
//
// One reconcile takes one step; the ReplicaSets' changes of status bring the next. Old pods go as new ones become
// available: at no time do the ReplicaSets ask for more pods than replicas + maxSurge, nor are there fewer available ones
// than replicas - maxUnavailable, as long as pods do not fail and replicas does not change. With minReadySeconds a
// ReplicaSet that shrinks may choose an available pod where it has a ready one; that is upstream's way, as is that an old
// pod may still be there when a new one is made, if calls take time.
//
// A ReplicaSet is the new one if its template equals the Deployment's. What a rollout has to remember is in annotations of
// the ReplicaSets: their revision, and which size of the Deployment they were scaled for.
//
// # What differs
//
// The hash of a template is that of our types, so names of ReplicaSets differ from a real cluster's. A write never
// conflicts with another writer's: the status of a Deployment that was changed meanwhile is written all the same, and
// corrected by the reconcile that the change asks for.
package deployment
