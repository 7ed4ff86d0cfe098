package workloads

import (
	"github.com/wavetank/wavetank/sim/cluster"

	"gopkg.in/yaml.v3"
)

func (f Fault) node() *yaml.Node {
	pairs := []pair{unless(f.Name == "", "name", text(f.Name))}
	pairs = append(pairs, f.subject()...)
	pairs = append(pairs,
		unless(f.Nodes.RackLabel == "", "rackLabel", text(f.Nodes.RackLabel)),
		pair{"at", spanNode(f.At)},
		unless(f.For == 0, "for", spanNode(f.For)),
	)
	if f.TimeBetween != nil {
		pairs = append(pairs, pair{"timeBetween", distributionNode(f.TimeBetween)})
	}
	if f.Repair != nil {
		pairs = append(pairs, pair{"repair", distributionNode(f.Repair)})
	}
	return object(append(pairs, unless(f.Domain == "", "domain", text(string(f.Domain))))...)
}

// subject is what goes wrong.
func (f *Fault) subject() []pair {
	key := string(f.Kind)
	switch f.Kind {
	case PowerLoss:
		return f.Nodes.pairs()
	case SlowNodes:
		return []pair{{key, object(append(f.Nodes.pairs(), pair{"factor", floatNode(f.Factor)})...)}}
	case Pause:
		return []pair{{key, text(f.Component)}}
	case RegistryOutage:
		return []pair{{key, text("outage")}}
	case CrashPods, OOMPods:
		return []pair{{key, f.Pods.node()}}
	case BadRollouts:
		return f.Rollout.pairs()
	}
	return []pair{{key, object(f.Nodes.pairs()...)}}
}

func (t *Targets) pairs() []pair {
	var pairs []pair
	for _, n := range t.named() {
		pairs = append(pairs, unless(*n.text == "", n.key, text(*n.text)))
	}
	return pairs
}

// node writes pods; all of them, with nothing else said, as the empty selector.
func (t *PodTargets) node() *yaml.Node {
	return object(
		pair{"selector", text(t.Selector)},
		unless(t.Namespace == "", "namespace", text(t.Namespace)),
		unless(t.Container == "", "container", text(t.Container)),
		unless(t.Pods == 0, "pods", intNode(t.Pods)),
		unless(t.Share == 0, "share", floatNode(t.Share)),
		unless(t.ExitCode == 0, "exitCode", intNode(t.ExitCode)),
	)
}

func (b *BadRollout) pairs() []pair {
	return []pair{
		{string(BadRollouts), text(Ref{cluster.KindDeployment, b.Deployment}.String())},
		unless(b.Image == "", "image", text(b.Image)),
		{"fails", text(string(b.Fails))},
		unless(b.Fails != FailsByCrash, "after", spanNode(b.After)),
	}
}
