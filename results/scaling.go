package results

import (
	"slices"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// scaling is what an autoscaler did with a workload.
type scaling struct {
	scaler      string // the HorizontalPodAutoscaler's name; empty: none was seen
	from        sim.Time
	before      integral // desired replicas until then
	least, most int64
	ups, downs  int
	rising      []rise    // scalings that are not reached, the first one first
	dropped     int       // of the ups: taken back before they were reached
	lags        []float64 // of the others, seconds
	waits       []float64 // of the workload's pods, from creation to a node, seconds
}

// rise is a scaling to more replicas than there were.
type rise struct {
	to int64
	at sim.Time
}

// turned follows a change of the desired replicas.
func (s *scaling) turned(now sim.Time, before, after int64, reason cluster.Reason) {
	s.least, s.most = min(s.least, after), max(s.most, after)
	if after < before {
		s.overtaken(after)
	}
	if reason != cluster.ReasonScaled {
		return
	}
	switch {
	case after > before:
		s.ups++
		s.rising = append(s.rising, rise{after, now})
	case after < before:
		s.downs++
	}
}

// overtaken drops the scalings to more replicas than are desired now.
func (s *scaling) overtaken(desired int64) {
	n := len(s.rising)
	s.rising = slices.DeleteFunc(s.rising, func(r rise) bool { return r.to > desired })
	s.dropped += n - len(s.rising)
}

// reached notes that so many pods serve since an instant.
func (s *scaling) reached(serving int64, since sim.Time) {
	for len(s.rising) > 0 && s.rising[0].to <= serving {
		s.lags = append(s.lags, seconds(spanOf(s.rising[0].at, max(since, s.rising[0].at))))
		s.rising = s.rising[1:]
	}
}

// scale finds the autoscaler of a workload that has just come to be.
func (a *availability) scale(w *workload) {
	for name, h := range a.scalers {
		if name.Namespace == w.name.Namespace && h.Target.Kind == w.kind.String() && h.Target.Name == w.name.Name {
			a.scaledBy(w, h)
		}
	}
}

// scaledBy begins to follow the scaling of a workload, or goes on.
func (a *availability) scaledBy(w *workload, h *cluster.HorizontalPodAutoscaler) {
	a.touch(w)
	if w.scaled == nil {
		a.follow(w)
	}
	if w.scaled.scaler == "" || h.Name < w.scaled.scaler {
		w.scaled.scaler = h.Name
	}
}

// follow begins to note what is done to the replicas of a workload, which was counted up to now.
func (a *availability) follow(w *workload) {
	w.scaled = &scaling{from: a.now, before: w.total.desired, least: w.now.desired, most: w.now.desired}
}

// scalerChanged follows an autoscaler. Its status is of no interest: what it does shows in the workload.
func (a *availability) scalerChanged(c *cluster.Change) {
	name := c.Object().Meta().NamespacedName
	h, _ := c.New.(*cluster.HorizontalPodAutoscaler)
	if h == nil {
		delete(a.scalers, name)
		return
	}
	before := a.scalers[name]
	a.scalers[name] = h
	if before != nil && before.Target == h.Target {
		return
	}
	kind := cluster.KindNamed(h.Target.Kind)
	if w := a.workloads[workloadKey{kind, cluster.NamespacedName{Namespace: name.Namespace, Name: h.Target.Name}}]; w != nil && w.exists {
		a.scaledBy(w, h)
	}
}

// serviceChanged follows which pods a Service selects.
func (a *availability) serviceChanged(c *cluster.Change) {
	name := c.Object().Meta().NamespacedName
	s, _ := c.New.(*cluster.PodSet)
	if s == nil {
		return // what it had selected still counts for it
	}
	a.selectors[name] = s.Selector
}

// placedFor takes the wait of a pod that was just bound, if an autoscaler may have asked for it.
func (r *Recorder) placedFor(st *podStanding, p *cluster.Pod) {
	if st.group == nil {
		return
	}
	if w := st.group.countsFor(); w != nil && w.scaled != nil {
		w.scaled.waits = append(w.scaled.waits, seconds(spanOf(p.CreatedAt, scheduledAt(p))))
	}
}
