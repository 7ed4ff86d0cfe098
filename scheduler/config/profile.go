package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
)

// defaultPlugins returns the sets of default.yaml. Not to be changed.
var defaultPlugins = sync.OnceValue(func() *plugins {
	f, err := parse(defaultFile, defaultYAML)
	if err != nil {
		panic(fmt.Sprintf("config: %v", err))
	}
	var doc document
	if err = f.decode(f.root, "", &doc); err != nil {
		panic(fmt.Sprintf("config: %v", err))
	}
	return &doc.Profiles[0].Plugins
})

// builder turns one profile of the document into one of the scheduler.
type builder struct {
	file     *file
	index    int // of the profile in the document
	name     string
	registry framework.Registry
	args     map[string]framework.Args
	made     map[string]framework.Plugin
	warnings []string
}

// profile resolves a profile; global is the percentage of nodes to score of those that set none.
func (b *builder) profile(p *profile, global int32) (scheduler.ProfileConfig, error) {
	pc := scheduler.ProfileConfig{SchedulerName: b.name, PercentageOfNodesToScore: global}
	if p.PercentageOfNodesToScore != nil {
		pc.PercentageOfNodesToScore = *p.PercentageOfNodesToScore
	}
	custom, err := b.known(&p.Plugins)
	if err != nil {
		return pc, err
	}
	if err = b.readArgs(p.PluginConfig); err != nil {
		return pc, err
	}
	sets := merge(b.available(defaultPlugins()), custom)
	if err = b.makeAll(&sets); err != nil {
		return pc, err
	}
	if err = b.expand(&pc, &sets); err != nil {
		return pc, err
	}
	pc.Args = b.args
	return pc, nil
}

// errorf is an error at a path below the profile.
func (b *builder) errorf(path []any, format string, args ...any) error {
	at := b.file.at(append([]any{"profiles", b.index}, path...)...)
	return b.file.errorf(at, "profile %s: %w", b.name, fmt.Errorf(format, args...))
}

func (b *builder) warnf(format string, args ...any) {
	b.warnings = append(b.warnings, fmt.Sprintf("profile %s: ", b.name)+fmt.Sprintf(format, args...))
}

// known checks every name in the user's sets and returns the sets without the plugins that are not modelled.
func (b *builder) known(custom *plugins) (*plugins, error) {
	var usableOnes plugins
	for _, pt := range configured {
		set := pt.set(custom)
		kept, err := b.knownSet(pt.name, set)
		if err != nil {
			return nil, err
		}
		*pt.set(&usableOnes) = pluginSet{Enabled: kept, Disabled: set.Disabled}
	}
	for _, pt := range placement {
		if len(pt.set(custom).Enabled) > 0 {
			b.warnf("plugins.%s has no effect: there are no pod groups here", pt.name)
		}
	}
	return &usableOnes, nil
}

func (b *builder) knownSet(point string, set *pluginSet) ([]plugin, error) {
	var kept []plugin
	for i, p := range set.Enabled {
		path := []any{"plugins", point, "enabled", i}
		if p.Weight != nil && *p.Weight < 0 {
			return nil, b.errorf(append(path, "weight"), "%s: plugin %s: weight: %d is negative", point, p.Name, *p.Weight)
		}
		switch standingOf(p.Name, b.registry) {
		case usable:
			kept = append(kept, p)
		case absent:
			b.warnf("plugin %s, enabled at %s, is not modelled: %s", p.Name, point, whyAbsent(p.Name))
		case outdated:
			return nil, b.errorf(path, "%s: plugin %s was removed from kube-scheduler", point, p.Name)
		default:
			return nil, b.noSuchPlugin(path, point, p.Name)
		}
	}
	for i, p := range set.Disabled {
		if p.Name != all && standingOf(p.Name, b.registry) == unknown {
			return nil, b.noSuchPlugin([]any{"plugins", point, "disabled", i}, point, p.Name)
		}
	}
	return kept, nil
}

