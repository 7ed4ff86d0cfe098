package workloads

import (
	"strings"

	"github.com/wavetank/wavetank/sim/cluster"
)

// kindAliases are the names of kinds beside their own in lower case (kubectl api-resources, v1.36).
var kindAliases = map[string]cluster.Kind{
	"deploy": cluster.KindDeployment, "rs": cluster.KindReplicaSet, "sts": cluster.KindStatefulSet,
	"ds": cluster.KindDaemonSet, "cj": cluster.KindCronJob, "po": cluster.KindPod, "no": cluster.KindNode,
	"svc": cluster.KindService, "cm": cluster.KindConfigMap, "ns": cluster.KindNamespace,
	"pdb": cluster.KindPodDisruptionBudget, "quota": cluster.KindResourceQuota, "limits": cluster.KindLimitRange,
	"pv": cluster.KindPersistentVolume, "pvc": cluster.KindPersistentVolumeClaim, "pc": cluster.KindPriorityClass,
	"sc": cluster.KindStorageClass, "hpa": cluster.KindHorizontalPodAutoscaler, "rc": cluster.KindReplicationController,
}

// kindOf returns the kind that a word stands for, in one or many; 0 if there is none.
func kindOf(word string) cluster.Kind {
	word = strings.ToLower(word)
	if k := kindAliases[word]; k != 0 {
		return k
	}
	for k := cluster.KindNode; cluster.NewObject(k) != nil; k++ {
		if name := strings.ToLower(k.String()); word == name || word == name+"s" {
			return k
		}
	}
	return 0
}

func kindWords() []string {
	var words []string
	for k := cluster.KindNode; cluster.NewObject(k) != nil; k++ {
		words = append(words, strings.ToLower(k.String()))
	}
	return words
}

// clusterWide tells whether objects of a kind have no namespace.
func clusterWide(k cluster.Kind) bool {
	switch k {
	case cluster.KindNode, cluster.KindNamespace, cluster.KindPersistentVolume, cluster.KindPriorityClass,
		cluster.KindStorageClass, cluster.KindCSINode:
		return true
	}
	return false
}

// String writes the reference as a scenario does.
func (r Ref) String() string {
	name := r.Name
	if r.Namespace != "" && r.Namespace != defaultNamespace {
		name = r.Namespace + "/" + r.Name
	}
	return strings.ToLower(r.Kind.String()) + "/" + name
}

// String writes the condition as a scenario does.
func (c Condition) String() string { return c.Ref.String() + " " + string(c.State) }

// ref reads deployment/web or deployment/shop/web; kinds, if any are given, are the ones that will do.
func (d *decoder) ref(kinds ...cluster.Kind) func(value) Ref {
	return func(v value) Ref { return d.refOf(v, d.identifier(v), kinds) }
}

func (d *decoder) refOf(v value, text string, kinds []cluster.Kind) Ref {
	var r Ref
	word, name, found := strings.Cut(text, "/")
	r.Kind = kindOf(word)
	namespace, rest, namespaced := strings.Cut(name, "/")
	switch {
	case d.err != nil:
	case !found || name == "":
		d.fail(v, "an object such as deployment/web or deployment/shop/web is expected: %s", quoteOdd(text))
	case r.Kind == 0:
		d.failWord(v, word, kindWords())
	case namespaced && (clusterWide(r.Kind) || namespace == "" || rest == "" || strings.Contains(rest, "/")):
		d.fail(v, "an object such as deployment/web or node/n-0 is expected: %s", quoteOdd(text))
	case len(kinds) > 0 && !containsKind(kinds, r.Kind):
		d.fail(v, "this cannot be done to a %s", strings.ToLower(r.Kind.String()))
	case namespaced:
		r.Namespace, r.Name = namespace, rest
	case clusterWide(r.Kind):
		r.Name = name
	default:
		r.Namespace, r.Name = defaultNamespace, name
	}
	return r
}

func containsKind(kinds []cluster.Kind, k cluster.Kind) bool {
	for _, known := range kinds {
		if known == k {
			return true
		}
	}
	return false
}

// failWord reports a word that is none of the known ones.
func (d *decoder) failWord(v value, word string, known []string) {
	if near := Nearest(word, known); near != "" {
		d.fail(v, "unknown: %s; did you mean %s?", quoteOdd(word), near)
		return
	}
	d.fail(v, "unknown: %s; known are %s", quoteOdd(word), strings.Join(known, ", "))
}

// statesOf lists what can be waited for of a kind.
func statesOf(k cluster.Kind) []string {
	states := []State{StateExists, StateGone}
	switch k {
	case cluster.KindDeployment, cluster.KindStatefulSet, cluster.KindDaemonSet, cluster.KindReplicaSet:
		states = append(states, StateComplete)
	case cluster.KindJob:
		states = append(states, StateComplete, StateFailed)
	case cluster.KindNode:
		states = append(states, StateDrained)
	case cluster.KindPod:
		states = append(states, StateRunning, StateReady, StateSucceeded, StateFailed)
	}
	words := make([]string, len(states))
	for i, s := range states {
		words[i] = string(s)
	}
	return words
}

// condition reads "deployment/web complete"; "pod shop/web-0 running" means the same as "pod/shop/web-0 running".
func (d *decoder) condition(v value) *Condition {
	words := strings.Fields(d.text(v))
	if len(words) == 3 {
		words = []string{words[0] + "/" + words[1], words[2]}
	}
	if len(words) != 2 {
		d.fail(v, "a condition such as deployment/web complete is expected")
		return nil
	}
	c := &Condition{Ref: d.refOf(v, words[0], nil), State: State(words[1])}
	if known := statesOf(c.Kind); d.err == nil && !containsWord(known, words[1]) {
		d.failWord(v, words[1], known)
	}
	return c
}

func containsWord(known []string, word string) bool {
	for _, k := range known {
		if k == word {
			return true
		}
	}
	return false
}
