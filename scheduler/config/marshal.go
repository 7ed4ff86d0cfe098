package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"gopkg.in/yaml.v3"

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
	doc.Profiles = make([]profile, len(c.Profiles))
	for i := range c.Profiles {
		if err = effective(&c.Profiles[i], &doc.Profiles[i]); err != nil {
			return nil, err
		}
	}
	return writeYAML(&doc)
}

// writeYAML keeps the order of the fields: JSON is YAML, and is only laid out anew.
func writeYAML(doc *document) ([]byte, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("writing scheduler configuration: %w", err)
	}
	var node yaml.Node
	if err = yaml.Unmarshal(text, &node); err != nil {
		return nil, fmt.Errorf("writing scheduler configuration: %w", err)
	}
	layOut(&node)
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err = e.Encode(&node); err != nil {
		return nil, fmt.Errorf("writing scheduler configuration: %w", err)
	}
	return b.Bytes(), nil
}

// layOut takes JSON's braces, brackets and quotes away; the encoder quotes again what needs it.
func layOut(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		layOut(c)
	}
}

func wholeSeconds(d time.Duration) (*int64, error) {
	if d%time.Second != 0 {
		return nil, fmt.Errorf("back-off of %v: not a whole number of seconds", d)
	}
	n := int64(d / time.Second)
	return &n, nil
}

// effective writes a profile down, point by point; nothing comes from multiPoint.
func effective(pc *scheduler.ProfileConfig, p *profile) error {
	p.SchedulerName, p.PercentageOfNodesToScore = &pc.SchedulerName, &pc.PercentageOfNodesToScore
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
			return err
		}
		p.PluginConfig = append(p.PluginConfig, pluginConfig{Name: name, Args: raw})
	}
	return nil
}
