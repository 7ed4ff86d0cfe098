package generate

import (
	"fmt"
	"strings"
)

// addConfig adds a KubeSchedulerConfiguration; it is written as text, because it is what users write by hand.
func (w *world) addConfig() {
	if !w.chance(w.config) {
		return
	}
	var b strings.Builder
	b.WriteString("apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- schedulerName: default-scheduler\n")
	if w.chance(0.15) {
		b.WriteString("- schedulerName: custom\n")
		for _, pod := range w.pods {
			if pod.Spec.NodeName == "" {
				pod.Spec.SchedulerName = "custom"
			}
		}
	}
	b.WriteString(w.pluginSets())
	b.WriteString(w.pluginConfig())
	w.document = b.String()
}

// pluginSets disables plugins as a whole or at one extension point, and changes weights. Not both: a plugin that is
// disabled as a whole and enabled again for score alone misses what its PreScore leaves, and every cycle ends in an error.
func (w *world) pluginSets() string {
	var sets []string
	if w.chance(0.3) {
		sets = append(sets, w.multiPoint())
	} else if w.chance(0.5) {
		sets = append(sets, w.scoreSet())
	}
	if w.chance(0.25) {
		sets = append(sets, set("filter", "disabled", some(w.dice, 2, "TaintToleration", "NodeUnschedulable", "PodTopologySpread", "NodePorts", "InterPodAffinity", "NodeAffinity", "NodeResourcesFit")...))
	}
	if w.chance(0.06) {
		sets = append(sets, set("postFilter", "disabled", pick(w.dice, "*", "DefaultPreemption", "DynamicResources")))
	}
	if len(sets) == 0 {
		return ""
	}
	return "  plugins:\n" + strings.Join(sets, "")
}

func (w *world) multiPoint() string {
	if w.chance(0.5) {
		return set("multiPoint", "disabled", some(w.dice, 2, "TaintToleration", "PodTopologySpread", "ImageLocality", "NodeResourcesBalancedAllocation", "NodeVolumeLimits")...)
	}
	return set("multiPoint", "enabled", w.weighted("NodeResourcesFit", "ImageLocality", "NodeAffinity", "InterPodAffinity")...)
}

func (w *world) scoreSet() string {
	if w.chance(0.2) { // everything off, and a few back on
		return set("score", "disabled", "*") + entries("enabled", w.weighted("NodeResourcesFit", "NodeAffinity", "PodTopologySpread"))
	}
	names := some(w.dice, 3, "NodeResourcesFit", "NodeAffinity", "TaintToleration", "PodTopologySpread", "InterPodAffinity", "ImageLocality")
	text := set("score", "disabled", names...)
	if w.chance(0.6) {
		text += entries("enabled", w.weighted(names...))
	}
	return text
}

// weighted is a choice of the plugins with weights, one "name\n weight" entry each.
func (w *world) weighted(names ...string) []string {
	var list []string
	for _, name := range some(w.dice, 3, names...) {
		list = append(list, fmt.Sprintf("%s\n        weight: %d", name, w.between(1, 12)))
	}
	return list
}

func set(point, state string, names ...string) string {
	return "    " + point + ":\n" + entries(state, names)
}

func entries(state string, names []string) string {
	text := "      " + state + ":\n"
	for _, name := range names {
		if name == "*" {
			name = `"*"`
		}
		text += "      - name: " + name + "\n"
	}
	return text
}

func (w *world) pluginConfig() string {
	var args []string
	if w.chance(0.7) {
		args = append(args, w.fitArgs())
	}
	if w.chance(0.3) {
		args = append(args, w.balancedArgs())
	}
	if w.chance(0.35) {
		args = append(args, w.addedAffinity())
	}
	if w.chance(0.4) {
		args = append(args, w.spreadArgs())
	}
	if w.chance(0.35) {
		args = append(args, w.interPodArgs())
	}
	if len(args) == 0 {
		return ""
	}
	return "  pluginConfig:\n" + strings.Join(args, "")
}

