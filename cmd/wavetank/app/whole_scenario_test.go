package app_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// An experiment is a random scenario with everything that the parts of this project have to share a cluster with: workloads
// with budgets and autoscalers, a demand on them, faults of all kinds, actions, and now and then a cluster autoscaler.
type experiment struct {
	t         *rapid.T
	scenario  strings.Builder
	manifests strings.Builder

	apps    []randomApp
	nodes   int
	minutes int  // until it ends, or in which all begins that is to happen
	open    bool // it says of no end: it ends when nothing is left to be done
	instant bool // nothing takes time: the control plane is never behind
	paused  int  // minutes for which a part of the control plane stands still, of all together
}

// A randomApp is one workload.
type randomApp struct {
	name, kind string
	scaled     bool // by an autoscaler
}

func (a randomApp) ref() string { return strings.ToLower(a.kind) + "/" + a.name }

// chance draws true in one of so many cases.
func (e *experiment) chance(label string, of int) bool {
	return rapid.IntRange(0, of-1).Draw(e.t, label) == 0
}

func (e *experiment) number(label string, least, most int) int {
	return rapid.IntRange(least, most).Draw(e.t, label)
}

func (e *experiment) word(label string, words ...string) string {
	return rapid.SampledFrom(words).Draw(e.t, label)
}

func (e *experiment) line(format string, args ...any) { fmt.Fprintf(&e.scenario, format+"\n", args...) }

// drawExperiment draws a scenario, which is YAML, and its manifests. One that is open has nothing in it that goes on for ever.
func drawExperiment(t *rapid.T, open bool) *experiment {
	e := &experiment{t: t, open: open, nodes: rapid.IntRange(3, 9).Draw(t, "nodes"), minutes: rapid.IntRange(15, 50).Draw(t, "minutes")}
	e.line("seed: %d", e.number("seed", 0, 1000))
	if !open {
		e.line("until: %dm", e.minutes)
	}
	e.line("cluster:")
	e.line("  - nodes: {count: %d, capacity: {cpu: 4, memory: 16Gi}, zones: [%s], labels: {pool: x}}", e.nodes, e.word("zones", "a", "a, b", "a, b, c"))
	e.line("workload:\n  - manifests: [whole.yaml]")
	e.latency()
	for i := range e.number("apps", 1, 3) {
		e.app(fmt.Sprintf("w%d", i))
	}
	e.behaviour()
	e.load()
	e.actions()
	e.faults()
	e.autoscaler()
	e.line("results: {decisions: off, sampleEvery: %dm}", e.number("sample", 1, 10))
	return e
}

func (e *experiment) latency() {
	profile := e.word("latency", "none", "kwok", "cluster", "{profile: kwok, watch: {exponential: 20ms}, call: {exponential: 50ms}, bind: 10ms}",
		"{watch: {uniform: {min: 0s, max: 2s}}, call: 100ms, start: {lognormal: {median: 1s, sigma: 1}}}")
	e.instant = profile == "none"
	e.line("latency: %s", profile)
}

// app draws a workload with whatever belongs to it.
func (e *experiment) app(name string) {
	a := randomApp{name: name, kind: e.word("kind", "Deployment", "Deployment", "StatefulSet"), scaled: !e.open && e.chance("scaled", 2)}
	e.apps = append(e.apps, a)
	more := ""
	if a.kind == "StatefulSet" {
		more = "\n  serviceName: " + name + "\n  podManagementPolicy: " + e.word("management", "OrderedReady", "Parallel")
	}
	fmt.Fprintf(&e.manifests, `apiVersion: apps/v1
kind: %[1]s
metadata: {name: %[2]s}
spec:
  replicas: %[3]d%[4]s
  selector: {matchLabels: {app: %[2]s}}
  template:
    metadata: {labels: {app: %[2]s}}
    spec:
      terminationGracePeriodSeconds: %[5]d%[6]s
      containers:
        - {name: c, image: "%[2]s:v1", resources: {requests: {cpu: %[7]dm, memory: 256Mi}, limits: {cpu: 1, memory: 1Gi}}, readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: %[8]d}}
---
apiVersion: v1
kind: Service
metadata: {name: %[2]s}
spec: {selector: {app: %[2]s}, ports: [{port: 80}]}
---
`, a.kind, name, e.number("replicas", 1, 6), more, e.number("grace", 1, 30), e.patience(), 100*e.number("cpu", 1, 9), e.number("probe", 1, 5))
	if !e.chance("no budget", 4) {
		e.budget(name)
	}
	if a.scaled {
		e.scaler(a)
	}
}

// patience is how long pods stay with a node that has failed: mostly shorter than usual, as the runs are.
// With none at all and no latency a pod would be placed there and evicted again without end, in no time.
func (e *experiment) patience() string {
	if e.chance("usual patience", 3) {
		return ""
	}
	return fmt.Sprintf("\n      tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: %d}]",
		e.number("patience", 1, 90))
}

