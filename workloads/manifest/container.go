package manifest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

var pullPolicies = map[string]cluster.PullPolicy{
	"IfNotPresent": cluster.PullIfNotPresent, "Always": cluster.PullAlways, "Never": cluster.PullNever,
}

// pullPolicy converts imagePullPolicy: by default an image without tag and digest, or of the tag latest, is pulled
// always (pkg/apis/core/v1/defaults.go: SetDefaults_Container, v1.36).
func pullPolicy(c *check, path string, o *corev1.Container) cluster.PullPolicy {
	def := cluster.PullIfNotPresent
	base := o.Image[strings.LastIndexByte(o.Image, '/')+1:]
	if strings.HasSuffix(base, ":latest") || base != "" && !strings.ContainsAny(base, ":@") {
		def = cluster.PullAlways
	}
	return choose(c, path+".imagePullPolicy", string(o.ImagePullPolicy), def, pullPolicies)
}

// probe converts a probe; what it asks plays no part. Liveness and startup probes succeed at once
// (pkg/apis/core/validation: validateProbe, validateLivenessProbe, v1.36).
func probe(c *check, path string, o *corev1.Probe, once bool) *cluster.Probe {
	if o == nil {
		return nil
	}
	h := &o.ProbeHandler
	handlers := 0
	for _, there := range []bool{h.Exec != nil, h.HTTPGet != nil, h.TCPSocket != nil, h.GRPC != nil} {
		if there {
			handlers++
		}
	}
	c.want(handlers == 1, path, "exactly one of exec, httpGet, tcpSocket, grpc is needed")
	p := cluster.Probe{
		InitialDelay:     c.seconds(path+".initialDelaySeconds", int64(o.InitialDelaySeconds)),
		Period:           c.seconds(path+".periodSeconds", int64(o.PeriodSeconds)),
		Timeout:          c.seconds(path+".timeoutSeconds", int64(o.TimeoutSeconds)),
		SuccessThreshold: c.count(path+".successThreshold", &o.SuccessThreshold, 0),
		FailureThreshold: c.count(path+".failureThreshold", &o.FailureThreshold, 0),
	}
	c.want(!once || p.SuccessThreshold <= 1, path+".successThreshold", "must be 1")
	if grace := c.optionalSeconds(path+".terminationGracePeriodSeconds", o.TerminationGracePeriodSeconds); grace != nil {
		p.GracePeriod = *grace
	}
	p = p.WithDefaults()
	return &p
}

// sleeps finds how long a command sleeps.
var sleeps = regexp.MustCompile(`(?:^|[\s;&/])sleep\s+(\d+(?:\.\d+)?)([smh]?)\b`)

// preStop returns how long the hook before the end takes: as long as it sleeps. What else it may do takes no time.
func preStop(c *check, path string, o *corev1.Lifecycle) time.Duration {
	if o == nil || o.PreStop == nil {
		return 0
	}
	if s := o.PreStop.Sleep; s != nil {
		return c.seconds(path+".lifecycle.preStop.sleep.seconds", s.Seconds)
	}
	if o.PreStop.Exec == nil {
		return 0
	}
	m := sleeps.FindStringSubmatch(strings.Join(o.PreStop.Exec.Command, " "))
	if m == nil {
		return 0
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil || n > maxSeconds {
		return 0
	}
	unit := map[string]time.Duration{"": time.Second, "s": time.Second, "m": time.Minute, "h": time.Hour}[m[2]]
	return time.Duration(n * float64(unit))
}

// configRefs lists the ConfigMaps and Secrets that a container's environment needs.
func configRefs(o *corev1.Container) []cluster.ConfigRef {
	var refs []cluster.ConfigRef
	for i := range o.Env {
		if from := o.Env[i].ValueFrom; from == nil {
			continue
		} else if m := from.ConfigMapKeyRef; m != nil {
			refs = needs(refs, false, m.Name, m.Optional)
		} else if s := from.SecretKeyRef; s != nil {
			refs = needs(refs, true, s.Name, s.Optional)
		}
	}
	for i := range o.EnvFrom {
		if m := o.EnvFrom[i].ConfigMapRef; m != nil {
			refs = needs(refs, false, m.Name, m.Optional)
		}
		if s := o.EnvFrom[i].SecretRef; s != nil {
			refs = needs(refs, true, s.Name, s.Optional)
		}
	}
	return refs
}

// configVolumes lists the ConfigMaps and Secrets that are mounted.
func configVolumes(list []corev1.Volume) []cluster.ConfigRef {
	var refs []cluster.ConfigRef
	for i := range list {
		switch v := &list[i]; {
		case v.ConfigMap != nil:
			refs = needs(refs, false, v.ConfigMap.Name, v.ConfigMap.Optional)
		case v.Secret != nil:
			refs = needs(refs, true, v.Secret.SecretName, v.Secret.Optional)
		case v.Projected != nil:
			refs = projected(refs, v.Projected.Sources)
		}
	}
	return refs
}

func projected(refs []cluster.ConfigRef, sources []corev1.VolumeProjection) []cluster.ConfigRef {
	for i := range sources {
		if m := sources[i].ConfigMap; m != nil {
			refs = needs(refs, false, m.Name, m.Optional)
		}
		if s := sources[i].Secret; s != nil {
			refs = needs(refs, true, s.Name, s.Optional)
		}
	}
	return refs
}

// rootCA is a ConfigMap that the control plane puts into every namespace (pkg/controller/certificates/rootcacertpublisher,
// v1.36).
const rootCA = "kube-root-ca.crt"

// needs adds a reference that is not optional, once.
func needs(refs []cluster.ConfigRef, secret bool, name string, optional *bool) []cluster.ConfigRef {
	ref := cluster.ConfigRef{Secret: secret, Name: name}
	if name == "" || name == rootCA || optional != nil && *optional || slices.Contains(refs, ref) {
		return refs
	}
	return append(refs, ref)
}
