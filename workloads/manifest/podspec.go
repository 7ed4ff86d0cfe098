package manifest

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// defaultGracePeriod is terminationGracePeriodSeconds where none is stated (core/v1 DefaultTerminationGracePeriodSeconds).
const defaultGracePeriod = corev1.DefaultTerminationGracePeriodSeconds * time.Second

var restartPolicies = map[string]cluster.RestartPolicy{
	"Always": cluster.RestartAlways, "OnFailure": cluster.RestartOnFailure, "Never": cluster.RestartNever,
}

// podSpec converts a defaulted pod spec that stands at a path. Label keys of affinity and spread take their values from
// the pod's labels.
func podSpec(c *check, path string, labels map[string]string, o *corev1.PodSpec) *cluster.PodSpec {
	c.want(len(o.Containers) > 0, path+".containers", "at least one container is needed")
	s := &cluster.PodSpec{
		InitContainers:    containers(c, path+".initContainers", o.InitContainers, true),
		Containers:        containers(c, path+".containers", o.Containers, false),
		Overhead:          c.resources(path+".overhead", o.Overhead),
		PriorityClass:     o.PriorityClassName,
		PreemptionPolicy:  preemptionPolicy(c, path+".preemptionPolicy", o.PreemptionPolicy),
		SchedulerName:     schedulerName(o.SchedulerName),
		NodeSelector:      o.NodeSelector,
		Affinity:          affinity(c, path+".affinity", labels, o.Affinity),
		Tolerations:       tolerations(c, path+".tolerations", o.Tolerations),
		SpreadConstraints: spread(c, path+".topologySpreadConstraints", labels, o.TopologySpreadConstraints),
		HostPorts:         hostPorts(c, path, o),
		HostNetwork:       o.HostNetwork,
		ConfigVolumes:     configVolumes(o.Volumes),
		RestartPolicy:     choose(c, path+".restartPolicy", string(o.RestartPolicy), cluster.RestartAlways, restartPolicies),
	}
	podLevel(c, path+".resources", o, s)
	volumes(c, path+".volumes", o.Volumes, s)
	if o.Priority != nil {
		s.Priority = *o.Priority
	}
	for i, g := range o.SchedulingGates {
		c.want(g.Name != "", at(path+".schedulingGates", i)+".name", "is missing")
		s.SchedulingGates = append(s.SchedulingGates, g.Name)
	}
	s.TerminationGracePeriod = gracePeriod(c, path, o.TerminationGracePeriodSeconds)
	return s
}

// schedulerName returns "" for the default scheduler, so that stating the default does not make a class of its own.
func schedulerName(name string) string {
	if name == cluster.DefaultScheduler {
		return ""
	}
	return name
}

func gracePeriod(c *check, path string, seconds *int64) time.Duration {
	if seconds == nil {
		return defaultGracePeriod
	}
	if *seconds < 0 || *seconds > maxSeconds {
		c.fail(path+".terminationGracePeriodSeconds", "%d is not from 0 to %d", *seconds, int64(maxSeconds))
		return 0
	}
	return time.Duration(*seconds) * time.Second
}

// maxSeconds is a hundred years: beyond it spans do not fit the clock.
const maxSeconds = 100 * 365 * 24 * 3600

func containers(c *check, path string, list []corev1.Container, init bool) []cluster.Container {
	var converted []cluster.Container
	seen := newNames(len(list))
	for i := range list {
		o, of := &list[i], at(path, i)
		c.want(o.Name != "", of+".name", "is missing")
		c.want(seen.add(o.Name), of+".name", "there is another container %q", o.Name)
		_, cpu := o.Resources.Requests[corev1.ResourceCPU]
		_, memory := o.Resources.Requests[corev1.ResourceMemory]
		converted = append(converted, cluster.Container{
			Name:           o.Name,
			Image:          o.Image,
			Requests:       c.resources(of+".resources.requests", o.Resources.Requests),
			RequestsCPU:    cpu,
			RequestsMemory: memory,
			Limits:         c.resources(of+".resources.limits", o.Resources.Limits),
			Sidecar:        init && o.RestartPolicy != nil && *o.RestartPolicy == corev1.ContainerRestartPolicyAlways,
			PullPolicy:     pullPolicy(c, of, o),
			StartupProbe:   probe(c, of+".startupProbe", o.StartupProbe, true),
			ReadinessProbe: probe(c, of+".readinessProbe", o.ReadinessProbe, false),
			LivenessProbe:  probe(c, of+".livenessProbe", o.LivenessProbe, true),
			PreStop:        preStop(c, of, o.Lifecycle),
			ConfigRefs:     configRefs(o),
		})
		withinLimits(c, of+".resources.requests", &o.Resources)
	}
	return converted
}

// withinLimits checks that no request is above its limit (ValidateContainerResourceRequirements, v1.36).
func withinLimits(c *check, path string, r *corev1.ResourceRequirements) {
	for _, name := range sortedKeys(r.Limits) {
		limit, request := r.Limits[name], r.Requests[name]
		if request.Cmp(limit) > 0 {
			c.fail(under(path, string(name)), "%s is above the limit of %s", request.String(), limit.String())
		}
	}
}

