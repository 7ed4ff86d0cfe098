package scheduler

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// Drawer gives a generator whose sequence depends on the seed, the stream and the pod alone.
type Drawer func(stream string, pod *cluster.Pod) *rand.Rand

// Profile is the Algorithm made of plugins.
type Profile struct {
	name       string
	percentage int32
	plugins    map[string]framework.Plugin
	draw       Drawer
	waiting    waitingPods // set by the scheduler that runs the profile

	queueSort  framework.QueueSortPlugin
	preEnqueue []framework.PreEnqueuePlugin
	preFilter  []framework.PreFilterPlugin
	filter     []framework.FilterPlugin
	postFilter []framework.PostFilterPlugin
	preScore   []framework.PreScorePlugin
	score      []scorer
	reserve    []framework.ReservePlugin
	permit     []framework.PermitPlugin
	preBind    []framework.PreBindPlugin
	bind       []framework.BindPlugin
	postBind   []framework.PostBindPlugin

	extensions []extension // PreFilterExtensions of the filter plugins
	start      int         // where the next search for fitting nodes begins
	memo       *memo       // nil: plain path
	binding    bindingSet
	scratch    scratch
}

type scorer struct {
	framework.ScorePlugin
	weight     int64
	normalizer framework.ScoreNormalizer // nil if it has none
	local      framework.NodeLocal       // nil if it is not
}

// extension is a plugin's PreFilterExtensions, and the bit that says whether its PreFilter skipped.
type extension struct {
	framework.PreFilterExtensions
	bit uint64
}

// waitingPods is where pods wait at Permit.
type waitingPods interface {
	Allow(pod cluster.UID, plugin string)
	Reject(pod cluster.UID, plugin, reason string)
}

// scratch is memory reused from cycle to cycle.
type scratch struct {
	state     *framework.CycleState // nil: a binding cycle has taken the last one
	decisions []framework.Decision
	feasible  []*cluster.NodeInfo
	statuses  nodeStatuses
	tally     tally
	column    []int64
	totals    []int64
}

// maxPlugins bounds filter and score plugins of a profile: their sets are bits of one word.
const maxPlugins = 64

// NewProfile builds the plugins and checks that each can do what its place in the configuration asks.
func NewProfile(cfg ProfileConfig, registry framework.Registry, draw Drawer, plain bool) (*Profile, error) {
	p := &Profile{name: cfg.SchedulerName, percentage: cfg.PercentageOfNodesToScore, plugins: map[string]framework.Plugin{}, draw: draw}
	if p.name == "" {
		p.name = cluster.DefaultScheduler
	}
	b := profileBuilder{profile: p, registry: registry, args: cfg.Args}
	p.queueSort = one[framework.QueueSortPlugin](&b, "queueSort", cfg.QueueSort)
	p.preEnqueue = many[framework.PreEnqueuePlugin](&b, "preEnqueue", cfg.PreEnqueue)
	p.preFilter = many[framework.PreFilterPlugin](&b, "preFilter", cfg.PreFilter)
	p.filter = many[framework.FilterPlugin](&b, "filter", cfg.Filter)
	p.postFilter = many[framework.PostFilterPlugin](&b, "postFilter", cfg.PostFilter)
	p.preScore = many[framework.PreScorePlugin](&b, "preScore", cfg.PreScore)
	p.score = b.scorers(cfg.Score)
	p.reserve = many[framework.ReservePlugin](&b, "reserve", cfg.Reserve)
	p.permit = many[framework.PermitPlugin](&b, "permit", cfg.Permit)
	p.preBind = many[framework.PreBindPlugin](&b, "preBind", cfg.PreBind)
	p.bind = many[framework.BindPlugin](&b, "bind", cfg.Bind)
	p.postBind = many[framework.PostBindPlugin](&b, "postBind", cfg.PostBind)
	if b.err != nil {
		return nil, b.err
	}
	p.collectExtensions()
	p.binding = p.bindingPlugins()
	if !plain {
		p.memo = newMemo(p)
	}
	return p, nil
}

// Name returns the scheduler name that pods ask for to get this profile.
func (p *Profile) Name() string { return p.name }

// Less orders the active queue.
func (p *Profile) Less(a, b *framework.QueuedPod) bool { return p.queueSort.Less(a, b) }

// Draw implements framework.Handle.
func (p *Profile) Draw(stream string, pod *cluster.Pod) *rand.Rand { return p.draw(stream, pod) }

