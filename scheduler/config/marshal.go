package config

import (
	"encoding/json"
	"fmt"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/wavetank/wavetank/scheduler"
)

// Marshal returns the configuration as a KubeSchedulerConfiguration in which nothing is left to defaults of profiles: each
// extension point lists its plugins in their order. Decode gives the same configuration again. Back-offs that are not
// whole seconds are an error.
func Marshal(c Configuration) ([]byte, error) {
	doc := document{typeMeta: typeMeta{apiVersion, kind}}
	var err error
	if doc.PodInitialBackoffSeconds, err = wholeSeconds(c.PodInitialBackoff); err != nil {
		return nil, err
	}
	if doc.PodMaxBackoffSeconds, err = wholeSeconds(c.PodMaxBackoff); err != nil {
		return nil, err
	}
	for i := range c.Profiles {
		p, err := effective(&c.Profiles[i])
		if err != nil {
			return nil, err
		}
		doc.Profiles = append(doc.Profiles, p)
	}
	return yaml.Marshal(doc)
}

func wholeSeconds(d time.Duration) (*int64, error) {
	if d%time.Second != 0 {
		return nil, fmt.Errorf("back-off of %v: not a whole number of seconds", d)
	}
	n := int64(d / time.Second)
	return &n, nil
}

// effective writes a profile down, point by point; nothing comes from multiPoint.
func effective(pc *scheduler.ProfileConfig) (profile, error) {
	p := profile{SchedulerName: &pc.SchedulerName, PercentageOfNodesToScore: &pc.PercentageOfNodesToScore}
	p.Plugins.MultiPoint.Disabled = []plugin{{Name: all}}
	for _, pt := range points {
		for _, name := range pt.get(pc) {
			pt.set(&p.Plugins).Enabled = append(pt.set(&p.Plugins).Enabled, plugin{Name: name})
		}
	}
	for i, w := range pc.Score {
		weight := int32(w.Weight)
		p.Plugins.Score.Enabled[i].Weight = &weight
	}
	p.Plugins.Bind.Enabled = append(p.Plugins.Bind.Enabled, plugin{Name: defaultBinder})
	for _, name := range sortedKeys(pc.Args) {
		var raw json.RawMessage
		if err := pc.Args[name].Decode(&raw); err != nil {
			return p, err
		}
		p.PluginConfig = append(p.PluginConfig, pluginConfig{Name: name, Args: raw})
	}
	return p, nil
}
