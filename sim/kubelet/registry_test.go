package kubelet_test

import (
	"testing"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
)

func closes(at time.Duration, down bool) hand {
	return hand{at, func(k *kubelet.Kubelet) { k.Registry().Pause(down) }}
}

// TestRegistry: pulls fail while the registry is down, and come at the next try when it is back: at 0, 10, 30, 70, 150, 310
// and every 300 s after that.
func TestRegistry(t *testing.T) {
	images := &kubelet.Images{Bandwidth: 1, Size: func(*cluster.Pod, *cluster.Container) (int64, bool) { return 8, true }}
	cfg := kubelet.Config{Heartbeats: true, Images: images}
	spec := cluster.PodSpec{Containers: one(cluster.Container{Image: "i:1"})}
	always := cluster.PodSpec{Containers: one(cluster.Container{Image: "i:1", PullPolicy: cluster.PullAlways})}
	never := cluster.PodSpec{Containers: one(cluster.Container{Image: "i:1", PullPolicy: cluster.PullNever})}
	down := closes(0, true)
	const failing = `0s ErrImagePull: Pending ErrImagePull
				10s ImagePullBackOff: Pending ImagePullBackOff
				`
	late := func(at time.Duration) []hand { return []hand{down, closes(at, false)} }
	tell(t, []story{
		{name: "for ever", cfg: cfg, spec: spec, hands: []hand{down}, until: time.Hour, want: failing},
		{name: "back before the first try", cfg: cfg, spec: spec, hands: late(4 * sec), until: time.Hour,
			want: `0s ErrImagePull: Pending ErrImagePull
				10s ContainerCreating: Pending ContainerCreating
				18s Started: Running ready`},
		{name: "back before the second", cfg: cfg, spec: spec, hands: late(25 * sec), until: time.Hour,
			want: failing + `30s ContainerCreating: Pending ContainerCreating
				38s Started: Running ready`},
		{name: "back in the instant of a try", cfg: cfg, spec: spec, hands: late(70 * sec), until: time.Hour,
			want: failing + `1m10s ContainerCreating: Pending ContainerCreating
				1m18s Started: Running ready`},
		{name: "back after long: 5m10s and then every 5m", cfg: cfg, spec: spec, hands: late(21 * time.Minute), until: time.Hour,
			want: failing + `25m10s ContainerCreating: Pending ContainerCreating
				25m18s Started: Running ready`},
		{name: "a pull that is under way fails", cfg: cfg, spec: spec, hands: []hand{closes(3*sec, true), closes(20*sec, false)}, until: time.Hour,
			want: `0s ContainerCreating: Pending ContainerCreating
				3s ErrImagePull: Pending ErrImagePull
				13s ImagePullBackOff: Pending ImagePullBackOff
				33s ContainerCreating: Pending ContainerCreating
				41s Started: Running ready`},
		{name: "what is there needs no registry", cfg: kubelet.Config{Images: images, App: does{"c": {fails, serves}}.app}, spec: spec, hands: []hand{closes(9*sec, true)}, until: time.Hour,
			want: `0s ContainerCreating: Pending ContainerCreating
				8s Started: Running ready
				11s Restarted: Running ready restarts=1`},
		{name: "but if it is always to be asked", cfg: kubelet.Config{Images: images, App: does{"c": {fails, serves}}.app}, spec: always,
			hands: []hand{closes(9*sec, true), closes(20*sec, false)}, until: time.Hour,
			want: `0s ContainerCreating: Pending ContainerCreating
				8s Started: Running ready
				11s ErrImagePull: Running ErrImagePull
				21s Restarted: Running ready restarts=1`},
		{name: "who never asks does not mind", cfg: cfg, spec: never, hands: late(4 * sec), until: time.Hour, want: "0s ErrImageNeverPull: Pending ErrImageNeverPull"},
		{name: "a pod that waits is deleted as any other", cfg: cfg, spec: spec, hands: late(time.Minute), acts: []act{remove(30 * sec)}, until: time.Hour,
			want: failing + `30s Killing: Pending ImagePullBackOff
				30s Killed: gone`},
		{name: "and begins anew after an outage", cfg: cfg, spec: spec, hands: late(40 * sec), acts: []act{off(30 * sec), on(50 * sec)}, until: time.Hour,
			want: failing + `50s ContainerCreating: Pending ContainerCreating
				58s Started: Running ready`},
	})
}
