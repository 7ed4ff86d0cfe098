package app_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/cmd/wavetank/app"
	"github.com/wavetank/wavetank/results"
)

// collected are well-known applications, and how many of their pods hold a node after 10 minutes of virtual time.
var collected = []struct {
	name, files      string // a pattern
	running, waiting int
	unavailable      []string // Deployments
}{
	{name: "online-boutique", files: "online-boutique/kubernetes-manifests.yaml", running: 12},
	{name: "sock-shop", files: "sock-shop/deploy/kubernetes/complete-demo.yaml", running: 14},
	{name: "sock-shop of another hand", files: "argocd-example-apps/sock-shop/base/*.yaml", running: 14},
	{name: "bookinfo", files: "istio/samples/bookinfo/platform/kube/bookinfo.yaml", running: 6},
	// The file with the dashboards' ConfigMaps is not among those that were collected: the volumes cannot be mounted.
	{name: "kube-prometheus", files: "kube-prometheus/manifests/*.yaml", running: 12, unavailable: []string{"monitoring/grafana"}},
	{name: "teastore", files: "teastore/examples/kubernetes/teastore-clusterip.yaml", running: 7},
	{name: "guestbook", files: "kubernetes-examples/web/guestbook/*.yaml", running: 6},
	// Its databases wait for claims that nobody binds: there is no volume controller.
	{name: "hotel reservation", files: "DeathStarBench/hotelReservation/kubernetes/*/*.yaml", running: 13, waiting: 6, unavailable: []string{
		"default/mongodb-geo", "default/mongodb-profile", "default/mongodb-rate", "default/mongodb-recommendation", "default/mongodb-reservation",
		"default/mongodb-user",
	}},
}

// TestCollectedApplications: what well-known applications deploy runs, and what does not is known.
func TestCollectedApplications(t *testing.T) {
	root := absolute(t, "../shared/traces/k8s/apps")
	if _, err := os.Stat(root); err != nil {
		t.Skip("collected manifests are not beside this checkout")
	}
	for _, c := range collected {
		t.Run(c.name, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join(root, c.files))
			require.NoError(t, err)
			require.NotEmpty(t, files)
			file, dir := filepath.Join(t.TempDir(), "app.yaml"), t.TempDir()
			text := fmt.Sprintf("cluster: [{nodes: {count: 6, capacity: {cpu: 8, memory: 32Gi}}}]\nworkload: [{manifests: [%s]}]\nlatency: cluster\nuntil: 10m\n",
				strings.Join(files, ", "))
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			var out, errs bytes.Buffer
			require.Equal(t, 0, app.Main([]string{"run", file, "--check", "-o", dir}, strings.NewReader(""), &out, &errs), errs.String())
			s, err := results.ReadSummary(dir)
			require.NoError(t, err)
			require.Equal(t, c.running, s.Pods.Running)
			require.Equal(t, c.running+c.waiting, s.Pods.Submitted)
			require.Equal(t, c.unavailable, unavailable(t, dir))
		})
	}
}

// unavailable returns the Deployments that lack replicas at the end, by the last word on each in the log of events.
func unavailable(t *testing.T, dir string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "events.jsonl"))
	require.NoError(t, err)
	last := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if _, rest, ok := strings.Cut(line, `"kind":"Deployment","name":"`); ok && strings.Contains(rest, `"event":"status"`) {
			name, _, _ := strings.Cut(rest, `"`)
			last[name] = rest
		}
	}
	require.NotEmpty(t, last)
	var names []string
	for name, status := range last {
		if !strings.Contains(status, `"unavailable":0}`) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// TestDay runs the first 70 minutes of the day: all is deployed, and the first rollouts go through.
func TestDay(t *testing.T) {
	dir := resultsOf(t, absolute(t, "workloads/scenarios/day.yaml"), "--check", "--until", "70m")
	s, err := results.ReadSummary(dir)
	require.NoError(t, err)
	require.InDelta(t, 5050, s.Pods.Running, 50, "5,000 and some of the reports")
	require.Zero(t, s.Pods.NeverScheduled)
	require.Greater(t, s.Pods.Submitted, 5500, "pods of rollouts and reports")
}
