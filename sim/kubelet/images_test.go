package kubelet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// registry holds images of 100 MB and more, and nodes pull 100 MB in a second.
func registry() *kubelet.Images {
	sizes := map[string]int64{"a": 100e6, "b": 200e6, "shop/c:1": 350e6}
	return &kubelet.Images{Bandwidth: 100e6, Size: func(_ *cluster.Pod, c *cluster.Container) (int64, bool) { size, ok := sizes[c.Image]; return size, ok }}
}

func TestImagesOfOnePod(t *testing.T) {
	cfg := kubelet.Config{Images: registry()}
	images := func(names ...string) cluster.PodSpec {
		var spec cluster.PodSpec
		for _, name := range names {
			spec.Containers = append(spec.Containers, cluster.Container{Name: name, Image: name})
		}
		return spec
	}
	tell(t, []story{
		{name: "one after another", cfg: cfg, until: time.Minute, spec: images("a", "shop/c:1"),
			want: `0s ContainerCreating: Pending ContainerCreating
				4.5s Started: Running ready`},
		{name: "the same twice", cfg: cfg, until: time.Minute, spec: images("a", "a"),
			want: `0s ContainerCreating: Pending ContainerCreating
				1s Started: Running ready`},
		{name: "an init container's first", cfg: cfg, until: time.Minute,
			spec: cluster.PodSpec{InitContainers: []cluster.Container{{Image: "b"}}, Containers: []cluster.Container{{Image: "a"}}},
			want: `0s ContainerCreating: Pending ContainerCreating
				2s PodInitializing: Pending PodInitializing
				2s ContainerCreating: Pending ContainerCreating
				3s Started: Running ready`},
		{name: "a restart needs no pull", cfg: cfg, does: does{"a": {fails, serves}}, until: time.Minute, spec: images("a"),
			want: `0s ContainerCreating: Pending ContainerCreating
				1s Started: Running ready
				4s Restarted: Running ready restarts=1`},
		{name: "no such image", cfg: cfg, until: time.Hour, spec: images("x"),
			want: `0s ErrImagePull: Pending ErrImagePull
				10s ImagePullBackOff: Pending ImagePullBackOff`},
		{name: "one of two is missing", cfg: cfg, until: time.Hour, spec: images("x", "a"),
			want: `0s ErrImagePull: Pending ErrImagePull
				10s ImagePullBackOff: Pending ImagePullBackOff`},
		{name: "not to be pulled", cfg: cfg, until: time.Hour, spec: cluster.PodSpec{Containers: one(cluster.Container{Image: "a", PullPolicy: cluster.PullNever})},
			want: `0s ErrImageNeverPull: Pending ErrImageNeverPull`},
		{name: "without an image", cfg: cfg, until: time.Minute, spec: cluster.PodSpec{Containers: one(cluster.Container{PreStop: sec})},
			want: `0s Started: Running ready`},
		{name: "no bandwidth is all bandwidth", cfg: kubelet.Config{Images: &kubelet.Images{Size: registry().Size}}, until: time.Minute, spec: images("a", "b"),
			want: `0s Started: Running ready`},
		{name: "deleted while it pulls", cfg: cfg, until: time.Minute, spec: images("a"), acts: []act{remove(sec / 2)},
			want: `0s ContainerCreating: Pending ContainerCreating
				500ms Killing: Pending ContainerCreating
				500ms Killed: gone`},
	})
}

// pull makes pods of containers with the images named, in order, and returns when each has started.
func pull(t *testing.T, nodes []*cluster.Node, pods []puller) []string {
	engine, store, _ := empty(kubelet.Config{Images: registry()})
	for _, n := range nodes {
		n.AllocatablePods = 9
		require.NoError(t, store.Create(n, cluster.ReasonCreated))
	}
	var started []string
	store.Observe(func(c *cluster.Change) {
		if c.Reason == cluster.ReasonStarted {
			started = append(started, c.Object().Meta().Name+" "+c.At.String())
		}
	})
	for _, p := range pods {
		spec := &cluster.PodSpec{}
		for _, image := range p.images {
			spec.Containers = append(spec.Containers, cluster.Container{Image: image})
		}
		o := &cluster.Pod{ObjectMeta: meta("default", p.name), Spec: spec.Complete(), RunTime: cluster.Forever}
		require.NoError(t, store.Create(o, cluster.ReasonCreated))
		require.NoError(t, store.Bind(cluster.KeyOf(o), p.node, 0))
	}
	require.NoError(t, engine.Run(sim.Never))
	return started
}

type puller struct {
	name, node string
	images     []string
}

// A node pulls one image at a time, keeps what it has, and begins with what its status names. Other nodes do not matter.
func TestImagesOfANode(t *testing.T) {
	nodes := []*cluster.Node{{ObjectMeta: meta("", "n0")},
		{ObjectMeta: meta("", "n1"), Images: []cluster.Image{{Names: []string{"a:latest"}, SizeBytes: 100e6}}}}
	require.Equal(t, []string{"there 0s", "first 1s", "third 1s", "elsewhere 2s", "second 3s"}, pull(t, nodes, []puller{
		{"first", "n0", []string{"a"}}, {"second", "n0", []string{"b"}}, {"third", "n0", []string{"a"}},
		{"elsewhere", "n1", []string{"b"}}, {"there", "n1", []string{"a"}},
	}))
}

// The image of a second container is asked for when the first has begun, behind those of other pods.
func TestImagesAreAskedForOneByOne(t *testing.T) {
	require.Equal(t, []string{"other 4.5s", "two 6.5s"}, pull(t, []*cluster.Node{{ObjectMeta: meta("", "n0")}}, []puller{
		{"two", "n0", []string{"a", "b"}}, {"other", "n0", []string{"shop/c:1"}},
	}))
}
