package controller

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The alphabet of generated names has no vowels and nothing that looks like one, so that no words come out
// (apimachinery util/rand, v0.36). The API server appends five letters to a prefix of at most 58 (apiserver
// registry/rest: generateName and storage/names, v0.36).
const (
	nameAlphabet = "bcdfghjklmnpqrstvwxz2456789"
	nameLetters  = 5
	mostPrefix   = 58
)

// Names generates names as the API server does for metadata.generateName. The letters of a name depend on the seed, the
// prefix and how many names that prefix has had: not on what else happens in the run.
type Names struct {
	engine *sim.Engine
	given  map[cluster.NamespacedName]int // by namespace and prefix
}

// NewNames returns a generator of names. Each controller has its own, as prefixes are the names of owners.
func NewNames(engine *sim.Engine) *Names {
	return &Names{engine: engine, given: map[cluster.NamespacedName]int{}}
}

// Pod returns a name with the prefix that no pod of the namespace has now.
func (n *Names) Pod(s *cluster.Store, namespace, prefix string) string {
	key := cluster.NamespacedName{Namespace: namespace, Name: prefix}
	for {
		ordinal := n.given[key]
		n.given[key]++
		name := n.name(namespace, prefix, ordinal)
		if s.Pod(cluster.NamespacedName{Namespace: namespace, Name: name}) == nil {
			return name
		}
	}
}

func (n *Names) name(namespace, prefix string, ordinal int) string {
	rng := n.engine.Draw("controller/name", namespace, prefix, strconv.Itoa(ordinal))
	letters := make([]byte, nameLetters)
	for i := range letters {
		letters[i] = nameAlphabet[rng.IntN(len(nameAlphabet))]
	}
	return prefix[:min(len(prefix), mostPrefix)] + string(letters)
}

// Create returns the call that creates a pod of the template under a generated name: the owner's, a dash, five letters.
// Both are read when the call is made.
func (n *Names) Create(owner cluster.Object, template *cluster.PodTemplate) Call {
	return func(s *cluster.Store) error {
		m := owner.Meta()
		return s.Create(NewPod(template, owner, n.Pod(s, m.Namespace, m.Name+"-")), cluster.ReasonCreated)
	}
}

// DeletePod returns the call that ends a pod gracefully. One that is gone is no error.
func DeletePod(key cluster.Key) Call {
	return func(s *cluster.Store) error {
		return IgnoreGone(s.Terminate(key, cluster.ReasonKilling))
	}
}

// IgnoreGone returns err, but nil if it says that an object is gone: who wanted to write it has nothing left to do.
func IgnoreGone(err error) error {
	if errors.Is(err, cluster.ErrNotFound) {
		return nil
	}
	return err
}

// SlowStart asks for calls in batches of 1, 2, 4, ..., each made together after the one before has succeeded
// (pkg/controller/controller_utils.go: SlowStartInitialBatchSize, and slowStartBatch of the controllers, v1.36.3).
func (c *Calls) SlowStart(calls []Call) {
	for batch := 1; len(calls) > 0; batch *= 2 {
		n := min(batch, len(calls))
		c.Together(calls[:n]...)
		calls = calls[n:]
	}
}

// Ref returns the reference to an object as managing controller.
func Ref(owner cluster.Object) cluster.OwnerReference {
	m := owner.Meta()
	return cluster.OwnerReference{Kind: owner.Kind().String(), Name: m.Name, UID: m.UID, Controller: true}
}

// NewPod returns a pod of the template in its owner's namespace, not yet stored. What its containers do is up to the
// kubelet. Labels and annotations are the template's own: whoever changes them makes a copy.
func NewPod(template *cluster.PodTemplate, owner cluster.Object, name string) *cluster.Pod {
	return &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{
			NamespacedName: cluster.NamespacedName{Namespace: owner.Meta().Namespace, Name: name},
			Labels:         template.Labels,
			Annotations:    template.Annotations,
			Owners:         []cluster.OwnerReference{Ref(owner)},
		},
		Spec:    template.Spec,
		RunTime: cluster.Forever,
	}
}

// TemplateHash returns the hash that names what belongs to a template, in the alphabet of generated names. Equal
// templates have equal hashes; collisions is how many hashes of the owner have met another template before (shape of
// pkg/controller/controller_utils.go: ComputeHash, v1.36.3; the value differs, as it is that of our types).
func TemplateHash(template *cluster.PodTemplate, collisions int) string {
	text, err := json.Marshal(template)
	if err != nil {
		panic(fmt.Sprintf("controller: template cannot be written: %v", err))
	}
	h := fnv.New32a()
	_, _ = h.Write(text) // never fails
	if collisions > 0 {
		_, _ = fmt.Fprintf(h, "#%d", collisions)
	}
	digits := []byte(strconv.FormatUint(uint64(h.Sum32()), 10))
	for i, d := range digits {
		digits[i] = nameAlphabet[int(d)%len(nameAlphabet)]
	}
	return string(digits)
}

// IsActive tells whether a pod counts as a replica: it has not ended and is not being deleted
// (pkg/controller/controller_utils.go: IsPodActive, v1.36.3).
func IsActive(p *cluster.Pod) bool { return !p.Terminal() && !p.Deleting }

// IsTerminating tells whether a pod is being deleted and has not ended (IsPodTerminating, likewise).
func IsTerminating(p *cluster.Pod) bool { return !p.Terminal() && p.Deleting }

// ReadySince returns when a ready pod became ready, as its condition says: in whole seconds of the wall clock.
func ReadySince(s *cluster.Store, p *cluster.Pod) sim.Time {
	return s.WholeSecond(max(p.Status.ReadyTransition, p.Status.StartedAt))
}

// IsAvailable tells whether a pod has been ready for minReady (pkg/api/v1/pod/util.go: IsPodAvailable, v1.36.3).
func IsAvailable(s *cluster.Store, p *cluster.Pod, minReady time.Duration, now sim.Time) bool {
	return p.Status.Ready && (minReady == 0 || ReadySince(s, p).Add(minReady) <= now)
}

// AvailableIn returns how long after now the first of the ready pods that are not available yet will be; false if there
// is none (pkg/controller/controller_utils.go: FindMinNextPodAvailabilityCheck, v1.36.3).
func AvailableIn(s *cluster.Store, pods []*cluster.Pod, minReady time.Duration, now sim.Time) (time.Duration, bool) {
	var first time.Duration
	found := false
	for _, p := range pods {
		if !p.Status.Ready || IsAvailable(s, p, minReady, now) {
			continue
		}
		if wait := ReadySince(s, p).Add(minReady).Sub(now); !found || wait < first {
			first, found = wait, true
		}
	}
	return first, found
}
