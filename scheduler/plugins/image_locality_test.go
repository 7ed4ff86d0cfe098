package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// holding is a node with images of so many MiB, named after their size as upstream's tests do.
func holding(name string, mib ...int64) *cluster.Node {
	names := map[int64]string{10: "example/10", 20: "example/20", 30: "example/30", 40: "example/40", 250: "example/250",
		300: "example/300", 600: "example/600", 900: "example/900", 2000: "example/2000", 4000: "example/4000"}
	b := node(name)
	for _, m := range mib {
		b.Image(m, names[m]+":latest", names[m]+":v1", names[m]+":v1")
	}
	return b.Obj()
}

// Upstream's plugins/imagelocality/image_locality_test.go: TestImageLocalityPriority and TestNormalizedImageName (v1.36.3).
func TestImageLocality(t *testing.T) {
	a, b, c := []int64{40, 300, 2000}, []int64{250, 10}, []int64{300, 600, 900}
	big, mid, mix := []int64{4000, 30}, []int64{600, 40, 900}, []int64{20, 30, 40}
	for _, row := range []struct {
		name  string
		pod   podBuilder
		nodes [][]int64
		want  []int64
	}{
		{"two images spread on two nodes, prefer the larger", pod().Image("example/40", "example/250"), [][]int64{a, b}, []int64{0, 5}},
		{"two images on one node", pod().Image("example/40", "example/300"), [][]int64{a, b}, []int64{7, 0}},
		{"beyond the limit", pod().Image("example/10", "example/4000"), [][]int64{big, b}, []int64{100, 0}},
		{"with a node without images", pod().Image("example/10", "example/4000"), [][]int64{big, b, nil}, []int64{66, 0, 0}},
		{"several large images", pod().Image("example/300", "example/600", "example/900"), [][]int64{mid, c, nil}, []int64{32, 36, 0}},
		{"several small images", pod().Image("example/30", "example/40"), [][]int64{mix, big}, []int64{1, 0}},
		{"an image volume counts, and is no container", pod().Image("example/30").ImageVolume("example/300"), [][]int64{c, big}, []int64{12, 0}},
		{"init containers count", pod().Image("example/30").InitImage("example/300"), [][]int64{a, mix}, []int64{6, 0}},
		{"a tag that no node holds", pod().Image("example/300:v2"), [][]int64{a, c}, []int64{0, 0}},
		{"a tag that one does", pod().Image("example/2000:v1"), [][]int64{a, c}, []int64{100, 0}},
		{"no images anywhere", pod().Image("example/300"), [][]int64{nil, nil}, []int64{0, 0}},
		{"one image in two containers counts twice", pod().Image("example/300", "example/300"), [][]int64{a, nil}, []int64{14, 0}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var nodes []*cluster.Node
			want := map[string]int64{}
			for i, images := range row.nodes {
				name := string(rune('a' + i))
				nodes = append(nodes, holding(name, images...))
				want[name] = row.want[i]
			}
			require.Equal(t, want, scores(t, build[framework.ScorePlugin](t, ImageLocality, ""), row.pod.Obj(), view(nodes)))
		})
	}
}

func TestImageLocalityIsLocalWithoutImages(t *testing.T) {
	plugin := build[framework.NodeLocal](t, ImageLocality, "")
	require.True(t, plugin.NodeLocal(nil, view([]*cluster.Node{holding("a")})))
	require.False(t, plugin.NodeLocal(nil, view([]*cluster.Node{holding("a", 300), holding("b")})))
}

func TestImageLocalityForgetsThePodBefore(t *testing.T) {
	plugin := build[framework.ScorePlugin](t, ImageLocality, "")
	v := view([]*cluster.Node{holding("a", 300), holding("b")})
	require.EqualValues(t, 12, scores(t, plugin, pod().Image("example/300").Obj(), v)["a"])
	require.EqualValues(t, 0, scores(t, plugin, pod().Image("example/600").Obj(), v)["a"])
}
