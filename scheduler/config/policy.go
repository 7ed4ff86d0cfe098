package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wavetank/wavetank/scheduler/framework"
)

// DefaultPolicy is the name of the policy that is the default configuration.
const DefaultPolicy = "default"

// PolicyInfo tells of a policy that can be asked for by name.
type PolicyInfo struct {
	Name        string
	Description string // one sentence
}

// describer is a plugin that says in one sentence what it prefers.
type describer interface{ Description() string }

// Policies returns the default policy and every scorer of the registry that is not part of the default profile, by name
// without regard to case. A scorer that cannot do without arguments is none.
func Policies(registry framework.Registry) []PolicyInfo {
	policies := []PolicyInfo{{DefaultPolicy, "the default profile of kube-scheduler"}}
	for _, name := range sortedKeys(registry) {
		pl, err := policyPlugin(name, registry)
		if err != nil || pl == nil {
			continue
		}
		info := PolicyInfo{name, "the default filters, and " + name + " alone to choose among the nodes that fit"}
		if d, ok := pl.(describer); ok {
			info.Description = d.Description()
		}
		policies = append(policies, info)
	}
	slices.SortFunc(policies, func(a, b PolicyInfo) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return policies
}

// policyPlugin makes the plugin if it is a policy: a scorer that is not part of the default profile.
func policyPlugin(name string, registry framework.Registry) (framework.Plugin, error) {
	if defaultPlugins().MultiPoint.enables(name) {
		return nil, nil
	}
	pl, err := registry[name](nil, noProfile{})
	if err != nil || !is[framework.ScorePlugin](pl) {
		return nil, err
	}
	return pl, nil
}

// Policy returns the configuration of a policy, whose name is taken without regard to case. A policy that is a scorer
// keeps the default filters and preemption, is asked alone which of the nodes that fit is best, and sees all of them
// (percentageOfNodesToScore: 100). An unknown name is an error that lists the known ones.
func Policy(name string, registry framework.Registry) (Configuration, error) {
	if strings.EqualFold(name, DefaultPolicy) {
		return Default(registry)
	}
	var known []string
	for _, p := range Policies(registry) {
		if strings.EqualFold(name, p.Name) && p.Name != DefaultPolicy {
			return scoredBy(p.Name, registry)
		}
		known = append(known, p.Name)
	}
	return Configuration{}, fmt.Errorf("no policy named %q%s (known: %s)", name, suggest(name, known), strings.Join(known, ", "))
}

// scoredBy returns the default configuration with one plugin in place of its scorers.
func scoredBy(name string, registry framework.Registry) (Configuration, error) {
	pl, err := registry[name](nil, noProfile{})
	if err != nil {
		return Configuration{}, fmt.Errorf("policy %s: %w", name, err)
	}
	alone := pluginSet{Enabled: []plugin{{Name: name}}, Disabled: []plugin{{Name: all}}}
	sets := plugins{MultiPoint: pluginSet{Enabled: alone.Enabled}, Score: alone, PreScore: pluginSet{Disabled: alone.Disabled}}
	if is[framework.PreScorePlugin](pl) {
		sets.PreScore = alone
	}
	everyNode := int32(100)
	return defaultWith(sets, &everyNode, registry)
}
