package workloads

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
)

// small is a scenario without anything that has a default.
const small = `cluster:
  - nodes: {capacity: {cpu: 4, memory: 8Gi}}
workload:
  - synthetic: {arrivals: {poisson: 2/s}, duration: 10s, requests: [{cpu: 1}], count: 10}
`

func decode(t testing.TB, text string) *Scenario {
	t.Helper()
	s, err := Decode("x.yaml", []byte(text))
	require.NoError(t, err)
	return s
}

func marshal(t testing.TB, s *Scenario) string {
	t.Helper()
	out, err := s.Marshal()
	require.NoError(t, err)
	return string(out)
}

func TestDefaultsAreFilledIn(t *testing.T) {
	s, err := Decode("dir/small.yaml", []byte(small))
	require.NoError(t, err)
	require.Equal(t, "small", s.Name, "the file's name")
	require.Zero(t, s.Seed)
	require.Zero(t, s.Until)
	require.Equal(t, Scheduler{}, s.Scheduler)
	require.Equal(t, zeroLatency(), s.Latency)
	require.Equal(t, Results{Events: true, Decisions: DecisionsSummary}, s.Results)
	capacity := Capacity{Resources: cluster.Resources{MilliCPU: 4000, Memory: 8 << 30}, Pods: 110}
	require.Equal(t, &NodeGroup{Count: 1, Name: "n-{i}", Capacity: capacity, Allocatable: capacity}, s.Cluster[0].Nodes)
	require.Equal(t, &Synthetic{
		Name: "pod-{i}", Namespace: "default", Arrivals: Arrivals{Poisson: &Rate{2, time.Second}},
		Duration: Constant{10 * time.Second}, Count: 10,
		Requests: []Request{{Name: "class-0", Weight: 1, MilliCPU: 1000, StatesCPU: true}},
	}, s.Workload[0].Synthetic)
}

