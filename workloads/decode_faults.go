package workloads

import (
	"fmt"
	"math"
	"path"

	"github.com/wavetank/wavetank/sim/cluster"
)

// faultReader reads one fault.
type faultReader struct {
	*decoder
	Fault
	preset string
	has    keys
}

func (d *decoder) fault(v value) Fault {
	r := &faultReader{decoder: d}
	r.has = d.object(v, append(r.kinds(),
		into("name", &r.Name, d.text),
		into("preset", &r.preset, d.preset),
		into("rackLabel", &r.Nodes.RackLabel, d.identifier),
		into("image", &r.Rollout.Image, d.identifier),
		into("fails", &r.Rollout.Fails, d.failure),
		into("after", &r.Rollout.After, d.span),
		into("at", &r.At, d.span),
		into("for", &r.For, d.longSpan),
		into("timeBetween", &r.TimeBetween, d.passing),
		into("repair", &r.Repair, d.distribution),
		into("domain", &r.Domain, d.domain),
	)...)
	if d.err == nil {
		r.chooseKind(v)
	}
	if d.err == nil {
		r.applyPreset()
		r.checkTimes(v)
		r.checkParameters(v)
		r.fillIn()
	}
	return r.Fault
}

// kinds are the keys that say what goes wrong.
func (r *faultReader) kinds() []field {
	d := r.decoder
	return append(d.targetFields(&r.Nodes),
		field{string(Partition), func(v value) { r.targets(v) }},
		field{string(SlowNodes), func(v value) { r.targets(v, into("factor", &r.Factor, d.positive)) }},
		field{string(Shutdown), func(v value) { r.targets(v) }},
		into(string(Pause), &r.Component, d.identifier),
		field{string(RegistryOutage), func(v value) { d.word(v, "outage") }},
		into(string(CrashPods), &r.Pods, d.podTargets(true)),
		into(string(OOMPods), &r.Pods, d.podTargets(false)),
		field{string(BadRollouts), func(v value) {
			r.Rollout.Deployment = d.ref(cluster.KindDeployment)(v).NamespacedName
		}},
	)
}

// targetFields are the keys that name nodes.
func (d *decoder) targetFields(t *Targets) []field {
	return []field{
		into("node", &t.Node, d.identifier), into("nodes", &t.Nodes, d.pattern),
		{"selector", func(v value) { t.Selector, t.selector = d.someSelector(v) }},
		into("rack", &t.Rack, d.identifier), into("racks", &t.Racks, d.pattern),
		into("zone", &t.Zone, d.identifier), into("zones", &t.Zones, d.pattern),
	}
}

var targetKeys = []string{"node", "nodes", "selector", "rack", "racks", "zone", "zones"}

// targets reads an object that names nodes.
func (r *faultReader) targets(v value, more ...field) {
	has := r.object(v, append(r.targetFields(&r.Nodes), more...)...)
	r.exactlyOne(v, has, targetKeys...)
	for _, f := range more {
		r.require(v, has, f.key)
	}
}

// someSelector reads a selector that selects by something.
func (d *decoder) someSelector(v value) (string, *cluster.Selector) {
	text, s := d.selector(v)
	if text == "" {
		d.fail(v, "empty: a selector of labels such as pool=web is expected")
	}
	return text, s
}

func (d *decoder) pattern(v value) string {
	pattern := d.identifier(v)
	if _, err := path.Match(pattern, ""); err != nil {
		d.fail(v, "not a pattern of names such as n-*: %s", pattern)
	}
	return pattern
}

// podTargets returns a reader of pods that are to crash, or to be killed.
func (d *decoder) podTargets(crash bool) func(value) PodTargets {
	return func(v value) PodTargets {
		t := PodTargets{selector: &cluster.Selector{}}
		fields := []field{
			{"selector", func(v value) { t.Selector, t.selector = d.selector(v) }},
			into("namespace", &t.Namespace, d.identifier), into("container", &t.Container, d.identifier),
			into("pods", &t.Pods, integer(d, 1, math.MaxInt32)), into("share", &t.Share, d.probability),
		}
		if crash {
			t.ExitCode = DefaultCrashCode
			fields = append(fields, into("exitCode", &t.ExitCode, integer(d, int32(1), 255)))
		}
		if has := d.object(v, fields...); has["pods"] && has["share"] {
			d.fail(v, "one of pods, share is expected, not both")
		}
		return t
	}
}

func (d *decoder) preset(v value) string { return d.word(v, PresetNames()...) }

func (d *decoder) failure(v value) Failure {
	return Failure(d.word(v, string(NeverReady), string(FailsByCrash)))
}

func (d *decoder) domain(v value) Domain {
	return Domain(d.word(v, string(DomainNode), string(DomainRack), string(DomainZone)))
}

// passing reads a distribution of spans that are not all 0: time has to pass between two failures.
func (d *decoder) passing(v value) Distribution {
	dist := d.distribution(v)
	if d.err == nil && dist.Mean() <= 0 {
		d.fail(v, "a mean above 0 is expected: time has to pass between two failures")
	}
	return dist
}

