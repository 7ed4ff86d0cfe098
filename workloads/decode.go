package workloads

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// scenario reads the whole file.
func (d *decoder) scenario(v value) *Scenario {
	base := filepath.Base(d.file)
	s := &Scenario{
		Name:    strings.TrimSuffix(base, filepath.Ext(base)),
		Latency: zeroLatency(), Flags: DefaultFlags(),
		Results: Results{Events: true, Decisions: DecisionsSummary},
	}
	has := d.object(v,
		into("name", &s.Name, d.text),
		into("seed", &s.Seed, d.seed),
		into("until", &s.Until, d.longSpan),
		into("cluster", &s.Cluster, some(d, d.clusterEntry)),
		into("workload", &s.Workload, some(d, d.workloadEntry)),
		into("scheduler", &s.Scheduler, d.scheduler),
		into("latency", &s.Latency, d.latency),
		into("flags", &s.Flags, d.flags),
		into("apps", &s.Apps, list(d, d.app)),
		into("load", &s.Load, list(d, d.load)),
		into("actions", &s.Actions, list(d, d.action)),
		into("faults", &s.Faults, list(d, d.fault)),
		into("results", &s.Results, d.results),
		into("autoscaler", &s.Autoscaler, d.autoscaler),
	)
	if s.Autoscaler == nil {
		d.require(v, has, "cluster")
	}
	if !s.managed() {
		d.require(v, has, "workload")
	}
	if d.err == nil {
		d.checkNames(s)
		d.checkLoad(s)
		d.checkFaults(s)
	}
	return s
}

func (d *decoder) scheduler(v value) Scheduler {
	var s Scheduler
	percentage := func(v value) *int { n := integer(d, 0, 100)(v); return &n }
	has := d.object(v,
		into("policy", &s.Policy, d.identifier),
		into("config", &s.Config, d.text),
		into("percentageOfNodesToScore", &s.PercentageOfNodesToScore, percentage),
	)
	if has["policy"] && has["config"] {
		d.fail(v, "policy and config are both given: the configuration names the policies")
	}
	return s
}

func (d *decoder) results(v value) Results {
	r := Results{Events: true, Decisions: DecisionsSummary}
	decisions := func(v value) DecisionLog {
		return DecisionLog(d.word(v, string(DecisionsOff), string(DecisionsSummary), string(DecisionsFull)))
	}
	d.object(v,
		into("sampleEvery", &r.SampleEvery, d.span),
		into("events", &r.Events, d.boolean),
		into("decisions", &r.Decisions, decisions),
	)
	return r
}

// template reads a name that stands for several objects by the number of each.
func (d *decoder) template(v value) string {
	name := d.identifier(v)
	if d.err == nil && strings.Count(name, numberMark) != 1 {
		d.fail(v, "%s must stand in it once, for the number: %s", numberMark, name)
	}
	return name
}

// numberMark stands for the number of a node or a pod in the template of its name.
const numberMark = "{i}"

// defaultTemplate is "n-{i}" in the first entry of a list, "n1-{i}" in the second.
func defaultTemplate(prefix string, entry int) string {
	if entry == 0 {
		return prefix + "-" + numberMark
	}
	return fmt.Sprintf("%s%d-%s", prefix, entry, numberMark)
}

// checkNames fills in the names that depend on the place of an entry, and reports entries that would make the same names.
func (d *decoder) checkNames(s *Scenario) {
	first := map[string]string{}
	claim := func(field, names string) {
		if other, taken := first[names]; taken {
			d.failAt(d.lines[field], field, "the same names as %s", other)
		}
		first[names] = field
	}
	for i, c := range s.Cluster {
		switch {
		case c.Nodes != nil:
			setDefault(&c.Nodes.Name, defaultTemplate("n", i))
			claim(fmt.Sprintf("cluster[%d].nodes", i), "node "+c.Nodes.Name)
		case c.Trace != nil:
			claim(fmt.Sprintf("cluster[%d].trace", i), "nodes of "+filepath.Clean(c.Trace.Path))
		}
	}
	d.checkGroupNames(s, claim)
	for i, w := range s.Workload {
		switch {
		case w.Synthetic != nil:
			setDefault(&w.Synthetic.Name, defaultTemplate("pod", i))
			claim(fmt.Sprintf("workload[%d].synthetic", i), "pod "+w.Synthetic.Namespace+"/"+w.Synthetic.Name)
		case w.Trace != nil:
			claim(fmt.Sprintf("workload[%d].trace", i), "pods of "+w.Trace.Namespace+"/"+filepath.Clean(w.Trace.Path))
		}
	}
}

func setDefault(name *string, text string) {
	if *name == "" {
		*name = text
	}
}

// rate reads "2/s", "30/m", "0.5/h" or "100/d".
func (d *decoder) rate(v value) *Rate {
	text := d.scalar(v, "a rate")
	number, unit, _ := strings.Cut(text, "/")
	r := &Rate{Per: rateUnits[unit]}
	if d.err != nil {
		return r
	}
	if r.Per == 0 {
		d.fail(v, "not a rate such as 2/s, 30/m, 10/h or 5/d: %s", quoteOdd(text))
		return r
	}
	r.Number = d.positive(value{v.path, &yaml.Node{Kind: yaml.ScalarNode, Value: number, Line: v.node.Line}})
	return r
}

var rateUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}

// String writes the rate as a scenario does.
func (r Rate) String() string {
	for _, unit := range []string{"s", "m", "h", "d"} {
		if rateUnits[unit] == r.Per {
			return formatFloat(r.Number) + "/" + unit
		}
	}
	return fmt.Sprintf("%s per %v", formatFloat(r.Number), r.Per)
}
