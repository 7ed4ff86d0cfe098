package manifest_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// only reads a manifest of one object that is neither node nor pod.
func only[T cluster.Object](t testing.TB, text string) T {
	t.Helper()
	set := read(t, text)
	require.Len(t, set.Objects, 1)
	o, ok := set.Objects[0].(T)
	require.True(t, ok, "%T", set.Objects[0])
	loaded(t, set)
	return o
}

// appsObject is a workload object x of the API group apps with a template that its selector selects.
func appsObject(kind, spec string) string {
	return "apiVersion: apps/v1\nkind: " + kind + "\nmetadata: {name: x}\nspec:\n" +
		"  selector: {matchLabels: {app: x}}\n  template: {metadata: {labels: {app: x}}, spec: {containers: [{name: c, image: i}]}}\n" + indent(spec)
}

func batchObject(kind, spec string) string {
	return "apiVersion: batch/v1\nkind: " + kind + "\nmetadata: {name: x}\nspec:\n" + indent(spec)
}

const jobTemplate = "template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}\n"

func jobManifest(spec string) string { return batchObject("Job", jobTemplate+spec) }

func percent(n int) cluster.IntOrPercent { return cluster.IntOrPercent{Value: n, Percent: true} }

func pods(n int) cluster.IntOrPercent { return cluster.IntOrPercent{Value: n} }

func TestDeploymentDefaults(t *testing.T) {
	d := only[*cluster.Deployment](t, appsObject("Deployment", ""))
	require.Equal(t, int64(1), d.Generation)
	require.Equal(t, 1, d.Replicas)
	require.Equal(t, percent(25), d.MaxSurge)
	require.Equal(t, percent(25), d.MaxUnavailable)
	require.Equal(t, 10*time.Minute, d.ProgressDeadline)
	require.Equal(t, 10, d.RevisionHistoryLimit)
	require.False(t, d.Recreate)
	require.Equal(t, selects(in("app", "x")), d.Selector)
	require.Equal(t, cluster.Labels{"app": "x"}, d.Template.Labels)
	require.Equal(t, 30*time.Second, d.Template.Spec.TerminationGracePeriod)
	require.Equal(t, int64(100), d.Template.Spec.NonZeroMilliCPU(), "the template's spec is complete")
}

func TestDeploymentFields(t *testing.T) {
	d := only[*cluster.Deployment](t, appsObject("Deployment", `
replicas: 0
paused: true
minReadySeconds: 5
progressDeadlineSeconds: 2147483647
revisionHistoryLimit: 0
strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 30%}}`))
	require.Zero(t, d.Replicas)
	require.True(t, d.Paused)
	require.Equal(t, 5*time.Second, d.MinReadySeconds)
	require.Zero(t, d.ProgressDeadline, "the largest number stands for none")
	require.Zero(t, d.RevisionHistoryLimit)
	require.Equal(t, pods(0), d.MaxSurge)
	require.Equal(t, percent(30), d.MaxUnavailable)
	require.True(t, only[*cluster.Deployment](t, appsObject("Deployment", "strategy: {type: Recreate}")).Recreate)
}

func TestStatefulSet(t *testing.T) {
	s := only[*cluster.StatefulSet](t, appsObject("StatefulSet", `
replicas: 3
serviceName: x
podManagementPolicy: Parallel
ordinals: {start: 2}
updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1, maxUnavailable: 50%}}
volumeClaimTemplates: [{metadata: {name: data, labels: {a: b}}, spec: {storageClassName: fast, resources: {requests: {storage: 1Gi}}}}]`))
	require.Equal(t, 3, s.Replicas)
	require.True(t, s.Parallel)
	require.Equal(t, 2, s.Ordinal)
	require.Equal(t, 1, s.Partition)
	require.Equal(t, percent(50), s.MaxUnavailable)
	require.Len(t, s.ClaimTemplates, 1)
	require.Equal(t, "data", s.ClaimTemplates[0].Name)
	require.Equal(t, "fast", s.ClaimTemplates[0].StorageClass)
	require.Equal(t, int64(1<<30), s.ClaimTemplates[0].Request)
	require.True(t, only[*cluster.StatefulSet](t, appsObject("StatefulSet", "updateStrategy: {type: OnDelete}")).OnDelete)
}

