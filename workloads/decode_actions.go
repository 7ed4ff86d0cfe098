package workloads

import (
	"math"
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"

	"gopkg.in/yaml.v3"
)

// verbRule says what goes with a verb.
type verbRule struct {
	verb     Verb
	kinds    []cluster.Kind // of its object; nil: any
	required []string
	optional []string
}

var (
	scaled    = []cluster.Kind{cluster.KindDeployment, cluster.KindReplicaSet, cluster.KindStatefulSet}
	rolled    = []cluster.Kind{cluster.KindDeployment, cluster.KindStatefulSet, cluster.KindDaemonSet}
	nodes     = []cluster.Kind{cluster.KindNode}
	patchable = append([]cluster.Kind{cluster.KindReplicaSet, cluster.KindJob, cluster.KindCronJob, cluster.KindNode}, rolled...)
)

var verbRules = []verbRule{
	{verb: VerbApply},
	{verb: VerbDelete},
	{verb: VerbScale, kinds: scaled, required: []string{"replicas"}},
	{verb: VerbSetImage, kinds: rolled, required: []string{"image"}, optional: []string{"container"}},
	{verb: VerbRollout, kinds: rolled, required: []string{"do"}, optional: []string{"toRevision"}},
	{verb: VerbCordon, kinds: nodes},
	{verb: VerbUncordon, kinds: nodes},
	{verb: VerbDrain, kinds: nodes, optional: []string{"timeout", "parallel"}},
	{verb: VerbUpgrade, kinds: nodes},
	{verb: VerbTaint, kinds: nodes, required: []string{"taints"}},
	{verb: VerbUntaint, kinds: nodes, required: []string{"taints"}},
	{verb: VerbLabel, optional: []string{"labels", "remove"}},
	{verb: VerbPatch, kinds: patchable, required: []string{"with"}},
}

func (d *decoder) action(v value) Action {
	var a Action
	var taints, with *value
	later := func(v value) *value { return &v }
	fields := []field{
		into("at", &a.At, d.span), into("every", &a.Every, d.longSpan), into("when", &a.When, d.condition),
		into("replicas", &a.Replicas, integer(d, 0, math.MaxInt32)),
		into("image", &a.Image, d.identifier), into("container", &a.Container, d.identifier),
		into("do", &a.Do, d.rollout), into("toRevision", &a.ToRevision, integer(d, 0, math.MaxInt32)),
		into("taints", &taints, later), into("with", &with, later),
		into("labels", &a.Labels, d.labels), into("remove", &a.Remove, some(d, d.identifier)),
		into("timeout", &a.Timeout, d.longSpan), into("parallel", &a.Parallel, integer(d, 1, mostAtATime)),
	}
	var verbs []string
	for _, r := range verbRules {
		verbs = append(verbs, string(r.verb))
		fields = append(fields, d.verbField(r, &a))
	}
	has := d.object(v, fields...)
	d.exactlyOne(v, has, verbs...)
	d.checkVerb(v, has, &a)
	d.checkTimes(v, has, &a)
	if taints != nil && d.err == nil {
		a.Taints = some(d, d.actionTaint(a.Verb == VerbUntaint))(*taints)
	}
	if with != nil && d.err == nil {
		a.With = d.patch(*with, a.Target.Kind)
	}
	return a
}

// verbField reads what a verb stands before: most often an object.
func (d *decoder) verbField(r verbRule, a *Action) field {
	switch r.verb {
	case VerbApply:
		return into(string(r.verb), &a.Files, some(d, d.text))
	case VerbDrain:
		return field{string(r.verb), func(v value) { a.Nodes, a.Parallel = d.drained(v), max(a.Parallel, 1) }}
	case VerbUpgrade:
		return into(string(r.verb), &a.Upgrade, d.upgrade)
	}
	return into(string(r.verb), &a.Target, d.ref(r.kinds...))
}

