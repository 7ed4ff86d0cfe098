package config

import (
	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
)

// point is one extension point: its name in the configuration, its place there and in the profile, and which plugins
// have it.
type point struct {
	name string
	set  func(*plugins) *pluginSet
	has  func(framework.Plugin) bool
	put  func(*scheduler.ProfileConfig, []string)
	get  func(*scheduler.ProfileConfig) []string
}

// points are the extension points of the scheduler, in the order of a decision.
var points = []point{
	{"queueSort", func(p *plugins) *pluginSet { return &p.QueueSort }, is[framework.QueueSortPlugin], putQueueSort, getQueueSort},
	list("preEnqueue", func(p *plugins) *pluginSet { return &p.PreEnqueue }, is[framework.PreEnqueuePlugin],
		func(c *scheduler.ProfileConfig) *[]string { return &c.PreEnqueue }),
	list("preFilter", func(p *plugins) *pluginSet { return &p.PreFilter }, is[framework.PreFilterPlugin],
		func(c *scheduler.ProfileConfig) *[]string { return &c.PreFilter }),
	list("filter", func(p *plugins) *pluginSet { return &p.Filter }, is[framework.FilterPlugin],
		func(c *scheduler.ProfileConfig) *[]string { return &c.Filter }),
	list("postFilter", func(p *plugins) *pluginSet { return &p.PostFilter }, is[framework.PostFilterPlugin],
		func(c *scheduler.ProfileConfig) *[]string { return &c.PostFilter }),
	list("preScore", func(p *plugins) *pluginSet { return &p.PreScore }, is[framework.PreScorePlugin],
		func(c *scheduler.ProfileConfig) *[]string { return &c.PreScore }),
	{"score", scoreSet, is[framework.ScorePlugin], putScore, getScore},
	list("reserve", func(p *plugins) *pluginSet { return &p.Reserve }, is[framework.ReservePlugin],
		func(c *scheduler.ProfileConfig) *[]string { return &c.Reserve }),
	list("permit", func(p *plugins) *pluginSet { return &p.Permit }, is[framework.PermitPlugin],
		func(c *scheduler.ProfileConfig) *[]string { return &c.Permit }),
	list("preBind", func(p *plugins) *pluginSet { return &p.PreBind }, is[framework.PreBindPlugin],
		func(c *scheduler.ProfileConfig) *[]string { return &c.PreBind }),
	list("bind", func(p *plugins) *pluginSet { return &p.Bind }, is[framework.BindPlugin],
		func(c *scheduler.ProfileConfig) *[]string { return &c.Bind }),
	list("postBind", func(p *plugins) *pluginSet { return &p.PostBind }, is[framework.PostBindPlugin],
		func(c *scheduler.ProfileConfig) *[]string { return &c.PostBind }),
}

// configured are the sets that a user can fill: the extension points, and multiPoint for all of them at once.
var configured = append([]point{{name: "multiPoint", set: func(p *plugins) *pluginSet { return &p.MultiPoint }}}, points...)

// placement are the points of pod groups, which are not modelled (alpha in v1.36).
var placement = []point{
	{name: "placementGenerate", set: func(p *plugins) *pluginSet { return &p.PlacementGenerate }},
	{name: "placementScore", set: func(p *plugins) *pluginSet { return &p.PlacementScore }},
}

func list(name string, set func(*plugins) *pluginSet, has func(framework.Plugin) bool, at func(*scheduler.ProfileConfig) *[]string) point {
	return point{name, set, has,
		func(c *scheduler.ProfileConfig, names []string) { *at(c) = names },
		func(c *scheduler.ProfileConfig) []string { return *at(c) }}
}

func is[T framework.Plugin](p framework.Plugin) bool {
	_, ok := p.(T)
	return ok
}

func putQueueSort(c *scheduler.ProfileConfig, names []string) {
	if len(names) == 1 {
		c.QueueSort = names[0]
	}
}

func getQueueSort(c *scheduler.ProfileConfig) []string {
	if c.QueueSort == "" {
		return nil
	}
	return []string{c.QueueSort}
}

func scoreSet(p *plugins) *pluginSet { return &p.Score }

func putScore(c *scheduler.ProfileConfig, names []string) {
	for _, name := range names {
		c.Score = append(c.Score, scheduler.WeightedPlugin{Name: name})
	}
}

func getScore(c *scheduler.ProfileConfig) []string {
	var names []string
	for _, w := range c.Score {
		names = append(names, w.Name)
	}
	return names
}