func TestDaemonSet(t *testing.T) {
	s := only[*cluster.DaemonSet](t, appsObject("DaemonSet", ""))
	require.Equal(t, pods(1), s.MaxUnavailable)
	require.Equal(t, pods(0), s.MaxSurge)
	s = only[*cluster.DaemonSet](t, appsObject("DaemonSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 2}}"))
	require.Equal(t, pods(2), s.MaxSurge)
}

// TestJobDefaults: with neither parallelism nor completions one pod runs; with one of them alone the other stays open.
func TestJobDefaults(t *testing.T) {
	j := only[*cluster.Job](t, jobManifest(""))
	require.Equal(t, 1, j.Parallelism)
	require.Equal(t, 1, *j.Completions)
	require.Equal(t, 6, j.BackoffLimit)
	require.True(t, j.ReplaceTerminating)
	require.False(t, j.Indexed)
	require.Equal(t, selects(in("batch.kubernetes.io/job-name", "x")), j.Selector)
	require.Equal(t, cluster.Labels{"batch.kubernetes.io/job-name": "x", "job-name": "x"}, j.Template.Labels)
	require.Nil(t, only[*cluster.Job](t, jobManifest("parallelism: 3")).Completions)
	require.Equal(t, 1, only[*cluster.Job](t, jobManifest("completions: 3")).Parallelism)
}

func TestJobFields(t *testing.T) {
	j := only[*cluster.Job](t, jobManifest(`
completions: 5
completionMode: Indexed
backoffLimitPerIndex: 2
maxFailedIndexes: 3
activeDeadlineSeconds: 60
ttlSecondsAfterFinished: 0
suspend: true
podFailurePolicy:
  rules:
  - {action: FailJob, onExitCodes: {containerName: c, operator: NotIn, values: [0, 3]}}
  - {action: Ignore, onPodConditions: [{type: DisruptionTarget}, {type: ConfigIssue, status: "True"}]}`))
	require.True(t, j.Indexed)
	require.Equal(t, math.MaxInt32, j.BackoffLimit)
	require.Equal(t, 2, *j.BackoffLimitPerIndex)
	require.Equal(t, 3, *j.MaxFailedIndexes)
	require.Equal(t, time.Minute, j.ActiveDeadline)
	require.Zero(t, *j.TTLAfterFinished)
	require.True(t, j.Suspend)
	require.False(t, j.ReplaceTerminating, "a failure policy judges pods that have failed")
	require.Equal(t, []cluster.FailureRule{
		{Action: "FailJob", Container: "c", Codes: []int{0, 3}},
		{Action: "Ignore", Condition: "DisruptionTarget"}, {Action: "Ignore", Condition: "ConfigIssue"},
	}, j.FailurePolicy)
}

func TestJobStatusIsKept(t *testing.T) {
	j := only[*cluster.Job](t, jobManifest("")+`status:
  succeeded: 1
  startTime: 2024-01-01T00:00:00Z
  completionTime: 2024-01-01T00:00:09Z
  completedIndexes: 1,3-5
  conditions: [{type: Complete, status: "True", lastTransitionTime: 2024-01-01T00:00:09Z}]`)
	require.Equal(t, 1, j.Status.Succeeded)
	require.True(t, j.Status.Started)
	require.Equal(t, 9*time.Second, j.Status.CompletionTime.Sub(j.Status.StartTime))
	require.Equal(t, []int{1, 3, 4, 5}, j.Status.CompletedIndexes)
	require.Equal(t, "Complete", j.Status.Conditions[0].Type)
	require.True(t, j.Status.Conditions[0].Status)
	require.Equal(t, j.Status.CompletionTime, j.Status.Conditions[0].LastTransitionTime)
}

func TestCronJob(t *testing.T) {
	j := only[*cluster.CronJob](t, batchObject("CronJob", `
schedule: "0 * * * *"
jobTemplate: {metadata: {labels: {a: b}}, spec: {`+jobTemplate[:len(jobTemplate)-1]+`}}`))
	require.Equal(t, "Allow", j.Concurrency)
	require.Equal(t, 3, j.SuccessfulLimit)
	require.Equal(t, 1, j.FailedLimit)
	require.Nil(t, j.StartingDeadline)
	require.Equal(t, cluster.Labels{"a": "b"}, j.JobLabels)
	require.Nil(t, j.JobTemplate.Selector, "its jobs get theirs when they have names")
	require.Equal(t, 1, *j.JobTemplate.Completions)
}

