package app

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
	"github.com/wavetank/wavetank/workloads"
)

// schedulerConfig turns the scenario's words into the scheduler's configuration, and names it for the results.
func (s *simulation) schedulerConfig(registry framework.Registry) (scheduler.Config, string, error) {
	c, name, err := s.configuration(registry)
	if err != nil {
		return scheduler.Config{}, "", err
	}
	s.warnings = append(s.warnings, c.Warnings...)
	if pct := s.scenario.Scheduler.PercentageOfNodesToScore; pct != nil {
		for i := range c.Profiles {
			c.Profiles[i].PercentageOfNodesToScore = int32(*pct)
		}
	}
	text, err := config.Marshal(c)
	if err != nil {
		return scheduler.Config{}, "", err
	}
	s.configurationText = string(text)
	l := s.scenario.Latency
	return scheduler.Config{
		Profiles: c.Profiles, Registry: registry,
		PodInitialBackoff: c.PodInitialBackoff, PodMaxBackoff: c.PodMaxBackoff,
		WatchLatency: cluster.Latency(s.stream("latency/watch/scheduler", l.Watch)),
		CycleTime:    s.stream("latency/schedule", l.Schedule),
		BindLatency:  s.stream("latency/bind", l.Bind),
	}, name, nil
}

func (s *simulation) configuration(registry framework.Registry) (config.Configuration, string, error) {
	sc := s.scenario
	if path := sc.ConfigPath(); path != "" {
		c, err := config.Load(path, registry)
		return c, filepath.Base(path), err
	}
	name := sc.Scheduler.Policy
	if name == "" {
		name = "default"
	}
	c, err := config.Policy(name, registry)
	if err != nil {
		return c, "", sc.Errorf("scheduler.policy", "%w", err)
	}
	return c, strings.ToLower(name), nil
}

// stream draws a latency from a stream of its own. It returns nil where the latency is zero: no draw, no event.
func (s *simulation) stream(name string, d workloads.Distribution) func() time.Duration {
	if isZero(d) {
		return nil
	}
	src := s.engine.Rand(name)
	return func() time.Duration { return d.Sample(src) }
}

// perPod draws a latency that belongs to the pod: it is the same whatever else happens.
func (s *simulation) perPod(name string, d workloads.Distribution) func(*cluster.Pod) time.Duration {
	if isZero(d) {
		return nil
	}
	return func(p *cluster.Pod) time.Duration {
		var src rand.Source = s.engine.Source(name, p.Namespace, p.Name)
		return d.Sample(src)
	}
}

func isZero(d workloads.Distribution) bool {
	return d == nil || d == workloads.Constant{}
}

func (s *simulation) kubeletConfig() kubelet.Config {
	l := s.scenario.Latency
	cfg := kubelet.Config{
		WatchLatency: cluster.Latency(s.stream("latency/watch/kubelet", l.Watch)),
		Pull:         s.perPod("latency/pull", l.Pull),
		Start:        s.perPod("latency/start", l.Start),
		Stop:         s.perPod("latency/stop", l.Stop),
		Heartbeats:   s.apps != nil,
	}
	if s.apps != nil || len(s.scenario.Apps) > 0 {
		s.modelApps(&cfg)
	}
	s.modelRegistry(&cfg)
	return cfg
}

// hasLatency tells whether a bound pod may be on its way to the kubelet for longer than an instant.
func (s *simulation) hasLatency() bool {
	l := s.scenario.Latency
	return !isZero(l.Watch) || !isZero(l.Bind) || !isZero(l.Pull) || !isZero(l.Start)
}

// inputName returns the name of an input file for the manifest: as the scenario has it, without this machine's folders.
func inputName(file string, paths workloads.Paths) string {
	if rel, err := filepath.Rel(paths.Traces, file); err == nil && !strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(file)
}
