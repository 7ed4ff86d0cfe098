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

var rewriteOutage = flag.Bool("rewrite-outage", false, "write scenarios/zone-outage.yaml and its manifests anew")

const outageServices = 60

// Each service is one of four kinds, in turn: what its pods ask of the zones is what decides how it comes through.
var outageSpread = []struct{ tier, constraint, budget string }{
	{"even", "ScheduleAnyway", "maxUnavailable: 1"},
	{"strict", "DoNotSchedule", "maxUnavailable: 1"},
	{"half", "ScheduleAnyway", "minAvailable: 50%"},
	{"loose", "", "maxUnavailable: 25%"},
}

// outageManifest writes 60 services: a Deployment, its Service, its disruption budget and its autoscaler each.
func outageManifest() string {
	var b strings.Builder
	b.WriteString("# 60 services with budgets, spread constraints and autoscalers; made by ../../zone_outage_test.go.\n")
	for i := range outageServices {
		kind := outageSpread[i%len(outageSpread)]
		spread := ""
		if kind.constraint != "" {
			spread = fmt.Sprintf(`
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: %s, labelSelector: {matchLabels: {app: svc-%02d}}}`, kind.constraint, i)
		}
		fmt.Fprintf(&b, `apiVersion: apps/v1
kind: Deployment
metadata: {name: svc-%02[1]d, labels: {app: svc-%02[1]d, tier: %[2]s}}
spec:
  replicas: 3
  selector: {matchLabels: {app: svc-%02[1]d}}
  template:
    metadata: {labels: {app: svc-%02[1]d, tier: %[2]s}}
    spec:%[3]s
      containers:
        - name: main
          image: shop/svc-%02[1]d:v1
          resources: {requests: {cpu: 500m, memory: 512Mi}, limits: {cpu: 1, memory: 1Gi}}
          readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 5}
---
apiVersion: v1
kind: Service
metadata: {name: svc-%02[1]d}
spec: {selector: {app: svc-%02[1]d}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: svc-%02[1]d}
spec: {selector: {matchLabels: {app: svc-%02[1]d}}, %[4]s}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: svc-%02[1]d}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: svc-%02[1]d}
  minReplicas: 3
  maxReplicas: 14
  metrics:
    - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}
---
`, i, kind.tier, spread, kind.budget)
	}
	return strings.TrimSuffix(b.String(), "---\n")
}

// outageScenario writes the scenario. The services' peaks lie within three hours of each other.
func outageScenario() string {
	var b strings.Builder
	b.WriteString(`# A week of 60 services on 30 nodes in three zones, each with a disruption budget, an autoscaler and a demand that rises and
# falls with the day; in the evening of the second day zone a is without power for 40 minutes.
# What it shows: what an outage costs, and when. Nobody notices for 50 seconds, in which a third of all requests fails; the pods
# are replaced five minutes later, as Kubernetes waits for the nodes to come back; and services that insist on an even spread
# over three zones cannot be made whole in two.
# Made by ../zone_outage_test.go.
name: zone-outage
seed: 1
until: 7d
cluster:
  - nodes: {count: 30, capacity: {cpu: 16, memory: 64Gi}, zones: [a, b, c]}
workload:
  - manifests: [manifests/zone-outage.yaml]
latency: cluster
apps:
  - {selector: tier, startup: {lognormal: {median: 6s, sigma: 0.3}}, stop: 2s}
load:
`)
	for i := range outageServices {
		mean := 90 + 15*(i%7)
		fmt.Fprintf(&b, "  - {service: svc-%02d, rps: {diurnal: {mean: %d, peak: %d, peakAt: %dm}}, cpuPerRequest: 10m, slo: {latency: 250ms, target: 99.9%%}}\n",
			i, mean, 2*mean, 19*60+(i*37)%180)
	}
	b.WriteString(`faults:
  - {zone: a, at: 43h, for: 40m}
results: {sampleEvery: 5m, decisions: off}
`)
	return b.String()
}

// TestZoneOutage: the files are what is written above.
func TestZoneOutage(t *testing.T) {
	for file, text := range map[string]string{"scenarios/zone-outage.yaml": outageScenario(), "scenarios/manifests/zone-outage.yaml": outageManifest()} {
		if *rewriteOutage {
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, text, string(got), "go test ./workloads -run TestZoneOutage -rewrite-outage writes it")
	}
	set, err := manifest.ReadFiles("scenarios/manifests/zone-outage.yaml")
	require.NoError(t, err)
	require.Empty(t, set.Warnings)
	require.Len(t, set.Objects, 4*outageServices)
}