// pluginArgs wraps the lines of a plugin's arguments.
func pluginArgs(plugin string, lines string) string {
	head := fmt.Sprintf("  - name: %s\n    args:\n      apiVersion: kubescheduler.config.k8s.io/v1\n      kind: %sArgs\n", plugin, plugin)
	return head + lines
}

func (w *world) fitArgs() string {
	kind := pick(w.dice, "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio", "RequestedToCapacityRatio")
	text := "      scoringStrategy:\n        type: " + kind + "\n"
	if w.chance(0.7) {
		text += w.weightedResources()
	}
	if kind == "RequestedToCapacityRatio" {
		text += w.shape()
	}
	if w.chance(0.3) {
		text += "      ignoredResources:\n      - example.com/dongle\n"
	}
	if w.chance(0.3) {
		text += "      ignoredResourceGroups:\n      - nvidia.com\n"
	}
	return pluginArgs("NodeResourcesFit", text)
}

func (w *world) weightedResources() string {
	text := "        resources:\n"
	for _, name := range some(w.dice, 3, "cpu", "memory", "ephemeral-storage", "nvidia.com/gpu") {
		text += fmt.Sprintf("        - name: %s\n          weight: %d\n", name, w.between(1, 9))
	}
	return text
}

// shape is a broken line from utilization to score.
func (w *world) shape() string {
	text := "        requestedToCapacityRatio:\n          shape:\n"
	for _, utilization := range some(w.dice, 4, 0, 20, 45, 70, 85, 100) {
		text += fmt.Sprintf("          - utilization: %d\n            score: %d\n", utilization, w.between(0, 10))
	}
	return text
}

func (w *world) balancedArgs() string {
	text := "      resources:\n"
	for _, name := range some(w.dice, 3, "cpu", "memory", "ephemeral-storage", "nvidia.com/gpu") {
		text += "      - name: " + name + "\n        weight: 1\n"
	}
	return pluginArgs("NodeResourcesBalancedAllocation", text)
}

func (w *world) addedAffinity() string {
	text := "      addedAffinity:\n"
	if w.chance(0.5) {
		text += "        requiredDuringSchedulingIgnoredDuringExecution:\n          nodeSelectorTerms:\n          - matchExpressions:\n" +
			"            - {key: kubernetes.io/arch, operator: In, values: [amd64]}\n"
	}
	if w.chance(0.7) || !strings.Contains(text, "required") {
		text += fmt.Sprintf("        preferredDuringSchedulingIgnoredDuringExecution:\n        - weight: %d\n          preference:\n"+
			"            matchExpressions:\n            - {key: disktype, operator: In, values: [ssd, nvme]}\n", w.between(1, 100))
	}
	return pluginArgs("NodeAffinity", text)
}

func (w *world) spreadArgs() string {
	text := "      defaultingType: List\n"
	if w.chance(0.2) {
		return pluginArgs("PodTopologySpread", "      defaultingType: System\n")
	}
	if w.chance(0.8) {
		text += "      defaultConstraints:\n"
		for _, topologyKey := range some(w.dice, 2, zoneLabel, "kubernetes.io/hostname", rackLabel) {
			text += fmt.Sprintf("      - maxSkew: %d\n        topologyKey: %s\n        whenUnsatisfiable: %s\n",
				w.between(1, 3), topologyKey, pick(w.dice, "ScheduleAnyway", "ScheduleAnyway", "DoNotSchedule"))
		}
	}
	return pluginArgs("PodTopologySpread", text)
}

func (w *world) interPodArgs() string {
	text := fmt.Sprintf("      hardPodAffinityWeight: %d\n", pick(w.dice, 0, 1, 10, 50, 100))
	if w.chance(0.3) {
		text += "      ignorePreferredTermsOfExistingPods: true\n"
	}
	return pluginArgs("InterPodAffinity", text)
}
