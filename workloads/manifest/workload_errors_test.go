package manifest_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/workloads/manifest"
)

func reader(text string) io.Reader { return strings.NewReader(text) }

func manifestOf(text string) (*manifest.Set, error) {
	return manifest.Read("test.yaml", strings.NewReader(text))
}

// TestWorkloadErrors states each mistake with the whole sentence that a user reads.
func TestWorkloadErrors(t *testing.T) {
	deployment := func(spec string) string { return appsObject("Deployment", spec) }
	const at = "test.yaml:7: Deployment default/x: spec."
	pod := func(container string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - name: c\n    " + container
	}
	cron := func(spec string) string {
		return batchObject("CronJob", spec+"\njobTemplate: {spec: {"+jobTemplate[:len(jobTemplate)-1]+"}}")
	}
	cases := []struct{ name, text, want string }{
		{"selector misses", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {a: b}}\n  template: {metadata: {labels: {a: c}}, spec: {containers: [{name: c}]}}",
			"test.yaml:5: Deployment default/x: spec.selector: does not match the labels of spec.template"},
		{"no labels", "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {a: b}}\n  template: {spec: {containers: [{name: c}]}}",
			"test.yaml:5: DaemonSet default/x: spec.selector: does not match the labels of spec.template"},
		{"no selector", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  template: {metadata: {labels: {a: c}}, spec: {containers: [{name: c}]}}",
			"test.yaml:4: Deployment default/x: spec.selector: is missing or empty"},
		{"no template", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {a: b}}",
			"test.yaml:5: Deployment default/x: spec.selector: does not match the labels of spec.template"},
		{"no containers", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {a: b}}\n  template: {metadata: {labels: {a: b}}}",
			"test.yaml:6: Deployment default/x: spec.template.spec.containers: at least one container is needed"},
		{"negative replicas", deployment("replicas: -1"), at + "replicas: -1 is negative"},
		{"fractional replicas", deployment("replicas: 1.5"), at + "replicas: expected a whole number"},
		{"negative history", deployment("revisionHistoryLimit: -1"), at + "revisionHistoryLimit: -1 is negative"},
		{"negative readiness", deployment("minReadySeconds: -1"), at + "minReadySeconds: -1 is not from 0 to"},
		{"deadline before ready", deployment("progressDeadlineSeconds: 5\nminReadySeconds: 5"), at + "progressDeadlineSeconds: 5 is not above spec.minReadySeconds"},
		{"strategy", deployment("strategy: {type: BlueGreen}"), at + `strategy.type: unknown value "BlueGreen" (Recreate, RollingUpdate)`},
		{"rolling recreate", deployment("strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}"), at + "strategy.rollingUpdate: may not be stated where the type is Recreate"},
		{"neither surge nor loss", deployment("strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}"), at + "strategy.rollingUpdate.maxUnavailable: may not be 0 when maxSurge is 0"},
		{"more than all", deployment("strategy: {rollingUpdate: {maxUnavailable: 101%}}"), at + "strategy.rollingUpdate.maxUnavailable: 101% is more than 100%"},
		{"no percentage", deployment("strategy: {rollingUpdate: {maxSurge: some}}"), at + `strategy.rollingUpdate.maxSurge: "some" is neither a whole number nor a percentage such as 25%`},
		{"negative surge", deployment("strategy: {rollingUpdate: {maxSurge: -1}}"), at + "strategy.rollingUpdate.maxSurge: -1 is negative"},
		{"restart policy", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers: [{name: c}]\n      restartPolicy: Never",
			"test.yaml:10: Deployment default/x: spec.template.spec.restartPolicy: Never is not allowed in a Deployment (Always)"},
		{"unknown restart policy", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers: [{name: c}]\n      restartPolicy: Sometimes",
			`test.yaml:10: Deployment default/x: spec.template.spec.restartPolicy: unknown value "Sometimes" (Always, Never, OnFailure)`},
		{"partition", appsObject("StatefulSet", "updateStrategy: {rollingUpdate: {partition: -1}}"), "test.yaml:7: StatefulSet default/x: spec.updateStrategy.rollingUpdate.partition: -1 is negative"},
		{"no loss of a set", appsObject("StatefulSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 0}}"), "test.yaml:7: StatefulSet default/x: spec.updateStrategy.rollingUpdate.maxUnavailable: may not be 0"},
		{"management", appsObject("StatefulSet", "podManagementPolicy: Ordered"), `test.yaml:7: StatefulSet default/x: spec.podManagementPolicy: unknown value "Ordered" (OrderedReady, Parallel)`},
		{"rolling on delete", appsObject("StatefulSet", "updateStrategy: {type: OnDelete, rollingUpdate: {}}"), "test.yaml:7: StatefulSet default/x: spec.updateStrategy.rollingUpdate: may not be stated where the type is OnDelete"},
		{"both surge and loss", appsObject("DaemonSet", "updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}"), "test.yaml:7: DaemonSet default/x: spec.updateStrategy.rollingUpdate.maxSurge: may not be above 0 when maxUnavailable is"},
		{"neither", appsObject("DaemonSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 0}}"), "test.yaml:7: DaemonSet default/x: spec.updateStrategy.rollingUpdate.maxUnavailable: may not be 0 when maxSurge is 0"},
		{"job that restarts", batchObject("Job", "template: {spec: {containers: [{name: c}]}}"), "test.yaml:5: Job default/x: spec.template.spec.restartPolicy: Always is not allowed in a Job (Never, OnFailure)"},
		{"negative parallelism", jobManifest("parallelism: -1"), "test.yaml:6: Job default/x: spec.parallelism: -1 is negative"},
		{"indexed without end", jobManifest("completionMode: Indexed\nparallelism: 2"), "test.yaml:4: Job default/x: spec.completions: is missing: completionMode Indexed needs it"},
		{"index limit", jobManifest("backoffLimitPerIndex: 1"), "test.yaml:6: Job default/x: spec.backoffLimitPerIndex: needs completionMode Indexed"},
		{"policy that restarts", batchObject("Job", "podFailurePolicy: {rules: []}\ntemplate: {spec: {restartPolicy: OnFailure, containers: [{name: c}]}}"), "test.yaml:6: Job default/x: spec.template.spec.restartPolicy: only Never goes together with podFailurePolicy"},
		{"policy and replacement", jobManifest("podReplacementPolicy: TerminatingOrFailed\npodFailurePolicy: {rules: []}"), "test.yaml:6: Job default/x: spec.podReplacementPolicy: only Failed goes together with podFailurePolicy"},
		{"rule of nothing", jobManifest("podFailurePolicy: {rules: [{action: Count}]}"), "test.yaml:6: Job default/x: spec.podFailurePolicy.rules[0]: exactly one of onExitCodes and onPodConditions is needed"},
		{"index rule", jobManifest("podFailurePolicy: {rules: [{action: FailIndex, onExitCodes: {operator: In, values: [1]}}]}"), "test.yaml:6: Job default/x: spec.podFailurePolicy.rules[0].action: FailIndex needs backoffLimitPerIndex"},
		{"success is no failure", jobManifest("podFailurePolicy: {rules: [{action: Count, onExitCodes: {operator: In, values: [0]}}]}"), "test.yaml:6: Job default/x: spec.podFailurePolicy.rules[0].onExitCodes.values[0]: 0 is no failure"},
		{"manual selector", jobManifest("manualSelector: true\nselector: {matchLabels: {a: b}}"), "test.yaml:7: Job default/x: spec.selector: does not match the labels of spec.template"},
		{"no schedule", cron("suspend: true"), "test.yaml:4: CronJob default/x: spec.schedule: is missing"},
		{"schedule of four", cron("schedule: '* * * *'"), `test.yaml:5: CronJob default/x: spec.schedule: "* * * *": five fields are needed (minute, hour, day of month, month, day of week), found 4`},
		{"minute", cron("schedule: '61 * * * *'"), `test.yaml:5: CronJob default/x: spec.schedule: "61 * * * *": minute: "61" is not a part of 0-59`},
		{"zone", cron("schedule: '@daily'\ntimeZone: Mars/Base"), `test.yaml:6: CronJob default/x: spec.timeZone: unknown time zone "Mars/Base"`},
		{"zone in the schedule", cron("schedule: 'TZ=UTC * * * * *'"), `test.yaml:5: CronJob default/x: spec.schedule: "TZ=UTC * * * * *": a time zone is stated in spec.timeZone`},
		{"concurrency", cron("schedule: '@daily'\nconcurrencyPolicy: Never"), `test.yaml:6: CronJob default/x: spec.concurrencyPolicy: unknown value "Never" (Allow, Forbid, Replace)`},
		{"cron name", strings.Replace(cron("schedule: '@daily'"), "name: x", "name: "+strings.Repeat("x", 53), 1), "metadata.name: longer than 52 characters"},
		{"probe of nothing", pod("livenessProbe: {periodSeconds: 1}"), "test.yaml:7: Pod default/x: spec.containers[0].livenessProbe: exactly one of exec, httpGet, tcpSocket, grpc is needed"},
		{"patient liveness", pod("livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2}"), "test.yaml:7: Pod default/x: spec.containers[0].livenessProbe.successThreshold: must be 1"},
		{"pull policy", pod("imagePullPolicy: Sometimes"), `test.yaml:7: Pod default/x: spec.containers[0].imagePullPolicy: unknown value "Sometimes" (Always, IfNotPresent, Never)`},
		{"range", "apiVersion: v1\nkind: LimitRange\nmetadata: {name: x}\nspec:\n  limits:\n  - {type: Container, min: {cpu: 2}, max: {cpu: 1}}", "test.yaml:6: LimitRange default/x: spec.limits[0].min[cpu]: 2 is above defaultRequest of 1"},
		{"range of pods", "apiVersion: v1\nkind: LimitRange\nmetadata: {name: x}\nspec:\n  limits:\n  - {type: Pod, default: {cpu: 2}}", "test.yaml:6: LimitRange default/x: spec.limits[0]: defaults are for the type Container alone"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, failure(t, c.text), c.want)
		})
	}
}
