package config

import "slices"

// all is the wildcard of disabled plugins.
const all = "*"

func (s *pluginSet) disables(name string) bool {
	return slices.ContainsFunc(s.Disabled, func(p plugin) bool { return p.Name == name })
}

func (s *pluginSet) enables(name string) bool {
	return slices.ContainsFunc(s.Enabled, func(p plugin) bool { return p.Name == name })
}

// merge puts the user's sets into the default ones, point by point (apis/config/v1/default_plugins.go: mergePlugins,
// v1.36).
func merge(defaults, custom *plugins) plugins {
	var merged plugins
	for _, pt := range configured {
		*pt.set(&merged) = mergeSet(pt.set(defaults), pt.set(custom))
	}
	return merged
}

// mergeSet keeps the default plugins that are not disabled, in their order, each replaced where the user names it again;
// the user's other plugins follow in the user's order. What is disabled stays noted: multiPoint must not bring it back
// (mergePluginSet, v1.36). A plugin that the user enables twice stays twice, and is refused when the set is expanded.
func mergeSet(defaults, custom *pluginSet) pluginSet {
	merged := pluginSet{Disabled: disabledNames(custom.Disabled, defaults.Disabled)}
	replaced := make([]bool, len(custom.Enabled))
	if !merged.disables(all) {
		for _, p := range defaults.Enabled {
			if merged.disables(p.Name) {
				continue
			}
			if i := lastNamed(custom.Enabled, p.Name); i >= 0 {
				p, replaced[i] = custom.Enabled[i], true
			}
			merged.Enabled = append(merged.Enabled, p)
		}
	}
	for i, p := range custom.Enabled {
		if !replaced[i] {
			merged.Enabled = append(merged.Enabled, p)
		}
	}
	return merged
}

func disabledNames(lists ...[]plugin) []plugin {
	var names []plugin
	for _, p := range slices.Concat(lists...) {
		names = append(names, plugin{Name: p.Name})
	}
	return names
}

func lastNamed(list []plugin, name string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Name == name {
			return i
		}
	}
	return -1
}
