package config

import (
	"time"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// build resolves a document that has been validated.
func build(f *file, doc *document, registry framework.Registry) (Configuration, error) {
	c := Configuration{
		PodInitialBackoff: seconds(doc.PodInitialBackoffSeconds, scheduler.DefaultPodInitialBackoff),
		PodMaxBackoff:     seconds(doc.PodMaxBackoffSeconds, scheduler.DefaultPodMaxBackoff),
		Warnings:          ineffective(f),
	}
	profiles := doc.Profiles
	if len(profiles) == 0 {
		profiles = []profile{{}}
	}
	var global int32
	if doc.PercentageOfNodesToScore != nil {
		global = *doc.PercentageOfNodesToScore
	}
	for i := range profiles {
		b := builder{file: f, index: i, name: nameOf(&profiles[i]), registry: registry,
			args: map[string]framework.Args{}, made: map[string]framework.Plugin{}}
		pc, err := b.profile(&profiles[i], global)
		if err != nil {
			return Configuration{}, err
		}
		c.Profiles = append(c.Profiles, pc)
		c.Warnings = append(c.Warnings, b.warnings...)
	}
	return c, sameQueueSort(f, c.Profiles)
}

func nameOf(p *profile) string {
	if p.SchedulerName == nil {
		return cluster.DefaultScheduler
	}
	return *p.SchedulerName
}

func seconds(n *int64, otherwise time.Duration) time.Duration {
	if n == nil {
		return otherwise
	}
	return time.Duration(*n) * time.Second
}

// ineffective names the settings that are about running kube-scheduler as a process. They are accepted, in the order of
// the file.
func ineffective(f *file) []string {
	if f.root == nil {
		return nil
	}
	var warnings []string
	for i := 0; i < len(f.root.Content); i += 2 {
		switch key := f.root.Content[i].Value; key {
		case "parallelism", "leaderElection", "clientConnection", "enableProfiling", "enableContentionProfiling", "delayCacheUntilActive":
			warnings = append(warnings, key+" has no effect: no process is run")
		}
	}
	return warnings
}

// sameQueueSort checks that all profiles order the one queue in the same way (apis/config/validation/validation.go:
// validateCommonQueueSort; profile/profile.go: cfgValidator, v1.36).
func sameQueueSort(f *file, profiles []scheduler.ProfileConfig) error {
	first := &profiles[0]
	for i := range profiles[1:] {
		other, at := &profiles[i+1], f.at("profiles", i+1)
		if other.QueueSort != first.QueueSort {
			return f.errorf(at, "profile %s: queueSort: %s, where profile %s has %s: all profiles must have the same",
				other.SchedulerName, other.QueueSort, first.SchedulerName, first.QueueSort)
		}
		same, err := sameArgs(other.Args[other.QueueSort], first.Args[first.QueueSort])
		if err != nil {
			return err
		}
		if !same {
			return f.errorf(at, "profile %s: queueSort: the arguments of %s must be the same in all profiles", other.SchedulerName, other.QueueSort)
		}
	}
	return nil
}

// maxBackoffSeconds keeps durations within their type.
const maxBackoffSeconds = int64(1<<63-1) / int64(time.Second)

// validate checks what is not about plugins (apis/config/validation/validation.go: ValidateKubeSchedulerConfiguration,
// v1.36).
func validate(f *file, doc *document) error {
	if doc.APIVersion != apiVersion {
		return f.errorf(f.at("apiVersion"), "apiVersion: %q is not %s", doc.APIVersion, apiVersion)
	}
	if doc.Kind != kind {
		return f.errorf(f.at("kind"), "kind: %q is not %s", doc.Kind, kind)
	}
	if doc.Parallelism != nil && *doc.Parallelism <= 0 {
		return f.errorf(f.at("parallelism"), "parallelism: %d is not greater than 0", *doc.Parallelism)
	}
	if len(doc.Extenders) > 0 {
		return f.errorf(f.at("extenders"), "extenders are not modelled: a simulation calls no other process")
	}
	if err := validatePercentage(f, doc.PercentageOfNodesToScore, "percentageOfNodesToScore"); err != nil {
		return err
	}
	if err := validateBackoff(f, doc); err != nil {
		return err
	}
	return validateProfiles(f, doc.Profiles)
}

func validatePercentage(f *file, percentage *int32, path ...any) error {
	if percentage != nil && (*percentage < 0 || *percentage > 100) {
		return f.errorf(f.at(path...), "percentageOfNodesToScore: %d is not within 0..100", *percentage)
	}
	return nil
}

func validateBackoff(f *file, doc *document) error {
	if err := validateSeconds(f, doc.PodInitialBackoffSeconds, "podInitialBackoffSeconds"); err != nil {
		return err
	}
	if err := validateSeconds(f, doc.PodMaxBackoffSeconds, "podMaxBackoffSeconds"); err != nil {
		return err
	}
	initial := seconds(doc.PodInitialBackoffSeconds, scheduler.DefaultPodInitialBackoff)
	longest := seconds(doc.PodMaxBackoffSeconds, scheduler.DefaultPodMaxBackoff)
	if longest < initial {
		return f.errorf(f.at("podMaxBackoffSeconds"), "podMaxBackoffSeconds: %v is less than the initial back-off of %v", longest, initial)
	}
	return nil
}

func validateSeconds(f *file, n *int64, key string) error {
	if n != nil && (*n <= 0 || *n > maxBackoffSeconds) {
		return f.errorf(f.at(key), "%s: %d is not within 1..%d", key, *n, maxBackoffSeconds)
	}
	return nil
}

func validateProfiles(f *file, profiles []profile) error {
	seen := map[string]bool{}
	for i := range profiles {
		p := &profiles[i]
		if err := validatePercentage(f, p.PercentageOfNodesToScore, "profiles", i, "percentageOfNodesToScore"); err != nil {
			return err
		}
		at := f.at("profiles", i, "schedulerName")
		if p.SchedulerName == nil && len(profiles) > 1 || p.SchedulerName != nil && *p.SchedulerName == "" {
			return f.errorf(at, "profiles[%d].schedulerName: must be given", i)
		}
		if name := nameOf(p); seen[name] {
			return f.errorf(at, "profiles[%d].schedulerName: %q is the name of another profile", i, name)
		}
		seen[nameOf(p)] = true
	}
	return nil
}