func TestSchedules(t *testing.T) {
	with := func(schedule string) string {
		return batchObject("CronJob", "schedule: '"+schedule+"'\njobTemplate: {spec: {"+jobTemplate[:len(jobTemplate)-1]+"}}")
	}
	for _, good := range []string{"* * * * *", "*/5 0-23/2 1,15 JAN-dec sun", "59 23 31 12 6", "? ? ? ? ?", "@hourly", "@every 90s", "5/15 * * * *"} {
		require.Equal(t, good, only[*cluster.CronJob](t, with(good)).Schedule)
	}
	for _, bad := range []string{"* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "*/0 * * * *", "5-1 * * * *",
		"a * * * *", "* * * ja *", "1, * * * *", "@weakly", "@every -1s", "TZ=UTC * * * * *", "-1 * * * *", "* * * ebm *"} {
		_, err := manifestOf(with(bad))
		require.ErrorContains(t, err, "spec.schedule: ", bad)
	}
}

// TestTemplatePriority: a template takes its class where it is known; what is not known yet is looked for when pods are
// made.
func TestTemplatePriority(t *testing.T) {
	class := "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: high}\nvalue: 10\n---\n"
	d := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {priorityClassName: high, containers: [{name: c}]}}}\n"
	priority := func(set *manifest.Set) int32 {
		return set.Objects[len(set.Objects)-1].(*cluster.Deployment).Template.Spec.Priority
	}
	require.Equal(t, int32(10), priority(read(t, class+d)))
	require.Zero(t, priority(read(t, d)))
	set, err := manifest.Options{Classes: []*cluster.PriorityClass{read(t, class).Objects[0].(*cluster.PriorityClass)}}.Read("x", reader(d))
	require.NoError(t, err)
	require.Equal(t, int32(10), priority(set))
}

// TestTemplatesShareSpecs: pods of equal templates are of one class for the scheduler.
func TestTemplatesShareSpecs(t *testing.T) {
	set := read(t, appsObject("Deployment", "")+"---\n"+appsObject("DaemonSet", "")+"---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}")
	d, s := set.Objects[0].(*cluster.Deployment), set.Objects[1].(*cluster.DaemonSet)
	require.Same(t, d.Template.Spec, s.Template.Spec)
	require.Same(t, d.Template.Spec, set.Pods[0].Spec)
}

func TestContainers(t *testing.T) {
	c := readPod(t, `
containers:
- name: c
  image: registry:5000/a/b
  startupProbe: {exec: {command: [a]}, failureThreshold: 30, periodSeconds: 1}
  readinessProbe: {httpGet: {port: 80}, initialDelaySeconds: 4, successThreshold: 2}
  livenessProbe: {tcpSocket: {port: 80}, terminationGracePeriodSeconds: 7, timeoutSeconds: 3}
  lifecycle: {preStop: {exec: {command: [/bin/sh, -c, "echo bye; sleep 1.5"]}}}
  env:
  - {name: A, value: b}
  - {name: B, valueFrom: {configMapKeyRef: {name: m, key: k}}}
  - {name: C, valueFrom: {secretKeyRef: {name: s, key: k}}}
  - {name: D, valueFrom: {secretKeyRef: {name: s, key: l}}}
  - {name: E, valueFrom: {configMapKeyRef: {name: maybe, key: k, optional: true}}}
  - {name: F, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
  envFrom: [{configMapRef: {name: n}}, {secretRef: {name: o, optional: true}}]
volumes:
- {name: a, configMap: {name: v}}
- {name: b, secret: {secretName: w, optional: false}}
- {name: c, projected: {sources: [{configMap: {name: kube-root-ca.crt}}, {secret: {name: x}}]}}`).Spec
	got := c.Containers[0]
	require.Equal(t, &cluster.Probe{Period: time.Second, Timeout: time.Second, SuccessThreshold: 1, FailureThreshold: 30}, got.StartupProbe)
	require.Equal(t, &cluster.Probe{InitialDelay: 4 * time.Second, Period: 10 * time.Second, Timeout: time.Second, SuccessThreshold: 2, FailureThreshold: 3}, got.ReadinessProbe)
	require.Equal(t, &cluster.Probe{Period: 10 * time.Second, Timeout: 3 * time.Second, SuccessThreshold: 1, FailureThreshold: 3, GracePeriod: 7 * time.Second}, got.LivenessProbe)
	require.Equal(t, 1500*time.Millisecond, got.PreStop)
	require.Equal(t, []cluster.ConfigRef{{Name: "m"}, {Secret: true, Name: "s"}, {Name: "n"}}, got.ConfigRefs)
	require.Equal(t, []cluster.ConfigRef{{Name: "v"}, {Secret: true, Name: "w"}, {Secret: true, Name: "x"}}, c.ConfigVolumes)
}

