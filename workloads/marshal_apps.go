package workloads

import (
	"strconv"

	"github.com/wavetank/wavetank/sim/cluster"

	"gopkg.in/yaml.v3"
)

func (a App) node() *yaml.Node {
	pairs := []pair{
		{"selector", text(a.Selector)},
		unless(a.Namespace == "", "namespace", text(a.Namespace)),
		unless(a.Container == "", "container", text(a.Container)),
		{"startup", distributionNode(a.Startup)},
		unless(!a.Forever, "runTime", word(forever)),
		{"stop", distributionNode(a.Stop)},
		{"exitCode", intNode(a.ExitCode)},
		{"cpu", word(formatCPU(a.MilliCPU))},
		{"memory", word(formatBytes(a.Memory))},
		{"imageSize", word(formatBytes(a.ImageSize))},
		{"neverReady", word(strconv.FormatBool(a.NeverReady))},
	}
	if a.RunTime != nil {
		pairs = append(pairs, pair{"runTime", distributionNode(a.RunTime)})
	}
	if a.Crash != nil {
		pairs = append(pairs, pair{"crash", a.Crash.node()})
	}
	return object(pairs...)
}

func (c *Crash) node() *yaml.Node {
	pairs := []pair{
		unless(c.MTBF == 0, "mtbf", spanNode(c.MTBF)),
		unless(c.Probability == 0, "probability", floatNode(c.Probability)),
		{"exitCode", intNode(c.ExitCode)},
	}
	if c.After != nil {
		pairs = append(pairs, pair{"after", distributionNode(c.After)})
	}
	return object(pairs...)
}

func (a Action) node() *yaml.Node {
	pairs := []pair{{"at", spanNode(a.At)}, unless(a.Every == 0, "every", spanNode(a.Every))}
	if a.When != nil {
		pairs = append(pairs, pair{"when", text(a.When.String())})
	}
	switch a.Verb {
	case VerbApply:
		pairs = append(pairs, pair{"apply", sequence(a.Files, text)})
	case VerbDrain:
		pairs = append(pairs, pair{"drain", a.Nodes.drained()}, pair{"parallel", intNode(a.Parallel)}, unless(a.Timeout == 0, "timeout", spanNode(a.Timeout)))
	case VerbUpgrade:
		pairs = append(pairs, pair{"upgrade", a.Upgrade.node()})
	default:
		pairs = append(pairs, pair{string(a.Verb), text(a.Target.String())})
	}
	switch a.Verb {
	case VerbScale:
		pairs = append(pairs, pair{"replicas", intNode(a.Replicas)})
	case VerbSetImage:
		pairs = append(pairs, pair{"image", text(a.Image)}, unless(a.Container == "", "container", text(a.Container)))
	case VerbRollout:
		pairs = append(pairs, pair{"do", text(string(a.Do))}, unless(a.ToRevision == 0, "toRevision", intNode(a.ToRevision)))
	case VerbTaint, VerbUntaint:
		pairs = append(pairs, pair{"taints", sequence(a.Taints, taintNode)})
	case VerbLabel:
		pairs = append(pairs, pair{"labels", labelsNode(a.Labels)}, pair{"remove", sequence(a.Remove, text)})
	case VerbPatch:
		pairs = append(pairs, pair{"with", a.With.node()})
	}
	return object(pairs...)
}

// taintNode writes a taint; one to be removed whatever its value and effect by its key.
func taintNode(t cluster.Taint) *yaml.Node {
	if t.Effect == 0 {
		return text(t.Key)
	}
	return text(t.String())
}

// node writes an empty patch as an empty object: it is a patch, if one that changes nothing.
func (p *Patch) node() *yaml.Node {
	template := object(
		pair{"metadata", object(pair{"labels", labelsNode(p.TemplateLabels)}, pair{"annotations", labelsNode(p.TemplateAnnotations)})},
		pair{"spec", object(pair{"containers", sequence(p.Images, ContainerImage.node)})},
	)
	spec := []pair{
		numberPair("replicas", p.Replicas), numberPair("parallelism", p.Parallelism),
		numberPair("minReplicas", p.MinReplicas), numberPair("maxReplicas", p.MaxReplicas),
		flagPair("paused", p.Paused), flagPair("suspend", p.Suspend), flagPair("unschedulable", p.Unschedulable),
		{"updateStrategy", object(pair{"rollingUpdate", object(numberPair("partition", p.Partition))})},
		{"template", template},
	}
	node := object(
		pair{"metadata", object(pair{"labels", labelsNode(p.Labels)}, pair{"annotations", labelsNode(p.Annotations)})},
		pair{"spec", object(spec...)},
	)
	if node == nil {
		return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	}
	return node
}

func (c ContainerImage) node() *yaml.Node {
	return object(pair{"name", text(c.Name)}, pair{"image", text(c.Image)})
}

func numberPair(key string, n *int) pair {
	if n == nil {
		return pair{}
	}
	return pair{key, intNode(*n)}
}

func flagPair(key string, b *bool) pair {
	if b == nil {
		return pair{}
	}
	return pair{key, word(strconv.FormatBool(*b))}
}
