package app

import (
	"math/rand/v2"
	"time"

	"github.com/wavetank/wavetank/results"
	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller/clusterautoscaler"
	"github.com/wavetank/wavetank/sim/controller/daemonset"
	"github.com/wavetank/wavetank/sim/nodegroup"
	"github.com/wavetank/wavetank/workloads"
)

// scaler is what a scenario with a cluster autoscaler has beside the others.
type scaler struct {
	s      *simulation
	groups []*nodegroup.Group
	loop   *clusterautoscaler.Autoscaler
}

// autoscale makes the node groups and their autoscaler, which have to see every write, if the scenario has them.
func (s *simulation) autoscale(sched *scheduler.Scheduler, cfg scheduler.Config) error {
	sc := s.scenario.Autoscaler
	if sc == nil {
		return nil
	}
	predictor, err := scheduler.NewPredictor(cfg, s.store, s.drawPod)
	if err != nil {
		return s.scenario.Errorf("autoscaler", "%w", err)
	}
	s.scaler = &scaler{s: s}
	config := clusterautoscaler.Config{
		Options: autoscalerOptions(sc), Predictor: predictor, Evictor: s.evictions(), DaemonPods: daemonset.PodOn,
		Rand: s.engine.Rand("clusterautoscaler/expander"), Report: s.reportScaling,
	}
	for i := range sc.Groups {
		g := s.nodeGroup(&sc.Groups[i])
		s.scaler.groups = append(s.scaler.groups, g)
		config.Groups = append(config.Groups, g)
		config.Priorities = append(config.Priorities, sc.Groups[i].Priority)
	}
	s.scaler.loop = clusterautoscaler.New(s.engine, s.store, config)
	s.pausable(s.scaler.loop, clusterAutoscalerName, apiServerName)
	sched.Observe(s.scaler.decided)
	return nil
}

// nodeGroup makes the provider's side of a group. How long a node takes is drawn by its name.
func (s *simulation) nodeGroup(g *workloads.AutoscaledGroup) *nodegroup.Group {
	return nodegroup.New(s.engine, s.store, nodegroup.Config{
		Name: g.Name, Min: g.Min, Max: g.Max, Size: g.Size, Template: g.Node,
		Provisioning: func(node string) time.Duration {
			return g.Provisioning.Sample(s.engine.Source("provisioning", node))
		},
		Available: func(now sim.Time) bool { return g.Available(time.Duration(now)) },
	})
}

// start makes the nodes that the groups have at the begin.
func (r *scaler) start() error {
	if r == nil {
		return nil
	}
	for _, g := range r.groups {
		if err := g.Start(); err != nil {
			return r.s.scenario.Errorf("autoscaler.groups", "%w", err)
		}
	}
	return nil
}

// decided tells the autoscaler of pods that fit nowhere, as their condition PodScheduled does.
func (r *scaler) decided(d *framework.Decision) {
	if !d.Placed() && d.Err == "" {
		r.loop.Unschedulable(d.Pod)
	}
}

func (s *simulation) reportScaling(r clusterautoscaler.Report) {
	s.recorder.OnAutoscaler(results.AutoscalerEvent{
		At: r.At, Event: string(r.Kind), Group: r.Group, Node: r.Node, Nodes: r.Nodes, Size: r.Size, Pods: r.Pods,
		Lag: r.Lag, Cause: r.Reason,
	})
}

func autoscalerOptions(a *workloads.Autoscaler) clusterautoscaler.Options {
	d := &a.ScaleDown
	return clusterautoscaler.Options{
		Expanders: a.Expander, ScanInterval: a.ScanInterval,
		MaxNodeProvisionTime: a.MaxNodeProvisionTime, MaxNodesTotal: a.MaxNodesTotal, MaxNodesPerScaleUp: a.MaxNodesPerScaleUp,
		NewPodScaleUpDelay: a.NewPodScaleUpDelay, BalanceSimilarNodeGroups: a.BalanceSimilarNodeGroups,
		IgnoreDaemonSetsUtilization: a.IgnoreDaemonSetsUtilization,
		SkipNodesWithLocalStorage:   a.SkipNodesWithLocalStorage, SkipNodesWithSystemPods: a.SkipNodesWithSystemPods,
		ExpendablePriorityCutoff: a.ExpendablePriorityCutoff,
		MaxPodEvictionTime:       a.MaxPodEvictionTime, MaxGracefulTermination: a.MaxGracefulTermination,
		MaxScaleDownParallelism: a.MaxScaleDownParallelism, MaxDrainParallelism: a.MaxDrainParallelism,
		MaxBulkSoftTaintCount: a.MaxBulkSoftTaintCount, NodeDeleteDelay: a.NodeDeleteDelay,
		UnremovableRecheck: a.UnremovableRecheck, InitialNodeGroupBackoff: a.InitialNodeGroupBackoff,
		MaxNodeGroupBackoff: a.MaxNodeGroupBackoff, NodeGroupBackoffReset: a.NodeGroupBackoffReset,
		MaxTotalUnreadyPercent: a.MaxTotalUnreadyPercent, OKTotalUnready: a.OKTotalUnready,
		DaemonSetEvictionEmpty: a.DaemonSetEvictionEmpty, DaemonSetEvictionDrained: a.DaemonSetEvictionDrained,
		ScaleDown: d.Enabled, UnneededTime: d.UnneededTime, UnreadyTime: d.UnreadyTime,
		UtilizationThreshold: d.UtilizationThreshold, GPUUtilizationThreshold: a.ScaleDownGPUUtilization,
		DelayAfterAdd: d.DelayAfterAdd, DelayAfterDelete: d.DelayAfterDelete, DelayAfterFailure: d.DelayAfterFailure,
	}
}

// drawPod is the luck of the predictor's plugins.
func (s *simulation) drawPod(stream string, pod *cluster.Pod) *rand.Rand {
	return s.engine.Draw(stream, pod.Namespace, pod.Name)
}
