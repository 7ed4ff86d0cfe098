package manifest

import (
	"maps"

	corev1 "k8s.io/api/core/v1"

	"github.com/wavetank/wavetank/sim/cluster"
)

// configMapObject keeps the name alone: what pods wait for is that it is there.
func configMapObject(r *reader, c *check, o *corev1.ConfigMap) {
	r.add(c, &cluster.ConfigMap{ObjectMeta: r.meta(c, &o.ObjectMeta)}, &o.ObjectMeta)
}

func secretObject(r *reader, c *check, o *corev1.Secret) {
	r.add(c, &cluster.ConfigMap{ObjectMeta: r.meta(c, &o.ObjectMeta), Secret: true}, &o.ObjectMeta)
}

// resourceQuotaObject converts what is limited for all objects of a namespace. A quota with scopes is for some of the
// pods only: it limits nothing here, and its scopes are warned about.
func resourceQuotaObject(r *reader, c *check, o *corev1.ResourceQuota) {
	q := &cluster.ResourceQuota{ObjectMeta: r.meta(c, &o.ObjectMeta)}
	if len(o.Spec.Scopes) == 0 && o.Spec.ScopeSelector == nil {
		q.Hard = c.amounts("spec.hard", o.Spec.Hard)
	}
	r.add(c, q, &o.ObjectMeta)
}

// amounts converts a list of quantities of any name, sorted: cpu in thousandths.
func (c *check) amounts(path string, list corev1.ResourceList) []cluster.Amount {
	var amounts []cluster.Amount
	for _, name := range sortedKeys(list) {
		unit := name
		if name == "requests.cpu" || name == "limits.cpu" {
			unit = corev1.ResourceCPU
		}
		amounts = append(amounts, cluster.Amount{Name: cluster.ResourceName(name), Value: c.amount(under(path, string(name)), unit, list[name])})
	}
	return amounts
}

func limitRangeObject(r *reader, c *check, o *corev1.LimitRange) {
	l := &cluster.LimitRange{ObjectMeta: r.meta(c, &o.ObjectMeta)}
	types := map[string]string{"Container": "Container", "Pod": "Pod", "PersistentVolumeClaim": "PersistentVolumeClaim"}
	for i := range o.Spec.Limits {
		item, path := &o.Spec.Limits[i], at("spec.limits", i)
		c.want(item.Type != "", path+".type", "is missing")
		kind := choose(c, path+".type", string(item.Type), "", types)
		if kind == "Container" {
			defaultRange(item)
		} else {
			c.want(len(item.Default) == 0 && len(item.DefaultRequest) == 0, path, "defaults are for the type Container alone")
		}
		l.Items = append(l.Items, cluster.LimitRangeItem{
			Type: kind, Default: c.amounts(path+".default", item.Default),
			DefaultRequest: c.amounts(path+".defaultRequest", item.DefaultRequest),
			Min:            c.amounts(path+".min", item.Min), Max: c.amounts(path+".max", item.Max),
		})
		checkRange(c, path, item)
	}
	r.add(c, l, &o.ObjectMeta)
}

// defaultRange completes the defaults of containers: the largest allowed limit stands in for a default limit, that for a
// default request, and for that the least allowed request (pkg/apis/core/v1/defaults.go: SetDefaults_LimitRangeItem, v1.36).
func defaultRange(item *corev1.LimitRangeItem) {
	item.Default = completed(item.Default, item.Max)
	item.DefaultRequest = completed(completed(item.DefaultRequest, item.Default), item.Min)
}

func completed(list, from corev1.ResourceList) corev1.ResourceList {
	all := maps.Clone(from)
	if all == nil {
		all = corev1.ResourceList{}
	}
	maps.Copy(all, list)
	return all
}

// checkRange checks min <= defaultRequest <= default <= max (pkg/apis/core/validation: ValidateLimitRange, v1.36).
func checkRange(c *check, path string, item *corev1.LimitRangeItem) {
	ordered := []struct {
		name string
		list corev1.ResourceList
	}{{"min", item.Min}, {"defaultRequest", item.DefaultRequest}, {"default", item.Default}, {"max", item.Max}}
	for i, low := range ordered {
		for _, high := range ordered[i+1:] {
			for _, name := range sortedKeys(low.list) {
				least, most := low.list[name], high.list[name]
				if _, stated := high.list[name]; stated && least.Cmp(most) > 0 {
					c.fail(under(path+"."+low.name, string(name)), "%s is above %s of %s", least.String(), high.name, most.String())
				}
			}
		}
	}
}