// full sets every key of the scenario file.
const full = `name: everything
seed: 18446744073709551615
until: 7d
cluster:
  - nodes:
      count: 30
      name: "web-{i}.example"
      capacity: {cpu: 16, memory: 64Gi, ephemeral-storage: 1.5Ti, pods: 250, example.com/disk: 2}
      allocatable: {cpu: 15500m, pods: 200}
      zones: [a, b, c]
      regions: [north]
      labels: {pool: web, empty: ""}
      taints: ["dedicated=web:NoSchedule", "flaky:PreferNoSchedule"]
      gpus: 8
      gpuModel: G2
  - trace: {format: openb, path: nodes.csv, take: {every: 2, nodes: 10, gpus: 64}, pods: 64}
  - nodes: {capacity: {cpu: 1, memory: 1Gi}}
  - manifests: [nodes.yaml, /etc/pods.json]
workload:
  - trace: {format: openb, path: pods.csv, timeScale: 0.5, durationScale: 2, count: 100, namespace: team}
  - synthetic:
      name: "job-{i}"
      namespace: batch
      arrivals: {gaps: {gamma: {shape: 0.5, mean: 10s}}}
      duration: {lognormal: {median: 5m, sigma: 1.2}}
      requests:
        - {name: big, weight: 3, cpu: 500m, memory: 1Gi, ephemeral-storage: 1M, gpus: 1, gpuMilli: 250, priority: -5}
        - {nodeSelector: {pool: web}, extended: {example.com/disk: 1}, gpus: 2}
      count: 10
      until: 2h
  - synthetic: {arrivals: {at: 1h}, duration: forever, requests: [{memory: 0}], count: 5}
  - synthetic: {arrivals: {every: 10s}, duration: {exponential: 1m}, requests: [{}], until: 1h}
  - {manifests: [shop.yaml], at: 5s}
scheduler: {policy: bestfit, percentageOfNodesToScore: 0}
latency: {watch: 5ms, schedule: {uniform: {min: 1ms, max: 3ms}}, bind: {constant: 1ms}, pull: {weibull: {shape: 2, scale: 3s}}, qps: 50, burst: 100}
apps:
  - {selector: "app=web,tier notin (db)", namespace: shop, container: c, startup: {lognormal: {median: 2s, sigma: 0.3}}, crash: {mtbf: 12h, exitCode: 137}, cpu: 100m, memory: 64Mi, imageSize: 200M}
  - {selector: "", runTime: 30s, stop: 1s, exitCode: 3, neverReady: true}
  - {runTime: forever, crash: {probability: 0.25}}
  - {crash: {after: {exponential: 1h}}}
load:
  - service: web
    namespace: shop
    rps: {diurnal: {mean: 400, peak: 900, period: 12h, peakAt: 3h, weekly: [1, 1, 1, 1, 1, 0.5, 0.25]}, scale: 2, timeScale: 0.5, poisson: 15s}
    step: 30s
    cpuPerRequest: 20m
    idleCPU: 50m
    memoryPerPod: 100Mi
    memoryPerRequest: 1Mi
    container: c
    concurrency: 8
    model: ps
    proxy: roundRobin
    clients: 50
    timeout: 5s
    retries: 2
    metric: hits
    slo: {latency: 200ms, target: 99.9%}
    calls: [{service: cart, perRequest: 2.5}, {service: db, namespace: data}]
  - {service: cart, namespace: shop, cpuPerRequest: 500u, rps: 5}
  - {service: db, namespace: data, cpuPerRequest: "1.5"}
  - {selector: "app=batch", cpuPerRequest: 1n, rps: {sum: [{step: [{at: 1h, rps: 5}, {at: 2h, rps: 0}]}, {ramp: [{at: 0s, rps: 1}, {at: 1m, rps: 2}]}]}}
  - {selector: "", namespace: all, cpuPerRequest: 1m, rps: {mmpp: [{rps: 1, mean: 1m}, {rps: 0, mean: 1h}]}}
  - {service: functions, cpuPerRequest: 1m, slo: {target: 1}, rps: {file: {format: azure-functions, path: d01.csv, pick: abc}}}
  - {service: calls, cpuPerRequest: 1m, rps: {file: {format: alibaba-mcr, path: mcr.csv, metric: HTTP_MCR}}}
  - {external: backlog, value: {constant: 12}}
actions:
  - {at: 1h, setImage: deployment/shop/web, image: "web:v2", container: c}
  - {at: 2h, drain: node/n-3}
  - {every: 1h, rollout: deploy/web, do: restart}
  - {at: 30m, every: 1h, scale: sts/db, replicas: 3}
  - {when: deployment/web complete, rollout: deployment/web, do: undo, toRevision: 2}
  - {at: 1m, when: pod shop/web-0 running, delete: pod/shop/web-0}
  - {at: 0s, apply: [shop.yaml]}
  - {at: 1s, taint: node/n-0, taints: ["a=b:NoSchedule"]}
  - {at: 2s, untaint: node/n-0, taints: [a, "c:NoExecute"]}
  - {at: 3s, label: node/n-0, labels: {pool: web}, remove: [old]}
  - {at: 4s, patch: deployment/web, with: {metadata: {labels: {pool: web}}, spec: {replicas: 2, paused: true, template: {metadata: {annotations: {pool: db}}, spec: {containers: [{name: c, image: i}]}}}}}
faults:
  - {zone: a, at: 26h, for: 40m}
  - {node: web-3.example, at: 0s}
  - {nodes: "web-*", at: 1h}
  - {name: cable, partition: {zones: "[ab]"}, at: 1h, for: 10m}
  - {slow: {selector: pool=web, factor: 4}, at: 1h}
  - {shutdown: {rack: web}, rackLabel: pool, at: 1h, for: 1h}
  - {pause: kube-scheduler, at: 1h, for: 5m}
  - {registry: outage, at: 1h, for: 5m}
  - {crash: {selector: app=web, namespace: shop, container: c, pods: 3, exitCode: 3}, at: 1h}
  - {oom: {share: 0.5}, at: 1h}
  - {badRollout: deployment/shop/web, image: "web:v3", fails: crash, after: 3s, at: 1h, for: 10m}
  - {badRollout: deploy/web, at: 1h}
  - {nodes: "*", timeBetween: {exponential: 90d}, repair: {lognormal: {median: 30m, sigma: 1}}}
  - {racks: "*", rackLabel: pool, at: 1d, timeBetween: {weibull: {shape: 0.7, scale: 365d}}, repair: 3h}
  - {partition: {nodes: "*"}, domain: zone, timeBetween: {gamma: {shape: 2, mean: 365d}}, repair: 10m}
  - {crash: {selector: app=web}, timeBetween: 1d}
  - {preset: google-rack, name: racks, rackLabel: row}
  - {preset: google-machine, zone: a, repair: 1h}
results: {sampleEvery: 1m, events: false, decisions: full}
`