func (e *experiment) budget(name string) {
	bound := fmt.Sprint(e.number("bound", 0, 4))
	if e.chance("percent", 2) {
		bound = fmt.Sprint(10*e.number("percents", 0, 10), "%")
	}
	fmt.Fprintf(&e.manifests, "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: %s}\nspec: {selector: {matchLabels: {app: %[1]s}}, %s: %s, unhealthyPodEvictionPolicy: %s}\n---\n",
		name, e.word("side", "minAvailable", "maxUnavailable"), bound, e.word("unhealthy", "IfHealthyBudget", "AlwaysAllow"))
}

// scaler draws an autoscaler by cpu or by requests, whose target may at first be outside of its bounds.
func (e *experiment) scaler(a randomApp) {
	least := e.number("least", 1, 3)
	metric := fmt.Sprintf("{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: %d}}}", e.number("utilization", 20, 90))
	if e.chance("by requests", 3) {
		metric = fmt.Sprintf("{type: Pods, pods: {metric: {name: http_requests_per_second}, target: {type: AverageValue, averageValue: %d}}}", e.number("average", 5, 60))
	}
	fmt.Fprintf(&e.manifests, `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: %[1]s}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: %[2]s, name: %[1]s}
  minReplicas: %[3]d
  maxReplicas: %[4]d
  metrics: [%[5]s]%[6]s
---
`, a.name, a.kind, least, least+e.number("room", 0, 9), metric, e.behavior())
}

func (e *experiment) behavior() string {
	if e.chance("no behavior", 2) {
		return ""
	}
	text := "\n  behavior:"
	for _, direction := range []string{"scaleUp", "scaleDown"} {
		if e.chance(direction+" usual", 4) {
			continue
		}
		var policies []string
		for range e.number("policies", 1, 2) {
			policies = append(policies, fmt.Sprintf("{type: %s, value: %d, periodSeconds: %d}", e.word("type", "Pods", "Percent"),
				e.number("value", 1, 100)/e.number("slower", 1, 50)+1, e.number("period", 1, 20)*15))
		}
		text += fmt.Sprintf("\n    %s: {stabilizationWindowSeconds: %d, selectPolicy: %s, policies: [%s]}", direction,
			15*e.number("window", 0, 10), e.word("select", "Max", "Max", "Min", "Min", "Disabled"), strings.Join(policies, ", "))
	}
	if text == "\n  behavior:" {
		return ""
	}
	return text
}

// behaviour says how containers start and end.
func (e *experiment) behaviour() {
	crash := ""
	if !e.open && e.chance("crashes", 4) {
		crash = fmt.Sprintf(", crash: {mtbf: %dm}", e.number("mtbf", 5, 60))
	}
	e.line("apps:\n  - {startup: {lognormal: {median: %ds, sigma: 0.5}}, stop: %ds%s}", e.number("startup", 1, 20), e.number("stop", 0, 40), crash)
}

func (e *experiment) load() {
	lines := ""
	for i, a := range e.apps {
		if !a.scaled && !e.chance("asked", 2) {
			continue
		}
		calls := ""
		if i+1 < len(e.apps) && e.apps[i+1].scaled && e.chance("calls", 2) {
			calls = fmt.Sprintf(", calls: [{service: %s}]", e.apps[i+1].name)
		}
		lines += fmt.Sprintf("  - {service: %s, rps: %s, cpuPerRequest: %dm, idleCPU: 5m, retries: %d, model: %s, proxy: %s, slo: {latency: 300ms, target: 99%%}%s}\n",
			a.name, e.rate(), e.number("per request", 1, 25), e.number("retries", 0, 2), e.word("model", "mmc", "ps"), e.word("proxy", "random", "roundRobin"), calls)
	}
	if lines != "" {
		e.scenario.WriteString("load:\n" + lines)
	}
}

// rate draws a demand of some shape, of up to some 200 requests a second.
func (e *experiment) rate() string {
	high, minute := e.number("rps", 1, 200), e.number("minute", 1, e.minutes)
	shapes := 5
	if e.open {
		shapes = 1
	}
	switch e.number("shape", 0, shapes) {
	case 0:
		return fmt.Sprintf("{step: [{at: 0s, rps: %d}, {at: %dm, rps: %d}, {at: %dm, rps: 0}], poisson: 20s}", high/3, minute, high, minute+8)
	case 1:
		return fmt.Sprintf("{ramp: [{at: 1m, rps: 0}, {at: %dm, rps: %d}, {at: %dm, rps: 0}]}", minute+2, high, minute+15)
	case 2:
		return fmt.Sprint(high)
	case 3:
		return fmt.Sprintf("{diurnal: {mean: %d, peak: %d, period: %dm}, poisson: 15s}", high/2+1, high+2, minute+10)
	case 4:
		return fmt.Sprintf("{mmpp: [{rps: %d, mean: 3m}, {rps: %d, mean: 2m}]}", high, high/4)
	}
	return fmt.Sprintf("{sum: [{constant: %d}, {step: [{at: %dm, rps: %d}]}]}", high/2, minute, high/2)
}

// span draws a duration of up to so many seconds.
func (e *experiment) span(label string, most int) string {
	return fmt.Sprint(e.number(label, 1, most), "s")
}

