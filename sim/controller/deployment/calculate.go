package deployment

import "github.com/wavetank/wavetank/sim/cluster"

// ResolveFenceposts returns the surge and the unavailability that a rolling update of so many replicas may have, in pods:
// percentages of surge are rounded up, those of unavailability down, and where both come to 0, one pod may be unavailable
// (pkg/controller/deployment/util/deployment_util.go: ResolveFenceposts, v1.36.3).
func ResolveFenceposts(maxSurge, maxUnavailable cluster.IntOrPercent, replicas int) (surge, unavailable int) {
	surge, unavailable = maxSurge.Of(replicas, true), maxUnavailable.Of(replicas, false)
	if surge == 0 && unavailable == 0 {
		unavailable = 1
	}
	return surge, unavailable
}

// MaxSurge returns how many pods more than its replicas a Deployment may have (likewise, MaxSurge).
func MaxSurge(d *cluster.Deployment) int {
	if d.Recreate {
		return 0
	}
	surge, _ := ResolveFenceposts(d.MaxSurge, d.MaxUnavailable, d.Replicas)
	return surge
}

// MaxUnavailable returns how many of its replicas a Deployment may lack (likewise, MaxUnavailable).
func MaxUnavailable(d *cluster.Deployment) int {
	if d.Recreate || d.Replicas == 0 {
		return 0
	}
	_, unavailable := ResolveFenceposts(d.MaxSurge, d.MaxUnavailable, d.Replicas)
	return min(unavailable, d.Replicas)
}

// NewReplicas returns the size of the new ReplicaSet, now of size current: as large as the replicas and the surge let it
// be beside the others, total being the size of all (likewise, NewRSNewReplicas).
func NewReplicas(d *cluster.Deployment, total, current int) int {
	if d.Recreate {
		return d.Replicas
	}
	room := d.Replicas + d.MaxSurge.Of(d.Replicas, true) - total
	if room <= 0 {
		return current
	}
	return current + min(room, d.Replicas-current)
}

// Size is what a rollout looks at in a ReplicaSet.
type Size struct {
	Replicas  int // asked for
	Available int
}

// Resize is one step of a rollout: the ReplicaSet at an index gets another size.
type Resize struct{ Index, Replicas int }

// ShrinkOld returns the steps that scale old ReplicaSets down, the oldest first: those that have no available pods to lose
// before all others, and never so far that fewer than replicas - maxUnavailable pods are available. total is the size of
// all ReplicaSets. One ReplicaSet may be scaled twice (pkg/controller/deployment/rolling.go: reconcileOldReplicaSets,
// v1.36.3).
func ShrinkOld(replicas, maxUnavailable, total int, fresh Size, old []Size) []Resize {
	least := replicas - maxUnavailable
	most := total - least - (fresh.Replicas - fresh.Available)
	if most <= 0 {
		return nil
	}
	sizes := make([]int, len(old))
	available := fresh.Available
	for i, o := range old {
		sizes[i] = o.Replicas
		available += o.Available
	}
	steps, ok := dropUnavailable(sizes, old, most)
	if !ok {
		return steps
	}
	return append(steps, dropAny(sizes, available-least)...)
}

// dropUnavailable takes pods that are not available, at most so many (cleanupUnhealthyReplicas). It gives up, and false,
// at a ReplicaSet that has more available pods than it asks for, because it is being scaled down: as upstream does.
func dropUnavailable(sizes []int, old []Size, most int) ([]Resize, bool) {
	var steps []Resize
	for i, o := range old {
		if most <= 0 {
			break
		}
		if sizes[i] == 0 || sizes[i] == o.Available {
			continue
		}
		if sizes[i] < o.Available {
			return steps, false
		}
		n := min(most, sizes[i]-o.Available)
		sizes[i] -= n
		most -= n
		steps = append(steps, Resize{i, sizes[i]})
	}
	return steps, true
}

// dropAny takes pods whatever they are, at most so many (scaleDownOldReplicaSetsForRollingUpdate).
func dropAny(sizes []int, most int) []Resize {
	var steps []Resize
	for i := range sizes {
		if most <= 0 {
			break
		}
		if sizes[i] == 0 {
			continue
		}
		n := min(most, sizes[i])
		sizes[i] -= n
		most -= n
		steps = append(steps, Resize{i, sizes[i]})
	}
	return steps
}

// Share is what the proportion of a ReplicaSet depends on.
type Share struct {
	Replicas int
	Max      int // the most pods that the Deployment could have when it was last scaled, 0 if that is not known
}

// Proportional returns the sizes of the active ReplicaSets of a Deployment that is scaled to replicas, each in proportion
// to its size, what rounding leaves going to the first. The order is that of who gets first. now is how many pods there
// are, for ReplicaSets that do not know their maximum (pkg/controller/deployment/sync.go: scale;
// deployment_util.go: GetReplicaSetProportion and getReplicaSetFraction, v1.36.3).
func Proportional(replicas, maxSurge, now int, sets []Share) []int {
	allowed := 0
	if replicas > 0 {
		allowed = replicas + maxSurge
	}
	sizes := make([]int, len(sets))
	for i, s := range sets {
		sizes[i] = s.Replicas
	}
	toAdd := allowed - sum(sizes)
	if toAdd == 0 || len(sets) == 0 {
		return sizes
	}
	added := 0
	for i, s := range sets {
		n := proportion(s, replicas, maxSurge, now, toAdd-added, toAdd > 0)
		sizes[i] += n
		added += n
	}
	sizes[0] = max(0, sizes[0]+toAdd-added)
	return sizes
}

// proportion returns what a ReplicaSet grows or shrinks by, no more than what is left.
func proportion(s Share, replicas, maxSurge, now, left int, grow bool) int {
	switch {
	case s.Replicas == 0 || left == 0:
		return 0
	case grow:
		return min(fraction(s, replicas, maxSurge, now), left)
	}
	return max(fraction(s, replicas, maxSurge, now), left)
}

func fraction(s Share, replicas, maxSurge, now int) int {
	if replicas == 0 {
		return -s.Replicas
	}
	before := s.Max
	if before == 0 {
		before = now
	}
	if before == 0 {
		return 0
	}
	size := float64(s.Replicas*(replicas+maxSurge)) / float64(before)
	return int(size+0.5) - s.Replicas
}

func sum(numbers []int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}
