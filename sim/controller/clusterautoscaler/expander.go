package clusterautoscaler

import (
	"math"

	"github.com/wavetank/wavetank/sim/cluster"
)

// choose asks the expanders one after the other, each about the options that the one before left; of those left in the
// end chance takes one (expander/factory/chain.go, expander/random).
func (s *scan) choose(options []option) *option {
	for _, name := range s.cfg.Expanders {
		if len(options) <= 1 {
			break
		}
		if score := s.expander(name, options); score != nil {
			options = lowest(options, score)
		}
	}
	switch len(options) {
	case 0:
		return nil
	case 1:
		return &options[0]
	}
	return &options[s.cfg.Rand.IntN(len(options))]
}

// lowest keeps the options with the lowest score.
func lowest(options []option, score func(*option) float64) []option {
	var best []option
	least := math.Inf(1)
	for i := range options {
		switch x := score(&options[i]); {
		case x < least:
			best, least = []option{options[i]}, x
		case x == least:
			best = append(best, options[i])
		}
	}
	return best
}

// expander returns the score of an expander, lowest best; nil for random, which prefers none.
func (s *scan) expander(name string, options []option) func(*option) float64 {
	switch name {
	case "most-pods":
		return func(o *option) float64 { return -float64(len(o.pods)) }
	case "least-waste":
		return waste
	case "priority":
		return func(o *option) float64 { return -float64(o.group.priority) }
	case "price":
		return s.priceExpander()
	}
	return nil
}

// waste is the share of cpu plus that of memory that the pods leave unused on the new nodes (expander/waste/waste.go).
func waste(o *option) float64 {
	n := o.group.Template(0)
	var cpu, memory int64
	for _, p := range o.pods {
		cpu += p.Spec.Requests().MilliCPU
		memory += p.Spec.Requests().Memory
	}
	unused := func(have, want int64) float64 {
		have *= int64(o.nodes)
		return share(have-want, have)
	}
	return unused(n.Capacity.MilliCPU, cpu) + unused(n.Capacity.Memory, memory)
}

// The constants of the price expander (expander/price/price.go: priceStabilizationPod, gpuUnfitnessOverride).
const (
	stabilizationMilliCPU = 500
	stabilizationMemory   = 500 << 20
	gpuUnfitness          = 1000
)

// priceExpander scores by what the new nodes cost for what their pods are worth, times how far the nodes are from a size
// that suits the cluster (expander/price/price.go, proposals/pricing.md). Without prices it prefers none.
func (s *scan) priceExpander() func(*option) float64 {
	model := s.pricing()
	if model.core == 0 {
		return nil
	}
	preferred := preferredMilliCPU(len(s.nodes))
	stabilization := model.of(stabilizationMilliCPU, stabilizationMemory)
	return func(o *option) float64 {
		n := o.group.Template(0)
		pods := 0.0
		for _, p := range o.pods {
			pods += model.of(p.Spec.Requests().MilliCPU, p.Spec.Requests().Memory)
		}
		ratio := (n.Price*float64(o.nodes) + stabilization) / (pods + stabilization)
		unfit := max(share(preferred, n.Capacity.MilliCPU), share(n.Capacity.MilliCPU, preferred))
		unfit = (unfit-1)*(1-math.Tanh(float64(o.nodes-1)/15)) + 1
		if n.GPUs > 0 || n.Capacity.Get(gpuResource) > 0 {
			unfit = gpuUnfitness
		}
		return unfit * ratio
	}
}

// preferredMilliCPU is the size of node that suits a cluster: double with every threefold number of nodes
// (expander/price/preferred.go: SimplePreferredNodeProvider).
func preferredMilliCPU(nodes int) int64 {
	for i, most := range []int{2, 6, 20, 60, 200} {
		if nodes <= most {
			return 1000 << i
		}
	}
	return 32000
}

// pricing is what resources are worth.
type pricing struct{ core, gib float64 }

// gibPerCore is how many GiB of memory are worth a core: the ratio of the list prices that the model of the provider with
// a price expander has (cloudprovider/gce/gce_price_info.go: 0.033174 for a core, 0.004446 for a GiB).
const gibPerCore = 0.033174 / 0.004446

// pricing derives the worth of resources from the groups: that which makes the cheapest of them worth what it costs. A
// provider has list prices for it; a scenario has those of nodes alone.
func (s *scan) pricing() pricing {
	core := math.Inf(1)
	for _, g := range s.groups {
		n := g.Template(0)
		if units := coresOf(&n.Capacity); n.Price > 0 && units > 0 {
			core = min(core, n.Price/units)
		}
	}
	if math.IsInf(core, 1) {
		core = 0
	}
	return pricing{core: core, gib: core / gibPerCore}
}

// coresOf is resources as a number of cores of the same worth.
func coresOf(r *cluster.Resources) float64 {
	return float64(r.MilliCPU)/1000 + float64(r.Memory)/(1<<30)/gibPerCore
}

func (m pricing) of(milliCPU, memory int64) float64 {
	return m.core*float64(milliCPU)/1000 + m.gib*float64(memory)/(1<<30)
}
