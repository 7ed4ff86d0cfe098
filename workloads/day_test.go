package workloads

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/workloads/manifest"
)

var rewriteDay = flag.Bool("rewrite-day", false, "write scenarios/day.yaml and its manifests anew")

const (
	dayServices = 200
	dayReports  = 24
)

// dayReplicas repeat from Deployment to Deployment: many are small, most pods are in few. Eight in a row have 200 pods.
var dayReplicas = []int{2, 3, 5, 10, 20, 30, 50, 80}

// dayManifest writes what is deployed: 200 Deployments of 5,000 pods, and CronJobs that come every 5 to 60 minutes.
func dayManifest() string {
	var b strings.Builder
	b.WriteString("# 200 Deployments of 5,000 pods together and 24 CronJobs; made by ../../day_test.go.\n")
	for i := range dayServices {
		fmt.Fprintf(&b, `apiVersion: apps/v1
kind: Deployment
metadata: {name: svc-%03[1]d, labels: {app: svc-%03[1]d, tier: %[2]s}}
spec:
  replicas: %[3]d
  selector: {matchLabels: {app: svc-%03[1]d}}
  template:
    metadata: {labels: {app: svc-%03[1]d, tier: %[2]s}}
    spec:
      containers:
        - name: main
          image: day/svc-%03[1]d:v1
          resources: {requests: {cpu: %[4]s, memory: %[5]s}}
          readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 5}
---
`, i, []string{"quick", "slow"}[i/8%2], dayReplicas[i%8], []string{"250m", "500m", "1"}[i%3], []string{"256Mi", "1Gi", "2Gi"}[i%3])
	}
	for i := range dayReports {
		fmt.Fprintf(&b, `apiVersion: batch/v1
kind: CronJob
metadata: {name: report-%02[1]d}
spec:
  schedule: "%[2]d-59/%[3]d * * * *"
  concurrencyPolicy: %[4]s
  jobTemplate:
    spec:
      parallelism: %[5]d
      completions: %[6]d
      template:
        metadata: {labels: {app: report}}
        spec:
          restartPolicy: Never
          containers: [{name: main, image: "day/report:v1", resources: {requests: {cpu: 500m, memory: 512Mi}}}]
---
`, i, i%5, []int{5, 10, 15, 60}[i%4], []string{"Allow", "Forbid", "Replace"}[i%3], 1+i%4, 2+2*(i%4))
	}
	return strings.TrimSuffix(b.String(), "---\n")
}

// dayScenario writes the scenario: every Deployment is rolled out once an hour, one after the other, 18 s apart.
func dayScenario() string {
	var b strings.Builder
	b.WriteString(`# A day of a busy cluster: 200 Deployments with 5,000 pods on 500 nodes, each rolled out anew every hour, CronJobs every few
# minutes, with the delays of a real control plane.
# What it shows: a day of controllers takes half a minute. 130,000 pods come and go, each replaced by one that is ready; start-up
# times and the rate limits of the controllers' clients are what paces the rollouts.
# Made by ../day_test.go.
name: day
seed: 1
until: 24h
cluster:
  - nodes: {count: 500, capacity: {cpu: 16, memory: 64Gi}, zones: [a, b, c]}
workload:
  - manifests: [manifests/day.yaml]
latency: cluster
apps:
  - {selector: tier=quick, startup: {lognormal: {median: 3s, sigma: 0.3}}, stop: 1s}
  - {selector: tier=slow, startup: {lognormal: {median: 20s, sigma: 0.5}}, stop: 5s}
  - {selector: app=report, runTime: {lognormal: {median: 90s, sigma: 1}}, crash: {probability: 0.02}}
actions:
`)
	for i := range dayServices {
		at := 3600 + 18*i
		fmt.Fprintf(&b, "  - {at: %ds, every: 1h, rollout: deployment/svc-%03d, do: restart}\n", at, i)
	}
	return b.String()
}

// TestDay: the files are what is written above, and as large as their comments say.
func TestDay(t *testing.T) {
	for file, text := range map[string]string{"scenarios/day.yaml": dayScenario(), "scenarios/manifests/day.yaml": dayManifest()} {
		if *rewriteDay {
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, text, string(got), "go test ./workloads -run TestDay -rewrite-day writes it")
		require.Less(t, len(got), 300_000)
	}
	set, err := manifest.ReadFiles("scenarios/manifests/day.yaml")
	require.NoError(t, err)
	require.Empty(t, set.Warnings)
	require.Len(t, set.Objects, dayServices+dayReports)
	pods := 0
	for i := range dayServices {
		pods += dayReplicas[i%8]
	}
	require.Equal(t, 5000, pods)
}
