package config

import (
	"errors"
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
)

// expand fills the extension points of a profile: those of its plugins that are enabled there, and those that multiPoint
// brings (framework/runtime/framework.go: NewFramework, v1.36).
func (b *builder) expand(pc *scheduler.ProfileConfig, sets *plugins) error {
	for _, pt := range points {
		names, err := pt.plugins(sets, b.made)
		if err != nil {
			return b.errorf([]any{"plugins", pt.name}, "%s: %w", pt.name, err)
		}
		pt.put(pc, names)
	}
	weigh(pc.Score, sets)
	return nil
}

// plugins returns the plugins of the point in their order. made holds every plugin that is enabled.
func (pt *point) plugins(sets *plugins, made map[string]framework.Plugin) ([]string, error) {
	names, err := pt.explicit(pt.set(sets), made)
	if err != nil {
		return nil, err
	}
	if names, err = pt.withMultiPoint(names, pt.set(sets), &sets.MultiPoint, made); err != nil {
		return nil, err
	}
	switch {
	case pt.name == "queueSort" && len(names) != 1:
		return nil, fmt.Errorf("%d plugins, where exactly one is needed", len(names))
	case pt.name == "bind" && len(names) == 0:
		return nil, errors.New("no plugin, where at least one is needed")
	case pt.name == "bind":
		return beforeDefaultBinder(names), nil
	}
	return names, nil
}

// explicit returns the plugins that are enabled at the point itself (updatePluginList, v1.36).
func (pt *point) explicit(set *pluginSet, made map[string]framework.Plugin) ([]string, error) {
	var names []string
	for _, p := range set.Enabled {
		if !pt.has(made[p.Name]) {
			return nil, fmt.Errorf("plugin %s has no such extension point", p.Name)
		}
		if slices.Contains(names, p.Name) {
			return nil, fmt.Errorf("plugin %s is enabled twice", p.Name)
		}
		names = append(names, p.Name)
	}
	return names, nil
}

// withMultiPoint adds what multiPoint brings to the point. First come the plugins that are enabled both here and by
// multiPoint, in the order given here; then those of multiPoint alone; then those enabled here alone
// (expandMultiPointPlugins, v1.36).
func (pt *point) withMultiPoint(explicit []string, set, multi *pluginSet, made map[string]framework.Plugin) ([]string, error) {
	if set.disables(all) {
		return explicit, nil
	}
	var overriding, brought, rest []string
	for _, p := range multi.Enabled {
		if !pt.has(made[p.Name]) || set.disables(p.Name) || slices.Contains(explicit, p.Name) {
			continue
		}
		if slices.Contains(brought, p.Name) {
			return nil, fmt.Errorf("plugin %s is enabled twice at multiPoint", p.Name)
		}
		brought = append(brought, p.Name)
	}
	for _, name := range explicit {
		if multi.enables(name) && !set.disables(name) {
			overriding = append(overriding, name)
		} else {
			rest = append(rest, name)
		}
	}
	return slices.Concat(overriding, brought, rest), nil
}

// weigh sets the weights: the one given at score counts before the one given at multiPoint, and none or 0 stands for 1
// (getValidScoreWeights, v1.36).
func weigh(scorers []scheduler.WeightedPlugin, sets *plugins) {
	for i := range scorers {
		scorers[i].Weight = 1
		for _, p := range slices.Concat(sets.Score.Enabled, sets.MultiPoint.Enabled) {
			if p.Name == scorers[i].Name {
				if p.Weight != nil && *p.Weight != 0 {
					scorers[i].Weight = int64(*p.Weight)
				}
				break
			}
		}
	}
}

// beforeDefaultBinder leaves the default binder out, which the scheduler has built in: it binds what no other plugin has
// bound. What stands behind it would never be asked.
func beforeDefaultBinder(names []string) []string {
	i := slices.Index(names, defaultBinder)
	switch {
	case i < 0:
		return names
	case i == 0:
		return nil
	}
	return names[:i]
}
