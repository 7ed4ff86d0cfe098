package manifest

import (
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/wavetank/wavetank/sim/cluster"
)

// selectorAndTemplate converts both; a template without containers and labels is none.
func (r *reader) selectorAndTemplate(c *check, t *corev1.PodTemplateSpec, s *metav1.LabelSelector) (*cluster.Selector, *cluster.PodTemplate) {
	if len(t.Spec.Containers) == 0 && len(t.Labels) == 0 {
		selector := c.selector("spec.selector", s)
		c.want(!selector.Empty(), "spec.selector", "is missing or empty")
		return selector, nil
	}
	return c.selected("spec.selector", s, t), *r.template(c, "spec.template", t, always)
}

// intOrPercent converts a number of pods or a percentage of them, def if it is not stated
// (pkg/apis/apps/validation: ValidatePositiveIntOrPercent, v1.36).
func (c *check) intOrPercent(path string, v *intstr.IntOrString, def cluster.IntOrPercent) cluster.IntOrPercent {
	if v == nil {
		return def
	}
	if v.Type == intstr.Int {
		c.want(v.IntVal >= 0, path, "%d is negative", v.IntVal)
		return cluster.IntOrPercent{Value: int(v.IntVal)}
	}
	digits, isPercent := strings.CutSuffix(v.StrVal, "%")
	n, err := strconv.ParseUint(digits, 10, 31)
	c.want(isPercent && err == nil, path, "%q is neither a whole number nor a percentage such as 25%%", v.StrVal)
	return cluster.IntOrPercent{Value: int(n), Percent: true}
}

// notAll refuses more than 100 %.
func (c *check) notAll(path string, v cluster.IntOrPercent) {
	c.want(!v.Percent || v.Value <= 100, path, "%d%% is more than 100%%", v.Value)
}

// deploymentStrategy converts spec.strategy (pkg/apis/apps/validation: ValidateDeploymentStrategy, v1.36).
func deploymentStrategy(c *check, o *appsv1.DeploymentStrategy, d *cluster.Deployment) {
	d.Recreate = choose(c, "spec.strategy.type", string(o.Type), false, map[string]bool{"RollingUpdate": false, "Recreate": true})
	rolling := o.RollingUpdate
	if d.Recreate {
		c.want(rolling == nil, "spec.strategy.rollingUpdate", "may not be stated where the type is Recreate")
		return
	}
	if rolling == nil {
		rolling = &appsv1.RollingUpdateDeployment{}
	}
	const path = "spec.strategy.rollingUpdate."
	quarter := cluster.IntOrPercent{Value: defaultRollingPercent, Percent: true}
	d.MaxUnavailable = c.intOrPercent(path+"maxUnavailable", rolling.MaxUnavailable, quarter)
	d.MaxSurge = c.intOrPercent(path+"maxSurge", rolling.MaxSurge, quarter)
	c.notAll(path+"maxUnavailable", d.MaxUnavailable)
	c.want(d.MaxUnavailable.Value > 0 || d.MaxSurge.Value > 0, path+"maxUnavailable", "may not be 0 when maxSurge is 0")
}

// statefulSetStrategy converts spec.updateStrategy (pkg/apis/apps/validation: ValidateStatefulSetSpec, v1.36).
func statefulSetStrategy(c *check, o *appsv1.StatefulSetUpdateStrategy, s *cluster.StatefulSet) {
	s.OnDelete = choose(c, "spec.updateStrategy.type", string(o.Type), false, map[string]bool{"RollingUpdate": false, "OnDelete": true})
	s.MaxUnavailable = cluster.IntOrPercent{Value: defaultUnavailable}
	if o.RollingUpdate == nil {
		return
	}
	const path = "spec.updateStrategy.rollingUpdate"
	c.want(!s.OnDelete, path, "may not be stated where the type is OnDelete")
	s.Partition = c.count(path+".partition", o.RollingUpdate.Partition, 0)
	s.MaxUnavailable = c.intOrPercent(path+".maxUnavailable", o.RollingUpdate.MaxUnavailable, s.MaxUnavailable)
	c.want(s.MaxUnavailable.Value > 0, path+".maxUnavailable", "may not be 0")
	c.notAll(path+".maxUnavailable", s.MaxUnavailable)
}

// daemonSetStrategy converts spec.updateStrategy (pkg/apis/apps/validation: ValidateRollingUpdateDaemonSet, v1.36).
func daemonSetStrategy(c *check, o *appsv1.DaemonSetUpdateStrategy, s *cluster.DaemonSet) {
	s.OnDelete = choose(c, "spec.updateStrategy.type", string(o.Type), false, map[string]bool{"RollingUpdate": false, "OnDelete": true})
	s.MaxUnavailable = cluster.IntOrPercent{Value: defaultUnavailable}
	if o.RollingUpdate == nil || s.OnDelete {
		return
	}
	const path = "spec.updateStrategy.rollingUpdate."
	s.MaxUnavailable = c.intOrPercent(path+"maxUnavailable", o.RollingUpdate.MaxUnavailable, s.MaxUnavailable)
	s.MaxSurge = c.intOrPercent(path+"maxSurge", o.RollingUpdate.MaxSurge, cluster.IntOrPercent{})
	c.notAll(path+"maxUnavailable", s.MaxUnavailable)
	c.notAll(path+"maxSurge", s.MaxSurge)
	c.want(s.MaxUnavailable.Value > 0 || s.MaxSurge.Value > 0, path+"maxUnavailable", "may not be 0 when maxSurge is 0")
	c.want(s.MaxUnavailable.Value == 0 || s.MaxSurge.Value == 0, path+"maxSurge", "may not be above 0 when maxUnavailable is")
}