// Allow implements framework.Handle.
func (p *Profile) Allow(pod cluster.UID, plugin string) { p.waiting.Allow(pod, plugin) }

// Reject implements framework.Handle.
func (p *Profile) Reject(pod cluster.UID, plugin, reason string) {
	p.waiting.Reject(pod, plugin, reason)
}

// PreEnqueue returns the first refusal of the PreEnqueue plugins, nil if the pod may be tried.
func (p *Profile) PreEnqueue(pod *cluster.Pod) *framework.Status {
	for _, pl := range p.preEnqueue {
		if s := pl.PreEnqueue(pod); !s.IsSuccess() {
			return s
		}
	}
	return nil
}

// collectExtensions finds the filter plugins whose PreFilter state can be updated pod by pod.
func (p *Profile) collectExtensions() {
	for i, pl := range p.filter {
		if e, ok := pl.(framework.PreFilterExtensions); ok {
			p.extensions = append(p.extensions, extension{e, 1 << i})
		}
	}
}

// bindingSet says which plugins take part in the binding cycle, and so need the state of the scheduling cycle.
type bindingSet struct {
	always  bool   // one of them takes part whatever its PreFilter says
	filters uint64 // the others, by their bits in CycleState.SkipFilters
}

func (p *Profile) bindingPlugins() bindingSet {
	var set bindingSet
	add := func(pl framework.Plugin) {
		if bit := p.filterBit(pl.Name()); bit != 0 {
			set.filters |= bit
		} else {
			set.always = true
		}
	}
	for _, pl := range p.reserve {
		add(pl)
	}
	for _, pl := range p.permit {
		add(pl)
	}
	for _, pl := range p.preBind {
		add(pl)
	}
	for _, pl := range p.bind {
		add(pl)
	}
	for _, pl := range p.postBind {
		add(pl)
	}
	return set
}

// needs tells whether any of the plugins takes part in the binding cycle of this pod.
func (b bindingSet) needs(state *framework.CycleState) bool {
	return b.always || b.filters&^state.SkipFilters != 0
}

// filterBit returns the bit of a plugin in CycleState.SkipFilters, 0 if it has no Filter.
func (p *Profile) filterBit(name string) uint64 {
	i := slices.IndexFunc(p.filter, func(f framework.FilterPlugin) bool { return f.Name() == name })
	if i < 0 {
		return 0
	}
	return 1 << i
}

func (p *Profile) scoreBit(name string) uint64 {
	i := slices.IndexFunc(p.score, func(s scorer) bool { return s.Name() == name })
	if i < 0 {
		return 0
	}
	return 1 << i
}

// profileBuilder makes each plugin once, whatever the number of extension points that name it, and keeps the first error.
type profileBuilder struct {
	profile  *Profile
	registry framework.Registry
	args     map[string]framework.Args
	err      error
}

func (b *profileBuilder) plugin(point, name string) framework.Plugin {
	if pl := b.profile.plugins[name]; pl != nil || b.err != nil {
		return pl
	}
	factory := b.registry[name]
	if factory == nil {
		b.err = fmt.Errorf("profile %s: %s: no plugin named %q", b.profile.name, point, name)
		return nil
	}
	pl, err := factory(b.args[name], b.profile)
	if err != nil {
		b.err = fmt.Errorf("profile %s: plugin %s: %w", b.profile.name, name, err)
		return nil
	}
	b.profile.plugins[name] = pl
	return pl
}

func one[T framework.Plugin](b *profileBuilder, point, name string) T {
	pl := b.plugin(point, name)
	as, ok := pl.(T)
	if !ok && b.err == nil {
		b.err = fmt.Errorf("profile %s: plugin %s has no extension point %s", b.profile.name, name, point)
	}
	return as
}

func many[T framework.Plugin](b *profileBuilder, point string, names []string) []T {
	var all []T
	if len(names) > maxPlugins {
		b.err = fmt.Errorf("profile %s: %s: %d plugins, at most %d", b.profile.name, point, len(names), maxPlugins)
	}
	for _, name := range names {
		all = append(all, one[T](b, point, name))
	}
	return all
}

func (b *profileBuilder) scorers(plugins []WeightedPlugin) []scorer {
	var all []scorer
	for _, w := range plugins {
		pl := one[framework.ScorePlugin](b, "score", w.Name)
		s := scorer{ScorePlugin: pl, weight: w.Weight}
		s.normalizer, _ = pl.(framework.ScoreNormalizer)
		s.local, _ = pl.(framework.NodeLocal)
		all = append(all, s)
	}
	return all
}