// hostPorts collects the ports of the node that containers and sidecars hold; other init containers do not count
// (pkg/scheduler/util: GetHostPorts, v1.36).
func hostPorts(c *check, path string, o *corev1.PodSpec) []cluster.HostPort {
	var ports []cluster.HostPort
	for i := range o.InitContainers {
		list := containerPorts(c, at(path+".initContainers", i), o.InitContainers[i].Ports)
		if p := o.InitContainers[i].RestartPolicy; p != nil && *p == corev1.ContainerRestartPolicyAlways {
			ports = append(ports, list...)
		}
	}
	for i := range o.Containers {
		ports = append(ports, containerPorts(c, at(path+".containers", i), o.Containers[i].Ports)...)
	}
	return ports
}

func containerPorts(c *check, path string, list []corev1.ContainerPort) []cluster.HostPort {
	var ports []cluster.HostPort
	for i, p := range list {
		at := at(path+".ports", i)
		c.want(p.ContainerPort > 0 && p.ContainerPort <= 65535, at+".containerPort", "%d is not from 1 to 65535", p.ContainerPort)
		c.want(p.HostPort >= 0 && p.HostPort <= 65535, at+".hostPort", "%d is not from 0 to 65535", p.HostPort)
		protocol := choose(c, at+".protocol", string(p.Protocol), "TCP", map[string]string{"TCP": "TCP", "UDP": "UDP", "SCTP": "SCTP"})
		if p.HostPort > 0 {
			ports = append(ports, cluster.HostPort{IP: p.HostIP, Protocol: protocol, Port: p.HostPort})
		}
	}
	return ports
}

var tolerationOperators = map[string]cluster.TolerationOperator{
	"Equal": cluster.TolerationEqual, "Exists": cluster.TolerationExists, "Lt": cluster.TolerationLt, "Gt": cluster.TolerationGt,
}

func tolerations(c *check, path string, list []corev1.Toleration) []cluster.Toleration {
	var converted []cluster.Toleration
	for i := range list {
		o, of := &list[i], at(path, i)
		t := cluster.Toleration{
			Key:      o.Key,
			Operator: choose(c, of+".operator", string(o.Operator), cluster.TolerationEqual, tolerationOperators),
			Value:    o.Value,
			Effect:   choose(c, of+".effect", string(o.Effect), 0, effects),
			Forever:  o.TolerationSeconds == nil,
		}
		c.want(o.Key != "" || t.Operator == cluster.TolerationExists, of+".operator", "must be Exists where no key is stated")
		c.want(o.Value == "" || t.Operator != cluster.TolerationExists, of+".value", "Exists takes no value")
		if seconds := o.TolerationSeconds; seconds != nil {
			c.want(t.Effect == cluster.NoExecute, of+".effect", "tolerationSeconds needs the effect NoExecute")
			t.For = time.Duration(min(max(*seconds, 0), maxSeconds)) * time.Second
		}
		converted = append(converted, t)
	}
	return converted
}

func volumes(c *check, path string, list []corev1.Volume, s *cluster.PodSpec) {
	for i := range list {
		o := &list[i]
		c.want(o.Name != "", at(path, i)+".name", "is missing")
		if o.Image != nil {
			s.ImageVolumes = append(s.ImageVolumes, o.Image.Reference)
		}
		if isLocal(o) {
			s.LocalVolumes = append(s.LocalVolumes, o.Name)
		}
		if v, matters := volume(o); matters {
			s.Volumes = append(s.Volumes, v)
		}
	}
}

// isLocal tells whether a volume's data are on the node alone (cluster-autoscaler utils/drain: isLocalVolume).
func isLocal(o *corev1.Volume) bool {
	return o.HostPath != nil || o.EmptyDir != nil && o.EmptyDir.Medium != corev1.StorageMediumMemory
}

// volume converts a volume that can decide where a pod may run; all others are of no matter to scheduling.
func volume(o *corev1.Volume) (cluster.Volume, bool) {
	v := cluster.Volume{Name: o.Name}
	switch {
	case o.PersistentVolumeClaim != nil:
		v.Claim, v.ReadOnly = o.PersistentVolumeClaim.ClaimName, o.PersistentVolumeClaim.ReadOnly
	case o.Ephemeral != nil:
		v.Ephemeral = true
	case o.GCEPersistentDisk != nil:
		v.GCEDisk, v.ReadOnly = o.GCEPersistentDisk.PDName, o.GCEPersistentDisk.ReadOnly
	case o.AWSElasticBlockStore != nil:
		v.AWSDisk, v.ReadOnly = o.AWSElasticBlockStore.VolumeID, o.AWSElasticBlockStore.ReadOnly
	case o.ISCSI != nil:
		v.ISCSI, v.ReadOnly = o.ISCSI.IQN, o.ISCSI.ReadOnly
	case o.RBD != nil:
		v.RBD, v.ReadOnly = rbdImage(o.RBD.CephMonitors, o.RBD.RBDPool, o.RBD.RBDImage), o.RBD.ReadOnly
	case o.CSI != nil:
		v.CSIDriver = o.CSI.Driver
	default:
		return v, false
	}
	return v, true
}
