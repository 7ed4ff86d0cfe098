package load

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/wavetank/wavetank/sim/cluster"
)

// member is a pod that a service selects.
type member struct {
	pod     *cluster.Pod // as the proxies know it
	service *service
	hash    uint64 // of its name
	class   int    // of the service's; none yet if negative
	past    ledger // until the classes were made

	outdated uint64 // the last version of the pod that is not the newest any more
}

// ledger returns what the pod has used, up to when the ledgers of its service are kept.
func (m *member) ledger() ledger {
	g := m.past
	if m.class < 0 {
		return g
	}
	c := &m.service.classes[m.class].ledger
	for _, at := range c.marks {
		if at.valid {
			at.total = m.past.total.plus(at.total)
			g.note(at)
		}
	}
	g.total = g.total.plus(c.total)
	return g
}

// ready tells whether the pod is an endpoint that requests are sent to: one that is ready and does not terminate
// (k8s.io/endpointslice utils.go: podToEndpoint, v0.36).
func (m *member) ready() bool { return m.pod.Status.Ready && !m.pod.Deleting && !m.pod.Terminal() }

// lastResort tells whether it is one that they are sent to when no other is ready: one that terminates and still serves
// (pkg/proxy/topology.go: CategorizeEndpoints, v1.36).
func (m *member) lastResort() bool { return m.pod.Status.Ready && m.pod.Deleting && !m.pod.Terminal() }

// enter makes a pod a member of a service.
func (l *Load) enter(s *service, p *cluster.Pod) {
	if other := l.members[p.UID]; other != nil {
		l.engine.Fail(fmt.Errorf("load: Pod %v is selected by %v and by %v: only one of them can have the demand",
			p.NamespacedName, other.service.Name, s.Name))
		return
	}
	if !s.lacking && serving(p.Spec, s.Container) == nil {
		s.lacking = true
		l.notes = append(l.notes, fmt.Sprintf("load on %v: Pod %v has no container %s: it serves with its share of the node", s.Name, p.NamespacedName, s.Container))
	}
	m := &member{pod: p, service: s, class: -1, hash: xxhash.Sum64String(p.Namespace + "/" + p.Name)}
	if l.store.Pod(p.NamespacedName) != p {
		m.outdated = p.ResourceVersion
	}
	i, _ := s.find(p.UID)
	s.members = slices.Insert(s.members, i, m)
	l.members[p.UID] = m
	s.stale = true
}

// leave takes a pod out of its service.
func (l *Load) leave(m *member) {
	s := m.service
	i, _ := s.find(m.pod.UID)
	s.members = slices.Delete(s.members, i, i+1)
	delete(l.members, m.pod.UID)
	s.stale = true
}

func (s *service) find(uid cluster.UID) (int, bool) {
	return slices.BinarySearchFunc(s.members, uid, func(m *member, uid cluster.UID) int { return cmp.Compare(m.pod.UID, uid) })
}

// classify makes the classes of a service anew. Its ledgers must be kept up to now.
func (l *Load) classify(s *service) {
	for _, m := range s.members {
		m.past = m.ledger()
	}
	s.classes, s.stale = s.classes[:0], false
	clear(s.nodes)
	is := (*member).ready
	if !slices.ContainsFunc(s.members, is) {
		is = (*member).lastResort
	}
	s.flow.routed, s.flow.alive = 0, 0
	for _, m := range s.members {
		if is(m) {
			s.flow.routed++
		}
	}
	clients := s.clientsOf(is)
	for i, m := range s.members {
		t := l.traitsOf(s, m, is(m))
		if s.sticky && t.routed {
			t.clients = clients[i]
		}
		m.class = s.classOf(t)
		if t.routed && t.alive {
			s.flow.alive++
		}
	}
}

// traitsOf looks at a pod as it is in truth.
func (l *Load) traitsOf(s *service, m *member, routed bool) traits {
	t := traits{routed: routed}
	p := l.store.Pod(m.pod.NamespacedName)
	if p == nil || p.UID != m.pod.UID || p.NodeName == "" {
		return t
	}
	open := s.nodes[p.NodeName]
	s.nodes[p.NodeName] = open // of a node that is gone as well: it may come back
	n := l.store.Node(p.NodeName)
	if n == nil {
		return t
	}
	cores, own := l.coresOf(s, p, n)
	s.nodes[n.Name] = open || !own
	if t.alive = p.Status.Phase == cluster.Running && n.Reachable(); t.alive {
		t.cores, t.slowdown = cores, max(1, n.Slowdown)
	}
	return t
}

// classOf returns the number of the class with these traits, and counts one more endpoint in it.
func (s *service) classOf(t traits) int {
	for i := range s.classes {
		if s.classes[i].traits == t {
			s.classes[i].count++
			return i
		}
	}
	s.classes = append(s.classes, s.newClass(t, s.flow.routed))
	s.classes[len(s.classes)-1].count = 1
	return len(s.classes) - 1
}

// clientsOf returns for each member how many clients stick to it, nil without session affinity. A client goes where its hash
// with the pod's name is highest (Thaler and Ravishankar, Using name-based mappings to increase hit rates, IEEE/ACM
// Transactions on Networking 6, 1998): when an endpoint goes only its clients move, when one comes it takes its part of all.
func (s *service) clientsOf(is func(*member) bool) []int {
	if !s.sticky {
		return nil
	}
	count := make([]int, len(s.members))
	for client := range s.Clients {
		best, highest := -1, uint64(0)
		for i, m := range s.members {
			if h := mix(m.hash ^ uint64(client)*0x9e3779b97f4a7c15); is(m) && (best < 0 || h > highest) {
				best, highest = i, h
			}
		}
		if best >= 0 {
			count[best]++
		}
	}
	return count
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