// chooseKind finds what goes wrong. A preset without targets is for all nodes.
func (r *faultReader) chooseKind(v value) {
	others := []FaultKind{Partition, SlowNodes, Shutdown, Pause, RegistryOutage, CrashPods, OOMPods, BadRollouts}
	r.Kind = PowerLoss
	names := append([]string{}, targetKeys...)
	given := 0
	for _, k := range others {
		if names = append(names, string(k)); r.has[string(k)] {
			r.Kind = k
			given++
		}
	}
	for _, key := range targetKeys {
		if r.has[key] {
			given++
		}
	}
	if given == 0 && r.preset != "" {
		r.Nodes.Nodes = "*"
		return
	}
	r.exactlyOne(v, r.has, names...)
}

// applyPreset fills in what the source says and the scenario does not. It is a beginning, not a mode: what it stands for
// is written out wherever the scenario is.
func (r *faultReader) applyPreset() {
	if r.preset == "" {
		return
	}
	p := Presets()[r.preset]
	if r.Name == "" {
		r.Name = r.preset
	}
	if r.TimeBetween == nil {
		r.TimeBetween = p.TimeBetween
	}
	if r.Repair == nil {
		r.Repair = p.Repair
	}
	if r.Domain == "" {
		r.Domain = p.Domain
	}
}

// checkTimes reports times that do not go together.
func (r *faultReader) checkTimes(v value) {
	random := r.TimeBetween != nil
	switch {
	case random && r.Kind == BadRollouts:
		r.fail(v, "timeBetween does not go with %s", r.Kind)
	case random && (r.Pods.Pods > 0 || r.Pods.Share > 0):
		r.fail(v, "pods and share do not go with timeBetween: each pod fails by itself")
	case random && r.has["for"]:
		r.fail(v, "for does not go with timeBetween: repair is expected")
	case random && r.Repair == nil && r.preset != "" && !r.Kind.OnPods():
		r.fail(v, "repair is missing: the source of %s does not give it", r.preset)
	case random && r.Repair == nil && !r.Kind.OnPods():
		r.fail(v, "repair is missing")
	case !random && !r.has["at"]:
		r.fail(v, "one of at, timeBetween is expected, none is given")
	case !random && r.Repair != nil:
		r.fail(v, "repair does not go without timeBetween: for is expected")
	case r.Kind.OnPods() && (r.has["for"] || r.Repair != nil):
		r.fail(v, "%s is over as soon as it has happened: it has neither for nor repair", r.Kind)
	}
}

// checkParameters reports keys of other kinds of faults.
func (r *faultReader) checkParameters(v value) {
	racks := r.Nodes.Rack != "" || r.Nodes.Racks != "" || r.Domain == DomainRack
	rules := []struct {
		key  string
		goes bool
		with string
	}{
		{"domain", r.TimeBetween != nil && r.Kind.OnNodes(), "nodes that fail at random"},
		{"rackLabel", racks, "racks"},
		{"image", r.Kind == BadRollouts, string(BadRollouts)},
		{"fails", r.Kind == BadRollouts, string(BadRollouts)},
		{"after", r.Rollout.Fails == FailsByCrash && r.Kind == BadRollouts, "fails: crash"},
		{"preset", r.Kind.OnNodes(), "nodes"},
	}
	for _, rule := range rules {
		if r.has[rule.key] && !rule.goes {
			r.fail(v, "%s goes with %s alone", rule.key, rule.with)
		}
	}
}

// fillIn fills in defaults that depend on other keys.
func (r *faultReader) fillIn() {
	switch {
	case r.TimeBetween != nil && r.Kind.OnNodes() && r.Domain == "":
		r.Domain = r.Nodes.domain()
	case r.Kind == BadRollouts && r.Rollout.Fails == "":
		r.Rollout.Fails = NeverReady
	}
	if r.Rollout.Fails == FailsByCrash && !r.has["after"] {
		r.Rollout.After = DefaultCrashAfter
	}
}

// checkFaults reports faults that the rest of the scenario has no room for.
func (d *decoder) checkFaults(s *Scenario) {
	for i, f := range s.Faults {
		field := fmt.Sprintf("faults[%d]", i)
		line := d.lines[field]
		switch {
		case f.TimeBetween != nil && s.Until == 0:
			d.failAt(line, field, "until is missing: failures at random never end")
		case f.Kind.needsManifests() && !s.managed():
			what := map[FaultKind]string{BadRollouts: "Deployments", RegistryOutage: "pods that name images"}[f.Kind]
			d.failAt(line, field, "%s does not go without manifests: nothing else makes %s", f.Kind, what)
		case f.Kind == Shutdown && s.Flags.ShutdownGracePeriodCriticalPods > s.Flags.ShutdownGracePeriod:
			d.failAt(line, field, "%s is over %s, of which it is a part", "shutdown-grace-period-critical-pods", "shutdown-grace-period")
		}
	}
}
