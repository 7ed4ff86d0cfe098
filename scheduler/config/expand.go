package config

import (
	"fmt"
	"slices"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
)

// expand fills the extension points of a profile: those of its plugins that are enabled there, and those that multiPoint
// brings (framework/runtime/framework.go: NewFramework, v1.36). made holds every plugin that is enabled.
func expand(pc *scheduler.ProfileConfig, sets *plugins, made map[string]framework.Plugin) error {
	for _, pt := range points {
		names, err := pt.explicit(pt.set(sets), made)
		if err != nil {
			return err
		}
		if names, err = pt.withMultiPoint(names, pt.set(sets), &sets.MultiPoint, made); err != nil {
			return err
		}
		if pt.name == "queueSort" && len(names) != 1 {
			return fmt.Errorf("queueSort: %d plugins, where exactly one is needed", len(names))
		}
		if pt.name == "bind" {
			if names, err = cutAtDefaultBinder(names); err != nil {
				return err
			}
		}
		pt.put(pc, names)
	}
	weigh(pc.Score, sets)
	return nil
}

// explicit returns the plugins that are enabled at the point itself (updatePluginList, v1.36).
func (pt *point) explicit(set *pluginSet, made map[string]framework.Plugin) ([]string, error) {
	var names []string
	for _, p := range set.Enabled {
		if !pt.has(made[p.Name]) {
			return nil, fmt.Errorf("%s: plugin %s has no such extension point", pt.name, p.Name)
		}
		if slices.Contains(names, p.Name) {
			return nil, fmt.Errorf("%s: plugin %s is enabled twice", pt.name, p.Name)
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
			return nil, fmt.Errorf("multiPoint: plugin %s is enabled twice", p.Name)
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

// cutAtDefaultBinder leaves the default binder out, which the scheduler has built in: it binds what no other plugin has
// bound. What stands behind it would never be asked.
func cutAtDefaultBinder(names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("bind: no plugin, where at least one is needed")
	}
	if i := slices.Index(names, defaultBinder); i >= 0 {
		names = names[:i]
	}
	if len(names) == 0 {
		return nil, nil
	}
	return names, nil
}