func (e *experiment) when() string { return e.span("at", 60*e.minutes*3/4) }

func (e *experiment) actions() {
	lines := ""
	for range e.number("actions", 0, 6) {
		lines += fmt.Sprintf("  - {at: %s, %s}\n", e.when(), e.action())
	}
	if lines != "" {
		e.scenario.WriteString("actions:\n" + lines)
	}
}

func (e *experiment) action() string {
	a := rapid.SampledFrom(e.apps).Draw(e.t, "app")
	node := fmt.Sprintf("node/n-%d", e.number("node", 0, e.nodes-1))
	switch e.number("action", 0, 6) {
	case 0:
		return "uncordon: " + node
	case 1:
		return fmt.Sprintf("upgrade: {nodes: n-*, surge: %d, maxUnavailable: %d, provision: %s, drainTimeout: %dm}",
			e.number("surge", 1, 2), e.number("max unavailable", 0, 1), e.span("provision", 120), e.number("drain timeout", 1, 10))
	case 2:
		return "setImage: " + a.ref() + fmt.Sprintf(", image: %q", a.name+":v"+fmt.Sprint(e.number("version", 2, 4)))
	case 3:
		return "rollout: " + a.ref() + ", do: restart"
	case 4:
		if !a.scaled { // nobody but the autoscaler may, or the referee would take it for the autoscaler
			return fmt.Sprintf("scale: %s, replicas: %d", a.ref(), e.number("to", 0, 8))
		}
	case 5:
		return fmt.Sprintf("drain: node/n-*, parallel: %d, timeout: %dm", e.number("parallel", 1, 3), e.number("timeout", 1, 10))
	}
	return "drain: " + node + ", timeout: 20m"
}

func (e *experiment) faults() {
	lines := ""
	for range e.number("faults", 0, 5) {
		lines += "  - {" + e.fault() + "}\n"
	}
	if lines != "" {
		e.scenario.WriteString("faults:\n" + lines)
	}
	if e.chance("graceful", 2) {
		e.line("flags: {shutdown-grace-period: 30s, shutdown-grace-period-critical-pods: 10s}")
	}
}

func (e *experiment) fault() string {
	target := e.word("target", "nodes: n-*", "zone: a", "node: n-0", "node: n-1", `nodes: "n-[12]"`, "selector: pool=x")
	a := rapid.SampledFrom(e.apps).Draw(e.t, "victim")
	switch e.number("fault", 0, 9) {
	case 0:
		return fmt.Sprintf("crash: {selector: app=%s, pods: %d}, at: %s", a.name, e.number("pods", 1, 3), e.when())
	case 1:
		return fmt.Sprintf("oom: {share: 0.5}, at: %s", e.when())
	case 2:
		minutes := e.number("minutes", 1, 5)
		e.paused += minutes
		return fmt.Sprintf("pause: %s, at: %s, for: %dm", e.word("component", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "disruption",
			"nodelifecycle", "horizontalpodautoscaler", "replicaset"), e.when(), minutes)
	case 3:
		return fmt.Sprintf("registry: outage, at: %s, for: %s", e.when(), e.span("for", 600))
	case 4:
		if a.kind == "Deployment" {
			return fmt.Sprintf("badRollout: deployment/%s, fails: %s, at: %s, for: %s", a.name, e.word("fails", "crash", "neverReady"), e.when(), e.span("for", 600))
		}
	case 5:
		return fmt.Sprintf("partition: {%s}, %s", target, e.times())
	case 6:
		return fmt.Sprintf("slow: {%s, factor: %d}, %s", target, e.number("factor", 2, 9), e.times())
	case 7:
		return fmt.Sprintf("shutdown: {%s}, %s", target, e.times())
	}
	return target + ", " + e.times()
}

// times says when nodes fail: once, once and for all, or at random.
func (e *experiment) times() string {
	kinds := 3
	if e.open {
		kinds = 1
	}
	switch e.number("times", 0, kinds) {
	case 2:
		return fmt.Sprintf("timeBetween: {exponential: %dm}, repair: {exponential: %s}", e.number("between", 10, 100), e.span("repair", 600))
	case 3:
		return "at: " + e.when()
	}
	return fmt.Sprintf("at: %s, for: %s", e.when(), e.span("for", 900))
}

func (e *experiment) autoscaler() {
	if !e.chance("autoscaler", 4) {
		return
	}
	e.line("autoscaler:\n  expander: %s\n  scaleDown: {unneededTime: %dm, delayAfterAdd: 1m}\n  groups:", e.word("expander", "random", "least-waste", "most-pods"), e.number("unneeded", 1, 8))
	e.line("    - {name: small, max: %d, size: 1, capacity: {cpu: 2, memory: 8Gi}, provisioning: {lognormal: {median: %s, sigma: 0.3}}}", e.number("max", 1, 5), e.span("provisioning", 200))
	e.line("    - {name: large, max: 2, capacity: {cpu: 8, memory: 32Gi}, provisioning: 1m, unavailable: [{at: 5m, for: 10m}]}")
}