// checkVerb finds the verb and reports parameters that it does not take or needs.
func (d *decoder) checkVerb(v value, has keys, a *Action) {
	var rule verbRule
	for _, r := range verbRules {
		if has[string(r.verb)] {
			rule = r
		}
	}
	a.Verb = rule.verb
	d.require(v, has, rule.required...)
	for _, key := range []string{"replicas", "image", "container", "do", "toRevision", "taints", "labels", "remove", "with", "timeout", "parallel"} {
		if has[key] && !containsWord(rule.required, key) && !containsWord(rule.optional, key) {
			d.fail(v, "%s does not go with %s", key, rule.verb)
		}
	}
	switch {
	case rule.verb == VerbLabel && len(a.Labels) == 0 && len(a.Remove) == 0:
		d.fail(v, "one of labels, remove is expected, none is given")
	case rule.verb == VerbRollout && a.Target.Kind != cluster.KindDeployment && a.Do != RolloutRestart:
		d.fail(v, "%s can be done to a deployment alone", a.Do)
	case rule.verb == VerbRollout && has["toRevision"] && a.Do != RolloutUndo:
		d.fail(v, "toRevision does not go with %s", a.Do)
	}
}

func (d *decoder) checkTimes(v value, has keys, a *Action) {
	switch {
	case !has["at"] && !has["every"] && !has["when"]:
		d.fail(v, "one of at, every, when is expected, none is given")
	case has["every"] && has["when"]:
		d.fail(v, "every and when do not go together: a condition is waited for once")
	case has["every"] && !has["at"]:
		a.At = a.Every
	}
}

func (d *decoder) rollout(v value) Rollout {
	return Rollout(d.word(v, string(RolloutUndo), string(RolloutPause), string(RolloutResume), string(RolloutRestart)))
}

// actionTaint reads a taint; one that is to be removed may be named by its key alone.
func (d *decoder) actionTaint(remove bool) func(value) cluster.Taint {
	return func(v value) cluster.Taint {
		if text := v.node.Value; remove && v.node.Kind == yaml.ScalarNode && !strings.ContainsAny(text, ":=") {
			return cluster.Taint{Key: d.identifier(v)}
		}
		return d.taint(v)
	}
}

// patch reads what is to be merged into an object, in the shape of its manifest. What is not listed here cannot be
// patched.
func (d *decoder) patch(v value, k cluster.Kind) *Patch {
	p := &Patch{}
	d.object(v,
		field{"metadata", func(v value) {
			d.object(v, into("labels", &p.Labels, d.labels), into("annotations", &p.Annotations, d.labels))
		}},
		field{"spec", func(v value) { d.object(v, d.specPatch(p, k)...) }},
	)
	return p
}

func (d *decoder) specPatch(p *Patch, k cluster.Kind) []field {
	number := func(key string, to **int) field {
		return into(key, to, func(v value) *int { n := integer(d, 0, math.MaxInt32)(v); return &n })
	}
	flag := func(key string, to **bool) field {
		return into(key, to, func(v value) *bool { b := d.boolean(v); return &b })
	}
	template := field{"template", func(v value) { d.templatePatch(v, p) }}
	switch k {
	case cluster.KindDeployment:
		return []field{number("replicas", &p.Replicas), flag("paused", &p.Paused), template}
	case cluster.KindStatefulSet:
		return []field{number("replicas", &p.Replicas), d.partitionPatch(p), template}
	case cluster.KindReplicaSet:
		return []field{number("replicas", &p.Replicas)}
	case cluster.KindDaemonSet:
		return []field{template}
	case cluster.KindJob:
		return []field{number("parallelism", &p.Parallelism), flag("suspend", &p.Suspend)}
	case cluster.KindCronJob:
		return []field{flag("suspend", &p.Suspend)}
	case cluster.KindHorizontalPodAutoscaler:
		return []field{number("minReplicas", &p.MinReplicas), number("maxReplicas", &p.MaxReplicas)}
	}
	return []field{flag("unschedulable", &p.Unschedulable)}
}

func (d *decoder) partitionPatch(p *Patch) field {
	partition := func(v value) *int { n := integer(d, 0, math.MaxInt32)(v); return &n }
	return field{"updateStrategy", func(v value) {
		d.object(v, field{"rollingUpdate", func(v value) { d.object(v, into("partition", &p.Partition, partition)) }})
	}}
}

func (d *decoder) templatePatch(v value, p *Patch) {
	d.object(v,
		field{"metadata", func(v value) {
			d.object(v, into("labels", &p.TemplateLabels, d.labels), into("annotations", &p.TemplateAnnotations, d.labels))
		}},
		field{"spec", func(v value) {
			d.object(v, into("containers", &p.Images, some(d, d.containerImage)))
		}},
	)
}

func (d *decoder) containerImage(v value) ContainerImage {
	var c ContainerImage
	d.require(v, d.object(v, into("name", &c.Name, d.identifier), into("image", &c.Image, d.identifier)), "name", "image")
	return c
}
