package recording

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/workloads"
)

// Flags are read whatever shape they have.
func TestFlags(t *testing.T) {
	want := workloads.DefaultFlags()
	want.NodeMonitorGracePeriod, want.NodeEvictionRate = 20*time.Second, 0.5
	for name, text := range map[string]string{
		"a mapping":              "{node-monitor-grace-period: 20s, node-eviction-rate: 0.5}",
		"with dashes":            "{--node-monitor-grace-period: 20s, --node-eviction-rate: '0.5'}",
		"bare seconds":           "{node-monitor-grace-period: 20, node-eviction-rate: 0.5}",
		"by component":           "{kube-controller-manager: {node-monitor-grace-period: 20s, node-eviction-rate: 0.5}}",
		"a text by component":    "{kube-controller-manager: --node-monitor-grace-period=20s --node-eviction-rate=0.5}",
		"a list by component":    "{kube-controller-manager: [--node-monitor-grace-period=20s, --node-eviction-rate=0.5]}",
		"a list":                 "[--node-monitor-grace-period=20s, node-eviction-rate=0.5]",
		"a list of mappings":     "[{node-monitor-grace-period: 20s}, {node-eviction-rate: 0.5}]",
		"a text":                 "--node-monitor-grace-period=20s --node-eviction-rate=0.5",
		"a text without signs":   "--node-monitor-grace-period 20s --node-eviction-rate 0.5",
		"a mixture":              "{kcm: [{node-eviction-rate: 0.5}], node-monitor-grace-period: 20s}",
		"the later one counts":   "[--node-eviction-rate=7, --node-monitor-grace-period=20s, --node-eviction-rate=0.5]",
		"by the words of a line": "'--node-monitor-grace-period=20s\n\n  --node-eviction-rate=0.5'",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Read(folder(t, input, "end: 1\nflags: "+text+"\n"))
			require.NoError(t, err)
			require.Equal(t, want, r.Flags)
			require.Empty(t, r.NotSimulated())
		})
	}
}

func TestNoFlags(t *testing.T) {
	r, err := Read(folder(t, input, "end: 1\n"))
	require.NoError(t, err)
	require.Equal(t, workloads.DefaultFlags(), r.Flags)
	require.Equal(t, Phases{}, r.Phases(""))
}

// What is not modelled is said with its line.
func TestFlagsNotModelled(t *testing.T) {
	r, err := Read(folder(t, input, `end: 1
flags:
  kube-controller-manager:
    concurrent-job-syncs: 9
    leader-elect: "true"
    kube-api-qps: 50
  kube-scheduler: --kube-api-qps=100 --v
`))
	require.NoError(t, err)
	require.Equal(t, []string{
		"setup.yaml:4: flags: kube-controller-manager: concurrent-job-syncs: not modelled",
		"setup.yaml:5: flags: kube-controller-manager: leader-elect: not modelled",
		"setup.yaml:7: flags: kube-scheduler: kube-api-qps: not modelled",
		"setup.yaml:7: flags: kube-scheduler: v: not modelled",
	}, r.NotSimulated())
	require.Equal(t, 50.0, r.Flags.KubeAPIQPS, "that of the controllers alone")
}

func TestPhases(t *testing.T) {
	r, err := Read(folder(t, input, `end: 1
secondOfMinute: {run1: 9.2, run2: 21.2}
phases:
  run1: {nodeMonitor: 0.78, hpa: 3, lastRenewal: {n1: 14.01, n2: -3}}
  run2: {nodeMonitor: 0.37}
`))
	require.NoError(t, err)
	monitor := 780 * time.Millisecond
	require.Equal(t, Phases{&monitor, map[string]time.Duration{"n1": 14010 * time.Millisecond, "n2": -3 * time.Second}}, r.Phases("run1"))
	monitor = 370 * time.Millisecond
	require.Equal(t, Phases{NodeMonitor: &monitor}, r.Phases(""), "the last run")
	require.Equal(t, Phases{}, r.Phases("run3"))
	require.Equal(t, []string{"setup.yaml:4: phases.run1.hpa: not modelled"}, r.NotSimulated())
}

func TestBadSetups(t *testing.T) {
	for name, c := range map[string]struct{ setup, want string }{
		"phases are a list":     {"phases: [1]\n", "setup.yaml:2: phases: not a mapping"},
		"a run is a number":     {"phases: {run1: 3}\n", "setup.yaml:2: phases.run1: not a mapping"},
		"a word for a time":     {"phases: {run1: {nodeMonitor: soon}}\n", `setup.yaml:2: phases.run1.nodeMonitor: "soon" is not a number of seconds`},
		"no time at all":        {"phases: {run1: {nodeMonitor: .nan}}\n", `phases.run1.nodeMonitor: ".nan" is not a number of seconds`},
		"renewals are a list":   {"phases: {run1: {lastRenewal: [1]}}\n", "phases.run1.lastRenewal: not a mapping"},
		"a word for a renewal":  {"phases: {run1: {lastRenewal: {n: x}}}\n", `phases.run1.lastRenewal.n: "x" is not a number of seconds`},
		"a flag's value":        {"flags: {node-eviction-rate: much}\n", "setup.yaml:2: flags: node-eviction-rate: not a number from 0: much"},
		"no pause between":      {"flags: --node-monitor-period=0s\n", "setup.yaml:2: flags: node-monitor-period: not above 0: 0s"},
		"flags under an anchor": {"flags: &a {kcm: [*a]}\n", "setup.yaml:2: flags: no aliases"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(folder(t, input, "end: 1\n"+c.setup))
			require.ErrorContains(t, err, c.want)
		})
	}
}

// FuzzSetup: whatever the flags and phases are, reading them ends, with a sentence or without.
func FuzzSetup(f *testing.F) {
	f.Add("flags: {a: {b: [--c=1]}}\nphases: {run1: {nodeMonitor: 1}}\n")
	f.Add("flags: &a [*a]\n")
	f.Add("phases: &p {run1: *p}\n")
	f.Fuzz(func(t *testing.T, setup string) {
		r, err := Read(folder(t, input, "end: 1\n"+setup))
		if err == nil {
			r.NotSimulated()
		}
	})
}
