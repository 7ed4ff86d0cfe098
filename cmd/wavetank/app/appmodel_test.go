package app_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/results"
)

// TestApps: what a container does is what the scenario says of it, or the default of its pod.
func TestApps(t *testing.T) {
	const (
		ends    = "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: a}}, spec: {restartPolicy: Never, containers: [{name: c, image: 'i:1'}]}}"
		service = "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: a}}, spec: {containers: [{name: c, image: 'i:1'}]}}"
		prepare = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {restartPolicy: Never, initContainers: [{name: i}], containers: [{name: c}]}}"
	)
	cases := []struct {
		name, pod, apps string
		want            results.Outcome
		at              time.Duration // of the end
	}{
		{"nothing said of a pod that ends", ends, "[]", results.Completed, 10 * time.Second},
		{"nothing said of a service", service, "[]", results.Running, 0},
		{"nothing said of an init container", prepare, "[]", results.Completed, 10 * time.Second},
		{"an init container by its name", prepare, "[{container: i, runTime: 3s}]", results.Completed, 13 * time.Second},
		{"all but init containers", prepare, "[{runTime: 3s}]", results.Completed, 3 * time.Second},
		{"run time", ends, "[{runTime: 5s}]", results.Completed, 5 * time.Second},
		{"for ever", ends, "[{runTime: forever}]", results.Running, 0},
		{"exit code", ends, "[{runTime: 5s, exitCode: 3}]", results.Failed, 5 * time.Second},
		{"the first that selects", ends, "[{selector: app=b, runTime: 1s}, {selector: app=a, runTime: 2s}, {runTime: 3s}]", results.Completed, 2 * time.Second},
		{"another namespace", ends, "[{namespace: x, runTime: 1s}]", results.Completed, 10 * time.Second},
		{"crash before the end", ends, "[{runTime: 5s, crash: {after: 2s}}]", results.Failed, 2 * time.Second},
		{"crash too late", ends, "[{runTime: 5s, crash: {after: 6s}}]", results.Completed, 5 * time.Second},
		{"certain crash at the end", ends, "[{runTime: 5s, crash: {probability: 1}}]", results.Failed, 5 * time.Second},
		{"certain crash of what has no end", ends, "[{runTime: forever, startup: 4s, crash: {probability: 1}}]", results.Failed, 4 * time.Second},
		{"image", ends, "[{runTime: 5s, imageSize: 250M}]", results.Completed, 7 * time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "pod.yaml"), []byte(c.pod), 0o600))
			file := filepath.Join(dir, "s.yaml")
			text := "cluster: [{nodes: {capacity: {cpu: 4, memory: 8Gi}}}]\nworkload: [{manifests: [pod.yaml]}]\napps: " + c.apps + "\n"
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			rows := rowsOf(t, resultsOf(t, file, "--check"))
			require.Len(t, rows, 1)
			require.Equal(t, c.want, rows[0].Outcome)
			if c.at > 0 {
				require.InDelta(t, c.at.Seconds(), rows[0].Finished.Seconds(), 1e-6)
			}
		})
	}
}
