package admission

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// complete gives the containers of a spec the default requests and limits of a namespace. The first LimitRange that has
// one counts (plugin/pkg/admission/limitranger: mergePodResourceRequirements, v1.36).
func complete(s *cluster.PodSpec, items []cluster.LimitRangeItem) {
	s.Containers, s.InitContainers = slices.Clone(s.Containers), slices.Clone(s.InitContainers)
	for _, list := range [][]cluster.Container{s.Containers, s.InitContainers} {
		for i := range list {
			for _, item := range items {
				if item.Type == "Container" {
					completeContainer(&list[i], item)
				}
			}
		}
	}
}

func completeContainer(c *cluster.Container, item cluster.LimitRangeItem) {
	c.Requests, c.Limits = c.Requests.Clone(), c.Limits.Clone()
	for _, a := range item.Default {
		if c.Limits.Get(a.Name) == 0 {
			c.Limits.Set(a.Name, a.Value)
		}
	}
	for _, a := range item.DefaultRequest {
		if !c.StatesRequest(a.Name) {
			c.Requests.Set(a.Name, a.Value)
			c.RequestsCPU = c.RequestsCPU || a.Name == cluster.CPU
			c.RequestsMemory = c.RequestsMemory || a.Name == cluster.Memory
		}
	}
}

// ask is what one container or pod states of one resource.
type ask struct {
	request, limit     int64
	requested, limited bool
}

// checkPod lists what of a pod is out of bounds (plugin/pkg/admission/limitranger: PodValidateLimitFunc, v1.36).
func checkPod(items []cluster.LimitRangeItem, s *cluster.PodSpec) []string {
	var wrong []string
	for _, item := range items {
		switch item.Type {
		case "Container":
			for _, c := range slices.Concat(s.Containers, s.InitContainers) {
				wrong = append(wrong, bounds(item, func(n cluster.ResourceName) ask {
					limit := c.Limits.Get(n)
					return ask{c.Requests.Get(n), limit, c.StatesRequest(n), limit != 0}
				})...)
			}
		case "Pod":
			limits := limitsOf(s)
			wrong = append(wrong, bounds(item, func(n cluster.ResourceName) ask {
				request, limit := s.Requests().Get(n), limits.Get(n)
				return ask{request, limit, request != 0, limit != 0}
			})...)
		}
	}
	return wrong
}

// checkClaim lists what of a claim is out of bounds.
func checkClaim(items []cluster.LimitRangeItem, v *cluster.PersistentVolumeClaim) []string {
	var wrong []string
	for _, item := range items {
		if item.Type == "PersistentVolumeClaim" {
			wrong = append(wrong, bounds(item, func(cluster.ResourceName) ask { return ask{v.Request, 0, true, false} })...)
		}
	}
	return wrong
}

// bounds compares what is stated with the least and the most of an item.
func bounds(item cluster.LimitRangeItem, of func(cluster.ResourceName) ask) []string {
	var wrong []string
	say := func(which string, a cluster.Amount, rest string) {
		wrong = append(wrong, fmt.Sprintf("%s %s usage per %s is %s%s", which, a.Name, item.Type, quantity(a.Name, a.Value), rest))
	}
	for _, a := range item.Min {
		switch s := of(a.Name); {
		case !s.requested:
			say("minimum", a, ".  No request is specified")
		case s.request < a.Value:
			say("minimum", a, ", but request is "+quantity(a.Name, s.request))
		case s.limited && s.limit < a.Value:
			say("minimum", a, ", but limit is "+quantity(a.Name, s.limit))
		}
	}
	for _, a := range item.Max {
		switch s := of(a.Name); {
		case item.Type != "PersistentVolumeClaim" && !s.limited:
			say("maximum", a, ".  No limit is specified")
		case s.limit > a.Value:
			say("maximum", a, ", but limit is "+quantity(a.Name, s.limit))
		case s.requested && s.request > a.Value:
			say("maximum", a, ", but request is "+quantity(a.Name, s.request))
		}
	}
	return wrong
}

// quantity writes an amount as Kubernetes prints it: cpu is in thousandths, bytes have a binary unit where one divides
// them.
func quantity(name cluster.ResourceName, n int64) string {
	base := strings.TrimPrefix(strings.TrimPrefix(string(name), "requests."), "limits.")
	if base == string(cluster.CPU) {
		if n%1000 == 0 {
			return strconv.FormatInt(n/1000, 10)
		}
		return strconv.FormatInt(n, 10) + "m"
	}
	if base != string(cluster.Memory) && base != string(cluster.EphemeralStorage) && base != "storage" {
		return strconv.FormatInt(n, 10)
	}
	units := []string{"", "Ki", "Mi", "Gi", "Ti", "Pi"}
	u := 0
	for n != 0 && n%1024 == 0 && u < len(units)-1 {
		n, u = n/1024, u+1
	}
	return strconv.FormatInt(n, 10) + units[u]
}