func (b *builder) noSuchPlugin(path []any, point, name string) error {
	return b.errorf(path, "%s: no plugin named %q%s", point, name, suggest(name, sortedKeys(b.registry)))
}

// available leaves out what the registry does not hold.
func (b *builder) available(sets *plugins) *plugins {
	var have plugins
	for _, pt := range configured {
		set := pt.set(sets)
		pt.set(&have).Disabled = set.Disabled
		for _, p := range set.Enabled {
			if standingOf(p.Name, b.registry) == usable {
				pt.set(&have).Enabled = append(pt.set(&have).Enabled, p)
			}
		}
	}
	return &have
}

// readArgs keeps the arguments for the plugins' factories. They are checked by making the plugin, even if it is not
// enabled.
func (b *builder) readArgs(configs []pluginConfig) error {
	for i, c := range configs {
		path := []any{"pluginConfig", i}
		if b.args[c.Name] != nil {
			return b.errorf(path, "pluginConfig: plugin %s is configured twice", c.Name)
		}
		switch standingOf(c.Name, b.registry) {
		case unknown, outdated:
			return b.noSuchPlugin(path, "pluginConfig", c.Name)
		case absent:
			b.warnf("the arguments of plugin %s have no effect: %s", c.Name, whyAbsent(c.Name))
			continue
		}
		if args := b.argsOf(path, &c); args != nil {
			b.args[c.Name] = args
			if err := b.makePlugin(c.Name, append(path, "args")); err != nil {
				return err
			}
		}
	}
	return nil
}

// argsOf returns what decodes a plugin's arguments into its own struct, nil if there are none.
func (b *builder) argsOf(path []any, c *pluginConfig) framework.Args {
	if len(c.Args) == 0 || string(c.Args) == "null" {
		return nil
	}
	node := child(b.file.at(append([]any{"profiles", b.index}, path...)...), "args")
	prefix := fmt.Sprintf("profile %s: plugin %s: args.", b.name, c.Name)
	return func(into any) error {
		if err := b.file.decode(node, prefix, into); err != nil {
			return argsError{err}
		}
		return nil
	}
}

// makeAll makes every plugin that is enabled somewhere.
func (b *builder) makeAll(sets *plugins) error {
	for _, pt := range configured {
		for _, p := range pt.set(sets).Enabled {
			if err := b.makePlugin(p.Name, []any{"plugins"}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *builder) makePlugin(name string, path []any) error {
	if b.made[name] != nil {
		return nil
	}
	factory := b.registry[name]
	if factory == nil && name == defaultBinder {
		b.made[name] = builtInBinder{}
		return nil
	}
	pl, err := factory(b.args[name], noProfile{})
	if err != nil {
		return b.pluginError(path, name, err)
	}
	b.made[name] = pl
	return nil
}

// argsError is an error of the decoder below a plugin's factory. It names file, line, profile, plugin and field.
type argsError struct{ error }

// pluginError says where a factory's error comes from, unless the decoder has said it.
func (b *builder) pluginError(path []any, name string, err error) error {
	if e, ok := errors.AsType[argsError](err); ok {
		return e.error
	}
	return b.errorf(path, "plugin %s: %w", name, err)
}

// sameArgs tells whether two profiles give a plugin the same arguments.
func sameArgs(a, b framework.Args) (bool, error) {
	var texts [2]string
	for i, args := range []framework.Args{a, b} {
		var raw json.RawMessage
		if err := args.Decode(&raw); err != nil {
			return false, err
		}
		texts[i] = string(raw)
	}
	return texts[0] == texts[1], nil
}

// builtInBinder stands for kube-scheduler's plugin where the registry has none. The scheduler never calls it.
type builtInBinder struct{ framework.BindPlugin }

// Name returns the name of kube-scheduler's plugin.
func (builtInBinder) Name() string { return defaultBinder }

// noProfile is the handle of plugins that are made to be looked at and never run.
type noProfile struct{ framework.Handle }
