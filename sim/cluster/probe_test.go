package cluster

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
)

func TestProbeWithDefaults(t *testing.T) {
	require.Equal(t, Probe{Period: 10 * time.Second, Timeout: time.Second, SuccessThreshold: 1, FailureThreshold: 3}, Probe{}.WithDefaults())
	stated := Probe{InitialDelay: 1, Period: 2, Timeout: 3, SuccessThreshold: 4, FailureThreshold: 5, GracePeriod: 6}
	require.Equal(t, stated, stated.WithDefaults())
}

func TestPlainSpecs(t *testing.T) {
	one := func(c Container) PodSpec { return PodSpec{Containers: []Container{{}, c}} }
	tests := []struct {
		name          string
		spec          PodSpec
		plain, images bool
	}{
		{name: "two containers", spec: one(Container{Requests: Resources{MilliCPU: 1}, Limits: Resources{Memory: 1}}), plain: true},
		{name: "an image", spec: one(Container{Image: "nginx", PullPolicy: PullAlways}), plain: true, images: true},
		{name: "an image of an init container", spec: PodSpec{InitContainers: []Container{{Image: "a"}}}, images: true},
		{name: "a startup probe", spec: one(Container{StartupProbe: &Probe{}})},
		{name: "a readiness probe", spec: one(Container{ReadinessProbe: &Probe{}})},
		{name: "a liveness probe", spec: one(Container{LivenessProbe: &Probe{}})},
		{name: "a hook", spec: one(Container{PreStop: 1})},
		{name: "a reference", spec: one(Container{ConfigRefs: []ConfigRef{{Name: "a"}}})},
		{name: "a volume", spec: PodSpec{ConfigVolumes: []ConfigRef{{Name: "a"}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spec := test.spec.Complete()
			require.Equal(t, test.plain, spec.Plain())
			require.Equal(t, test.images, spec.NamesImages())
		})
	}
}

func TestConfigRefExists(t *testing.T) {
	s := NewStore(sim.New(1))
	for _, secret := range []bool{false, true} {
		ref := ConfigRef{Secret: secret, Name: "a"}
		require.False(t, ref.Exists(s, "shop"))
		require.NoError(t, s.Create(&ConfigMap{ObjectMeta: ObjectMeta{NamespacedName: NamespacedName{Namespace: "shop", Name: "a"}}, Secret: secret}, ReasonCreated))
		require.True(t, ref.Exists(s, "shop"))
		require.False(t, ref.Exists(s, "other"))
	}
}
