package deployment

import (
	"maps"
	"math"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// The annotations by which the controller remembers (pkg/controller/deployment/util/deployment_util.go, v1.36.3).
const (
	RevisionAnnotation        = "deployment.kubernetes.io/revision"
	RevisionHistoryAnnotation = "deployment.kubernetes.io/revision-history"
	DesiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas"
	MaxReplicasAnnotation     = "deployment.kubernetes.io/max-replicas"
)

// mostHistory is the longest revision history, in characters (sync.go: maxRevHistoryLengthInChars).
const mostHistory = 2000

// uncopied are the annotations that a Deployment and its ReplicaSets do not share.
var uncopied = map[string]bool{
	"kubectl.kubernetes.io/last-applied-configuration": true,
	"deprecated.deployment.rollback.to":                true,
	RevisionAnnotation:                                 true,
	RevisionHistoryAnnotation:                          true,
	DesiredReplicasAnnotation:                          true,
	MaxReplicasAnnotation:                              true,
}

// Revision returns the revision of a Deployment or a ReplicaSet, 0 if it has none or it is no number.
func Revision(o cluster.Object) int64 {
	n, err := strconv.ParseInt(o.Meta().Annotations[RevisionAnnotation], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func maxRevision(sets []*cluster.ReplicaSet) int64 {
	most := int64(0)
	for _, rs := range sets {
		most = max(most, Revision(rs))
	}
	return most
}

// replicasAnnotation returns the number that an annotation of a ReplicaSet states, false if there is none.
func replicasAnnotation(rs *cluster.ReplicaSet, key string) (int, bool) {
	n, err := strconv.ParseUint(rs.Annotations[key], 10, 32)
	if err != nil || n > math.MaxInt32 {
		return 0, false
	}
	return int(n), true
}

// withSizes returns the annotations with those that say which size of the Deployment they are for, and whether they differ.
func withSizes(annotations map[string]string, d *cluster.Deployment) (map[string]string, bool) {
	desired, most := strconv.Itoa(d.Replicas), strconv.Itoa(d.Replicas+MaxSurge(d))
	if annotations[DesiredReplicasAnnotation] == desired && annotations[MaxReplicasAnnotation] == most {
		return annotations, false
	}
	next := copyOf(annotations)
	next[DesiredReplicasAnnotation], next[MaxReplicasAnnotation] = desired, most
	return next, true
}

// withRevision returns the annotations that the new ReplicaSet is to have: the Deployment's own, and at least the given
// revision; the one it had goes to its history (SetNewReplicaSetAnnotations). It tells whether they differ.
func withRevision(annotations map[string]string, d *cluster.Deployment, revision int64) (map[string]string, bool) {
	next := copyOf(annotations)
	for key, value := range d.Annotations {
		if !uncopied[key] {
			next[key] = value
		}
	}
	text, had := annotations[RevisionAnnotation]
	old, err := strconv.ParseInt(text, 10, 64)
	if err != nil && text != "" || old >= revision {
		return next, !maps.Equal(next, annotations)
	}
	next[RevisionAnnotation] = strconv.FormatInt(revision, 10)
	if had {
		next[RevisionHistoryAnnotation] = history(next[RevisionHistoryAnnotation], text)
	}
	return next, true
}

// history appends a revision to a list of revisions, and drops the first ones where it grows too long.
func history(list, revision string) string {
	if list == "" {
		return revision
	}
	list += "," + revision
	for len(list) > mostHistory {
		_, rest, more := strings.Cut(list, ",")
		if !more {
			return list
		}
		list = rest
	}
	return list
}

func copyOf(m map[string]string) map[string]string {
	next := make(map[string]string, len(m)+2)
	maps.Copy(next, m)
	return next
}
