package app

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/config"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// explainManifests decides about a pending pod on the cluster of some manifests.
func (p *program) explainManifests(files []string, f explainFlags) (*scheduler.Explanation, error) {
	set, err := manifest.ReadFiles(files...)
	if err != nil {
		return nil, err
	}
	cfg, err := p.explainConfig(set, f.config)
	if err != nil {
		return nil, err
	}
	for _, w := range append(set.Warnings, cfg.Warnings...) {
		fmt.Fprintln(p.errOut, "warning:", w)
	}
	engine := sim.New(0)
	store := cluster.NewStore(engine)
	if err = manifest.Load(set, store); err != nil {
		return nil, err
	}
	pod, err := pendingPod(store, f.pod)
	if err != nil {
		return nil, err
	}
	for i := range cfg.Profiles {
		if cfg.Profiles[i].PercentageOfNodesToScore == 0 {
			cfg.Profiles[i].PercentageOfNodesToScore = 100
		}
	}
	return p.explainOn(engine, cfg, store.Snapshot(), pod, 0)
}

// explainConfig takes the configuration of the flag, of the only such document among the manifests, or the default.
func (p *program) explainConfig(set *manifest.Set, file string) (config.Configuration, error) {
	documents := set.SchedulerConfigs
	switch {
	case file != "":
		return config.Load(file, p.registry)
	case len(documents) > 1:
		return config.Configuration{}, fmt.Errorf("%s:%d: a second KubeSchedulerConfiguration: only one can apply", documents[1].File, documents[1].Line)
	case len(documents) == 1:
		return config.Decode(documents[0].File, padded(documents[0]), p.registry)
	}
	return config.Default(p.registry)
}

// padded puts a document at its place in the file, so that the lines of errors are those of the file.
func padded(d manifest.RawDocument) []byte {
	return append([]byte(strings.Repeat("\n", max(d.Line-1, 0))), d.Data...)
}

// pendingPod finds the pod to decide about: the named one, or the only one that waits.
func pendingPod(store *cluster.Store, name string) (*cluster.Pod, error) {
	if name != "" {
		key, err := parsePodName(name)
		if err != nil {
			return nil, err
		}
		pod := store.Pod(key)
		switch {
		case pod == nil:
			return nil, fmt.Errorf("--pod: there is no pod %v", key)
		case pod.NodeName != "":
			return nil, fmt.Errorf("--pod: %v is on node %s already: remove its spec.nodeName to see where it would go", key, pod.NodeName)
		}
		return pod, nil
	}
	var waiting []*cluster.Pod
	for _, o := range store.List(cluster.KindPod) {
		if p := o.(*cluster.Pod); p.NodeName == "" && !p.Terminal() {
			waiting = append(waiting, p)
		}
	}
	if len(waiting) == 1 {
		return waiting[0], nil
	}
	return nil, fmt.Errorf("%d pods are pending: say which with --pod%s", len(waiting), someNames(waiting))
}

func someNames(pods []*cluster.Pod) string {
	const most = 5
	var names []string
	for _, p := range pods[:min(len(pods), most)] {
		names = append(names, p.NamespacedName.String())
	}
	if len(pods) > most {
		names = append(names, "...")
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// explainOn explains a decision of the profile that the pod asks for.
func (p *program) explainOn(engine *sim.Engine, cfg config.Configuration, view *cluster.Snapshot, pod *cluster.Pod, start int) (*scheduler.Explanation, error) {
	draw := func(stream string, pod *cluster.Pod) *rand.Rand { return engine.Draw(stream, pod.Namespace, pod.Name) }
	var names []string
	for _, pc := range cfg.Profiles {
		profile, err := scheduler.NewProfile(pc, p.registry, draw, true)
		if err != nil {
			return nil, err
		}
		if profile.Name() != pod.Scheduler() {
			names = append(names, profile.Name())
			continue
		}
		if gate := profile.PreEnqueue(pod); !gate.IsSuccess() {
			return &scheduler.Explanation{Pod: pod.NamespacedName, Message: gate.Message()}, nil
		}
		e := profile.Explain(pod, view, start)
		if e.Decision.Err != "" {
			return nil, fmt.Errorf("pod %v: the scheduler fails: %s", pod.NamespacedName, e.Decision.Err)
		}
		return &e, nil
	}
	return nil, fmt.Errorf("pod %v wants scheduler %q; the configuration has %v", pod.NamespacedName, pod.Scheduler(), names)
}
