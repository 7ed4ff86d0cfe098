package generate

// mix is what a kind of case is made of: sizes, and the chance of each feature (per object where it belongs to one).
type mix struct {
	minNodes, maxNodes int
	fill               float64 // share of a node's cpu and memory that running pods request, at most; above 1 overcommits
	pending            int     // pods to decide; 0: one, named "pending"
	maxRequest         int64   // of a pod to decide, in percent of some node
	emptyNodes         float64 // nodes without pods

	taint, toleration, cordon           float64
	nodeAffinity, nodeName              float64
	podAffinity, runningAffinity        float64
	spread, service                     float64
	hostPort, image, volume             float64
	extended, limitsOnly, noRequest     float64
	initContainer, overhead, podLevel   float64
	resize                              float64
	preemptor, budget, never, nominated float64
	terminating, finished, gate, config float64
}

// rare is the background of every kind.
var rare = mix{
	minNodes: 2, maxNodes: 25, fill: 0.7, emptyNodes: 0.3, maxRequest: 60,
	taint: 0.15, toleration: 0.3, cordon: 0.04,
	nodeAffinity: 0.1, podAffinity: 0.1, runningAffinity: 0.05, spread: 0.1, service: 0.2,
	hostPort: 0.04, image: 0.2, volume: 0.03, extended: 0.05, limitsOnly: 0.15, noRequest: 0.1,
	initContainer: 0.15, overhead: 0.1, podLevel: 0.05, resize: 0.02, preemptor: 0.15, budget: 0.1, never: 0.1, nominated: 0.1,
	terminating: 0.05, finished: 0.03, gate: 0.02, config: 0.05,
}

type kind struct {
	name string
	mix  mix
}

// kinds are the kinds of cases, taken in turn.
var kinds = []kind{
	{"resources", rare.with(func(m *mix) {
		m.extended, m.initContainer, m.overhead, m.podLevel, m.resize, m.fill = 0.3, 0.5, 0.3, 0.2, 0.15, 0.95
	})},
	{"taints", rare.with(func(m *mix) { m.taint, m.toleration, m.cordon = 0.6, 0.8, 0.15 })},
	{"nodeaffinity", rare.with(func(m *mix) { m.nodeAffinity, m.nodeName = 1, 0.03 })},
	{"podaffinity", rare.with(func(m *mix) { m.podAffinity, m.runningAffinity = 0.9, 0.4 })},
	{"spread", rare.with(func(m *mix) { m.spread, m.taint, m.nodeAffinity = 0.9, 0.3, 0.3 })},
	{"defaultspread", rare.with(func(m *mix) { m.spread, m.service, m.config = 0, 1, 0.3 })},
	{"ports", rare.with(func(m *mix) { m.hostPort = 0.5 })},
	{"images", rare.with(func(m *mix) { m.image, m.initContainer = 1, 0.4 })},
	{"volumes", rare.with(func(m *mix) { m.volume, m.maxRequest = 0.8, 5 })},
	{"volumezones", rare.with(func(m *mix) { m.volume, m.maxRequest, m.emptyNodes, m.taint, m.cordon = 1, 5, 0.9, 0, 0 })},
	{"volumesfull", rare.with(func(m *mix) { m.volume, m.maxRequest, m.emptyNodes, m.preemptor, m.maxNodes = 1, 8, 0, 0.6, 8 })},
	{"config", rare.with(func(m *mix) { m.config, m.extended, m.spread, m.podAffinity, m.nodeAffinity = 1, 0.2, 0.3, 0.3, 0.3 })},
	{"preemption", rare.with(preemption)},
	{"preemptionother", rare.with(func(m *mix) {
		preemption(m)
		m.fill, m.hostPort, m.podAffinity, m.runningAffinity, m.spread, m.volume = 0.7, 0.5, 0.5, 0.4, 0.5, 0.2
	})},
	{"nominated", rare.with(func(m *mix) { preemption(m); m.nominated, m.fill, m.spread, m.podAffinity = 0.9, 0.6, 0.3, 0.3 })},
	{"mixed", rare.with(mixed)},
	{"mixedlarge", rare.with(func(m *mix) { mixed(m); m.minNodes, m.maxNodes, m.emptyNodes = 40, 95, 0.6 })},
	{"sequence", rare.with(func(m *mix) { mixed(m); m.pending, m.volume, m.maxNodes = 8, 0, 12 })},
	{"sequencefull", rare.with(func(m *mix) { preemption(m); m.pending, m.volume, m.podAffinity, m.spread = 8, 0, 0.2, 0.2 })},
	{"sequencevolumes", rare.with(func(m *mix) { m.pending, m.volume, m.maxRequest, m.maxNodes, m.emptyNodes = 8, 0.8, 8, 10, 0.5 })},
}

func preemption(m *mix) {
	m.maxNodes, m.fill, m.emptyNodes, m.maxRequest = 8, 1, 0, 95
	m.preemptor, m.budget, m.never, m.terminating, m.taint = 1, 0.75, 0.08, 0.1, 0.08
}

func mixed(m *mix) {
	m.nodeAffinity, m.podAffinity, m.runningAffinity, m.spread, m.service = 0.3, 0.4, 0.2, 0.4, 0.5
	m.taint, m.toleration, m.hostPort, m.image, m.volume, m.extended = 0.3, 0.6, 0.1, 0.4, 0.1, 0.15
}

func (m mix) with(change func(*mix)) mix {
	change(&m)
	return m
}
