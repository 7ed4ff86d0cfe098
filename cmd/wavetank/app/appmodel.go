package app

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
	"github.com/wavetank/wavetank/workloads"
)

// imageBandwidth is what a node pulls in a second: a link of 1 Gbit/s.
const imageBandwidth = 125_000_000

// modelApps has the kubelet ask the scenario's apps what containers do.
func (s *simulation) modelApps(cfg *kubelet.Config) {
	cfg.App = s.appOf
	for i := range s.scenario.Apps {
		if s.scenario.Apps[i].ImageSize > 0 {
			cfg.Images = &kubelet.Images{Size: s.imageSize, Bandwidth: imageBandwidth}
		}
	}
}

// appOf returns what the containers of a pod do, nil where the scenario says nothing and the pod is not meant to end.
func (s *simulation) appOf(pod *cluster.Pod) kubelet.App {
	var apps []*workloads.App
	for i := range s.scenario.Apps {
		if a := &s.scenario.Apps[i]; a.Selects(pod) {
			apps = append(apps, a)
		}
	}
	ends := pod.Spec.RestartPolicy != cluster.RestartAlways && pod.RunTime == cluster.Forever
	if len(apps) == 0 && !ends && !s.runsBroken(pod) {
		return nil
	}
	return func(c *cluster.Container, run int) kubelet.Behaviour {
		b := kubelet.DefaultBehaviour(pod, c)
		main := isMain(pod, c)
		if main && ends {
			b.RunTime = workloads.DefaultRunTime
		}
		if s.scenario.Latency.Stop != (workloads.Constant{}) {
			b.Stop = s.scenario.Latency.Stop.Sample(s.engine.Source("app/stop", pod.Namespace, pod.Name, c.Name, strconv.Itoa(run)))
		}
		for _, a := range apps {
			if a.Container == c.Name || a.Container == "" && main {
				s.behave(&b, a, pod, c, run)
				break
			}
		}
		s.breakRun(&b, c.Image)
		return b
	}
}

func isMain(pod *cluster.Pod, c *cluster.Container) bool {
	for i := range pod.Spec.Containers {
		if pod.Spec.Containers[i].Name == c.Name {
			return true
		}
	}
	return false
}

// behave fills in what an app says of a container. What it draws belongs to the pod, the container and the run.
func (s *simulation) behave(b *kubelet.Behaviour, a *workloads.App, pod *cluster.Pod, c *cluster.Container, run int) {
	source := func(what string) rand.Source {
		return s.engine.Source("app/"+what, pod.Namespace, pod.Name, c.Name, strconv.Itoa(run))
	}
	b.Startup = a.Startup.Sample(source("startup"))
	if !isZero(a.Stop) {
		b.Stop = a.Stop.Sample(source("stop"))
	}
	switch {
	case a.Forever:
		b.RunTime = cluster.Forever
	case a.RunTime != nil:
		b.RunTime = a.RunTime.Sample(source("runtime"))
	}
	b.ExitCode, b.NeverReady = a.ExitCode, a.NeverReady
	b.MilliCPU, b.Memory.Start = a.MilliCPU, a.Memory
	if a.Crash != nil {
		crash(b, a.Crash, source)
	}
}

// crash decides whether a run ends in failure, and when.
func crash(b *kubelet.Behaviour, c *workloads.Crash, source func(string) rand.Source) {
	var after time.Duration
	switch {
	case c.MTBF > 0:
		after = workloads.Exponential{MeanSpan: c.MTBF}.Sample(source("crash"))
	case c.After != nil:
		after = c.After.Sample(source("crash"))
	case rand.New(source("crash")).Float64() >= c.Probability:
		return
	case b.RunTime < 0:
		after = b.Startup
	default:
		after = b.RunTime
	}
	if b.RunTime < 0 || after <= b.RunTime {
		b.RunTime, b.ExitCode = after, c.ExitCode
	}
}

// imageSize returns the size of a container's image; those of which no app tells have none, and come at once.
func (s *simulation) imageSize(pod *cluster.Pod, c *cluster.Container) (int64, bool) {
	for i := range s.scenario.Apps {
		if a := &s.scenario.Apps[i]; a.Selects(pod) && (a.Container == c.Name || a.Container == "" && isMain(pod, c)) {
			return a.ImageSize, true
		}
	}
	return 0, true
}
