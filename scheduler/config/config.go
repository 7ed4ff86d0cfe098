package config

import (
	_ "embed"
	"fmt"
	"os"
	"time"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
)

// Configuration is what a scheduler is run with.
type Configuration struct {
	Profiles          []scheduler.ProfileConfig // in the order of the file; at least one
	PodInitialBackoff time.Duration             // after the first failure; whole seconds
	PodMaxBackoff     time.Duration             // the longest back-off; whole seconds
	Warnings          []string                  // what was accepted and has no effect, in the order of the file
}

//go:embed default.yaml
var defaultYAML []byte

const defaultFile = "default.yaml"

// Default returns the configuration of kube-scheduler v1.36 when none is given (default.yaml): one profile, with those of
// its plugins that the registry holds. An error is a plugin that cannot be made without arguments.
func Default(registry framework.Registry) (Configuration, error) {
	return defaultWith(plugins{}, nil, registry)
}

// defaultWith returns the default configuration with other plugins merged into its profile; a nil percentage leaves that
// of the default.
func defaultWith(custom plugins, percentage *int32, registry framework.Registry) (Configuration, error) {
	doc := document{typeMeta: typeMeta{apiVersion, kind}, Profiles: []profile{{Plugins: custom, PercentageOfNodesToScore: percentage}}}
	return build(&file{name: defaultFile}, &doc, registry)
}

// Load reads a file; see Decode.
func Load(path string, registry framework.Registry) (Configuration, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Configuration{}, fmt.Errorf("reading scheduler configuration: %w", err)
	}
	return Decode(path, data, registry)
}

// Decode reads a KubeSchedulerConfiguration and resolves it with the plugins of the registry. The name stands for the
// data in errors, which give line and field.
func Decode(name string, data []byte, registry framework.Registry) (Configuration, error) {
	f, err := parse(name, data)
	if err != nil {
		return Configuration{}, err
	}
	if f.root == nil {
		return Configuration{}, fmt.Errorf("%s: no %s in it", name, kind)
	}
	var doc document
	if err = f.decode(f.root, "", &doc); err != nil {
		return Configuration{}, err
	}
	if err = validate(f, &doc); err != nil {
		return Configuration{}, err
	}
	return build(f, &doc, registry)
}