func TestPullPolicy(t *testing.T) {
	for image, want := range map[string]cluster.PullPolicy{
		"a": cluster.PullAlways, "a:latest": cluster.PullAlways, "host:5000/a": cluster.PullAlways, "a:1": cluster.PullIfNotPresent,
		"host:5000/a:1": cluster.PullIfNotPresent, "a@sha256:0": cluster.PullIfNotPresent, "": cluster.PullIfNotPresent,
	} {
		require.Equal(t, want, readPod(t, "containers: [{name: c, image: '"+image+"'}]").Spec.Containers[0].PullPolicy, image)
	}
	require.Equal(t, cluster.PullNever, readPod(t, "containers: [{name: c, imagePullPolicy: Never}]").Spec.Containers[0].PullPolicy)
}

func TestQuotaAndLimits(t *testing.T) {
	q := only[*cluster.ResourceQuota](t, "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: x}\nspec: {hard: {pods: 2, requests.cpu: 1500m, limits.memory: 1Ki, cpu: 2}}")
	require.Equal(t, []cluster.Amount{{Name: "cpu", Value: 2000}, {Name: "limits.memory", Value: 1024}, {Name: "pods", Value: 2}, {Name: "requests.cpu", Value: 1500}}, q.Hard)
	set := read(t, "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: x}\nspec: {hard: {pods: 2}, scopes: [BestEffort]}")
	require.Empty(t, set.Objects[0].(*cluster.ResourceQuota).Hard)
	require.Equal(t, []string{"ResourceQuota/x: spec.scopes: not modelled"}, set.Warnings)

	l := only[*cluster.LimitRange](t, "apiVersion: v1\nkind: LimitRange\nmetadata: {name: x}\nspec: {limits: [{type: Container, max: {cpu: 1}, min: {memory: 1Ki}}]}")
	cpu, memory := []cluster.Amount{{Name: "cpu", Value: 1000}}, []cluster.Amount{{Name: "memory", Value: 1024}}
	require.Equal(t, []cluster.LimitRangeItem{{Type: "Container", Default: cpu, DefaultRequest: append(append([]cluster.Amount{}, cpu...), memory...), Min: memory, Max: cpu}}, l.Items)
}

// TestOwners: a snapshot's objects find their owners under the UIDs of the store.
func TestOwnersOfASnapshot(t *testing.T) {
	owned := func(kind, name, uid string) string {
		return "ownerReferences: [{apiVersion: apps/v1, kind: " + kind + ", name: " + name + ", uid: " + uid + ", controller: true}]"
	}
	spec := "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}\n---\n"
	set := read(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}, "+owned("ReplicaSet", "r", "u2")+"}\nspec: {containers: [{name: c}]}\n---\n"+
		"apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: r, uid: u2, "+owned("Deployment", "d", "u1")+"}\n"+spec+
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, uid: u1}\n"+spec)
	store := loaded(t, set)
	d := store.Get(cluster.KindDeployment, cluster.NamespacedName{Namespace: "default", Name: "d"})
	sets := store.Owned(d.Meta().UID)
	require.Len(t, sets, 1)
	require.Len(t, store.OwnedPods(sets[0].Meta().UID), 1)
}

func TestStrict(t *testing.T) {
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: c}]\n  hostPID: true\n  hostIPC: true\n"
	_, err := manifest.Options{Strict: true}.Read("x.yaml", reader(text))
	require.EqualError(t, err, "x.yaml:6: Pod/web: spec.hostPID: not modelled (and 1 more)")
	_, err = manifest.Options{Strict: true}.Read("x.yaml", reader("apiVersion: v1\nkind: Event\nmetadata: {name: e}"))
	require.EqualError(t, err, "x.yaml:1: Event/e: not modelled")
	_, err = manifest.Options{Strict: true}.Read("x.yaml", reader(appsObject("Deployment", "")))
	require.NoError(t, err)
}
