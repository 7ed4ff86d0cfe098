package manifest

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/wavetank/wavetank/sim/cluster"
)

// maxAmount bounds every quantity, so that sums over a cluster stay within 64 bits.
const maxAmount = 1 << 52

// resources converts a list of quantities as kube-scheduler's NewResource does: cpu in thousandths, all others in whole
// units, rounded up; names that are neither native nor extended are left out (pkg/scheduler/framework/types.go, v1.36).
// "pods" is not part of the vector.
func (c *check) resources(path string, list corev1.ResourceList) cluster.Resources {
	var r cluster.Resources
	for _, name := range sortedKeys(list) {
		q := list[name]
		amount := c.amount(under(path, string(name)), name, q)
		switch name {
		case corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage:
			r.Set(cluster.ResourceName(name), amount)
		default:
			if scalarResource(string(name)) {
				r.Set(cluster.ResourceName(name), amount)
			}
		}
	}
	return r
}

// amount converts one quantity, which must not be negative.
func (c *check) amount(path string, name corev1.ResourceName, q resource.Quantity) int64 {
	if q.Sign() < 0 {
		c.fail(path, "%s is negative", q.String())
		return 0
	}
	if q.CmpInt64(maxAmount) > 0 {
		c.fail(path, "%s is more than %d", q.String(), int64(maxAmount))
		return 0
	}
	if name == corev1.ResourceCPU {
		if q.CmpInt64(maxAmount/1000) > 0 {
			c.fail(path, "%s is more than %d", q.String(), maxAmount/1000)
			return 0
		}
		return q.MilliValue()
	}
	return q.Value()
}

// scalarResource tells whether the scheduler counts a resource that is not native: extended resources, huge pages,
// names below kubernetes.io, attachable volumes (pkg/scheduler/util: IsScalarResourceName, v1.36).
func scalarResource(name string) bool {
	native := !strings.Contains(name, "/") || strings.Contains(name, corev1.ResourceDefaultNamespacePrefix)
	switch {
	case strings.HasPrefix(name, corev1.ResourceHugePagesPrefix),
		strings.HasPrefix(name, corev1.ResourceAttachableVolumesPrefix),
		strings.Contains(name, corev1.ResourceDefaultNamespacePrefix):
		return true
	case native || strings.HasPrefix(name, corev1.DefaultResourceRequestsPrefix):
		return false
	}
	return len(validation.IsQualifiedName(corev1.DefaultResourceRequestsPrefix+name)) == 0
}