func TestEveryKeyIsRead(t *testing.T) {
	s := decode(t, full)
	g := s.Cluster[0].Nodes
	disk := []cluster.Amount{{Name: "example.com/disk", Value: 2}}
	require.Equal(t, &NodeGroup{
		Count: 30, Name: "web-{i}.example", Zones: []string{"a", "b", "c"}, Regions: []string{"north"},
		Capacity:    Capacity{cluster.Resources{MilliCPU: 16000, Memory: 64 << 30, EphemeralStorage: 3 << 39, Extended: disk}, 250},
		Allocatable: Capacity{cluster.Resources{MilliCPU: 15500, Memory: 64 << 30, EphemeralStorage: 3 << 39, Extended: disk}, 200},
		Labels:      cluster.Labels{"pool": "web", "empty": ""},
		Taints:      []cluster.Taint{{Key: "dedicated", Value: "web", Effect: cluster.NoSchedule}, {Key: "flaky", Effect: cluster.PreferNoSchedule}},
		GPUs:        8, GPUModel: "G2",
	}, g)
	require.Equal(t, &NodeTrace{"openb", "nodes.csv", Take{Every: 2, Nodes: 10, GPUs: 64}, 64}, s.Cluster[1].Trace)
	require.Equal(t, "n2-{i}", s.Cluster[2].Nodes.Name)
	require.Equal(t, &PodTrace{"openb", "pods.csv", 0.5, 2, 100, "team"}, s.Workload[0].Trace)
	job := s.Workload[1].Synthetic
	require.Equal(t, Arrivals{Gaps: Gamma{0.5, 10 * time.Second}}, job.Arrivals)
	require.Equal(t, Lognormal{5 * time.Minute, 1.2}, job.Duration)
	require.Equal(t, []Request{
		{Name: "big", Weight: 3, MilliCPU: 500, StatesCPU: true, Memory: 1 << 30, StatesMemory: true, EphemeralStorage: 1e6,
			GPUs: 1, GPUMilli: 250, Priority: -5},
		{Name: "class-1", Weight: 1, GPUs: 2, GPUMilli: 1000, NodeSelector: cluster.Labels{"pool": "web"},
			Extended: []cluster.Amount{{Name: "example.com/disk", Value: 1}}},
	}, job.Requests)
	backlog := s.Workload[2].Synthetic
	require.Equal(t, time.Hour, *backlog.Arrivals.At)
	require.Nil(t, backlog.Duration, "forever")
	require.True(t, backlog.Requests[0].StatesMemory, "0 is stated")
	require.False(t, backlog.Requests[0].StatesCPU)
	require.Equal(t, Exponential{time.Minute}, s.Workload[3].Synthetic.Duration, "the short form")
	require.Equal(t, "bestfit", s.Scheduler.Policy)
	require.Zero(t, *s.Scheduler.PercentageOfNodesToScore)
	require.Equal(t, Latency{
		Watch: Constant{5 * time.Millisecond}, Schedule: Uniform{time.Millisecond, 3 * time.Millisecond}, Bind: Constant{time.Millisecond},
		Pull: Weibull{2, 3 * time.Second}, Start: Constant{}, Stop: Constant{}, Call: Constant{}, QPS: 50, Burst: 100,
	}, s.Latency)
	requireApps(t, s)
	requireLoad(t, s)
	requireActions(t, s)
	require.Equal(t, []Fault{
		{Kind: PowerLoss, Nodes: Targets{Zone: "a"}, At: 26 * time.Hour, For: 40 * time.Minute},
		{Kind: PowerLoss, Nodes: Targets{Node: "web-3.example"}}, {Kind: PowerLoss, Nodes: Targets{Nodes: "web-*"}, At: time.Hour},
	}, s.Faults[:3])
	requireFaults(t, s.Faults[3:])
	require.Equal(t, Results{time.Minute, false, DecisionsFull}, s.Results)
}

func TestLoadReadsAFileAndAppliesSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "small.yaml")
	require.NoError(t, os.WriteFile(path, []byte(small), 0o600))
	s, err := Load(path, "seed=3", "workload[0].synthetic.count=7")
	require.NoError(t, err)
	require.Equal(t, uint64(3), s.Seed)
	require.Equal(t, int64(7), s.Workload[0].Synthetic.Count)
	require.Equal(t, path, s.File())

	_, err = Load(path, "seed")
	require.EqualError(t, err, `setting "seed": key=value is expected`)
	_, err = Load(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestAnOversizedFileIsRefused(t *testing.T) {
	_, err := Decode("x.yaml", make([]byte, maxBytes+1))
	require.EqualError(t, err, "x.yaml: over 16777216 bytes")
}

func TestPaths(t *testing.T) {
	p := Paths{Traces: "/data"}
	require.Equal(t, "/data/a/b.csv", p.Trace("a/b.csv"))
	require.Equal(t, "/c.csv", p.Trace("/c.csv"))

	s := decode(t, full)
	require.Equal(t, []string{"/data/nodes.csv", "/data/pods.csv", "/data/d01.csv", "/data/mcr.csv"}, s.Inputs(p))
	require.Empty(t, s.ConfigPath())
	s, err := Decode("dir/x.yaml", []byte(small+"scheduler: {config: sched.yaml}\n"))
	require.NoError(t, err)
	require.Equal(t, "dir/sched.yaml", s.ConfigPath())
	s.Scheduler.Config = "/etc/sched.yaml"
	require.Equal(t, "/etc/sched.yaml", s.ConfigPath())
}

func TestErrorsAfterDecodingNameTheLine(t *testing.T) {
	s := decode(t, small+"scheduler:\n  policy: worst\n")
	require.EqualError(t, s.Errorf("scheduler.policy", "unknown: %s", "worst"), "x.yaml:6: scheduler.policy: unknown: worst")
	require.EqualError(t, s.Errorf("scheduler.config", "no"), "x.yaml: scheduler.config: no", "a field that is not there")
	require.ErrorIs(t, s.Errorf("scheduler", "%w", os.ErrNotExist), os.ErrNotExist)
}
