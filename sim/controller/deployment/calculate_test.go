package deployment_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller/deployment"
)

func pods(n int) cluster.IntOrPercent    { return cluster.IntOrPercent{Value: n} }
func percent(n int) cluster.IntOrPercent { return cluster.IntOrPercent{Value: n, Percent: true} }

func TestResolveFenceposts(t *testing.T) {
	for _, test := range []struct {
		name                          string
		surge, unavailable            cluster.IntOrPercent
		replicas, wantSurge, wantLack int
	}{
		{"surge is rounded up, unavailability down", percent(25), percent(25), 10, 3, 2},
		{"of one pod", percent(25), percent(25), 1, 1, 0},
		{"both come to nothing", percent(0), percent(10), 5, 0, 1},
		{"both are nothing", pods(0), pods(0), 5, 0, 1},
		{"numbers stay", pods(2), pods(3), 1, 2, 3},
		{"more than all", percent(150), percent(100), 3, 5, 3},
		{"of no pods", percent(25), percent(25), 0, 0, 1},
	} {
		surge, lack := deployment.ResolveFenceposts(test.surge, test.unavailable, test.replicas)
		require.Equal(t, [2]int{test.wantSurge, test.wantLack}, [2]int{surge, lack}, test.name)
	}
}

func TestMaxSurgeAndUnavailable(t *testing.T) {
	d := &cluster.Deployment{Replicas: 4, MaxSurge: percent(50), MaxUnavailable: pods(9)}
	require.Equal(t, [2]int{2, 4}, [2]int{deployment.MaxSurge(d), deployment.MaxUnavailable(d)}, "no more than there are")
	d.Recreate = true
	require.Equal(t, [2]int{0, 0}, [2]int{deployment.MaxSurge(d), deployment.MaxUnavailable(d)})
	none := &cluster.Deployment{MaxUnavailable: pods(1)}
	require.Zero(t, deployment.MaxUnavailable(none))
}

func TestNewReplicas(t *testing.T) {
	for _, test := range []struct {
		name                              string
		recreate                          bool
		replicas, surge, total, now, want int
	}{
		{"first of all", false, 5, 2, 0, 0, 5},
		{"beside old ones", false, 5, 2, 5, 0, 2},
		{"no room", false, 5, 2, 7, 2, 2},
		{"more than there is room for", false, 5, 2, 9, 3, 3},
		{"what is left of its size", false, 5, 2, 4, 4, 5},
		{"no surge, some old are gone", false, 5, 0, 3, 1, 3},
		{"recreated at once", true, 5, 0, 0, 0, 5},
	} {
		d := &cluster.Deployment{Replicas: test.replicas, MaxSurge: pods(test.surge), Recreate: test.recreate}
		require.Equal(t, test.want, deployment.NewReplicas(d, test.total, test.now), test.name)
	}
}

func TestShrinkOld(t *testing.T) {
	type size = deployment.Size
	for _, test := range []struct {
		name                  string
		replicas, unavailable int
		fresh                 size
		old                   []size
		want                  []deployment.Resize
	}{
		{"as many as may be unavailable", 10, 2, size{0, 0}, []size{{10, 10}}, []deployment.Resize{{0, 8}}},
		{"one for each that has become available", 10, 0, size{3, 2}, []size{{10, 10}}, []deployment.Resize{{0, 8}}},
		{"none while the new ones are not available", 10, 0, size{3, 0}, []size{{10, 10}}, nil},
		{"those that are not available first, the oldest set first", 10, 2, size{2, 0}, []size{{5, 5}, {5, 3}}, []deployment.Resize{{1, 3}}},
		{"both: first the unavailable ones, then others", 10, 5, size{0, 0}, []size{{8, 4}, {2, 2}}, []deployment.Resize{{0, 4}, {0, 3}}},
		{"from several sets", 10, 0, size{10, 10}, []size{{2, 2}, {0, 0}, {3, 3}}, []deployment.Resize{{0, 0}, {2, 0}}},
		{"unavailable ones, no more than the total allows", 10, 0, size{1, 0}, []size{{12, 2}}, []deployment.Resize{{0, 10}}},
		{"one that is being scaled down already", 10, 2, size{5, 5}, []size{{4, 5}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			total := test.fresh.Replicas
			for _, o := range test.old {
				total += o.Replicas
			}
			require.Equal(t, test.want, deployment.ShrinkOld(test.replicas, test.unavailable, total, test.fresh, test.old))
		})
	}
}

// What is left is available enough, if each ReplicaSet gives up its unavailable pods first; and nothing grows.
func TestShrinkOldKeepsEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) deployment.Size {
			n := rapid.IntRange(0, 10).Draw(t, name)
			return deployment.Size{Replicas: n, Available: rapid.IntRange(0, n).Draw(t, name+" available")}
		}
		fresh, total, available := draw("new"), 0, 0
		old := make([]deployment.Size, rapid.IntRange(0, 4).Draw(t, "sets"))
		sizes := make([]int, len(old))
		for i := range old {
			old[i] = draw("old")
			sizes[i] = old[i].Replicas
			total += old[i].Replicas
			available += old[i].Available
		}
		replicas := rapid.IntRange(0, 20).Draw(t, "replicas")
		lack := rapid.IntRange(0, replicas).Draw(t, "maxUnavailable")
		steps := deployment.ShrinkOld(replicas, lack, total+fresh.Replicas, fresh, old)
		for _, step := range steps {
			require.Less(t, step.Replicas, sizes[step.Index])
			require.GreaterOrEqual(t, step.Replicas, 0)
			sizes[step.Index] = step.Replicas
		}
		left := fresh.Available
		for i, n := range sizes {
			left += min(n, old[i].Available)
		}
		require.GreaterOrEqual(t, left, min(replicas-lack, available+fresh.Available))
	})
}

func TestProportional(t *testing.T) {
	type share = deployment.Share
	for _, test := range []struct {
		name                 string
		replicas, surge, now int
		sets                 []share
		want                 []int
	}{
		{"the example of the documentation: 10 to 15, surge 3", 15, 3, 13, []share{{8, 13}, {5, 13}}, []int{11, 7}},
		{"as it was", 10, 3, 13, []share{{8, 13}, {5, 13}}, []int{8, 5}},
		{"down in proportion", 5, 3, 13, []share{{8, 13}, {5, 13}}, []int{5, 3}},
		{"where rounding gives too much, the last get less", 11, 0, 9, []share{{3, 9}, {3, 9}, {3, 9}}, []int{4, 4, 3}},
		{"what rounding leaves goes to the first", 10, 0, 9, []share{{3, 9}, {3, 9}, {3, 9}}, []int{4, 3, 3}},
		{"to nothing", 0, 3, 13, []share{{8, 13}, {5, 13}}, []int{0, 0}},
		{"without annotations", 20, 0, 10, []share{{6, 0}, {4, 0}}, []int{12, 8}},
		{"and without pods", 20, 0, 0, []share{{6, 0}, {4, 0}}, []int{16, 4}},
		{"no set", 5, 1, 0, nil, []int{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, deployment.Proportional(test.replicas, test.surge, test.now, test.sets))
		})
	}
}

// The sizes add up to what is allowed, unless the first ReplicaSet cannot give up all that the others do not for rounding;
// and where there were as many pods as allowed before, all go the same way.
func TestProportionalAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sets, total := make([]deployment.Share, rapid.IntRange(1, 5).Draw(t, "sets")), 0
		largest := 30
		for i := range sets { // the largest first
			largest = rapid.IntRange(1, largest).Draw(t, "replicas")
			sets[i].Replicas = largest
			total += largest
		}
		before := rapid.IntRange(total, total+5).Draw(t, "most before")
		for i := range sets {
			sets[i].Max = before
		}
		replicas, surge := rapid.IntRange(0, 60).Draw(t, "to"), rapid.IntRange(0, 5).Draw(t, "surge")
		allowed := replicas + surge
		if replicas == 0 {
			allowed = 0
		}
		got, sum := deployment.Proportional(replicas, surge, total, sets), 0
		for i, n := range got {
			require.GreaterOrEqual(t, n, 0)
			if i > 0 && allowed > total && before == total {
				require.GreaterOrEqual(t, n, sets[i].Replicas)
			}
			if i > 0 && allowed < total && before == total {
				require.LessOrEqual(t, n, sets[i].Replicas)
			}
			sum += n
		}
		if got[0] > 0 {
			require.Equal(t, allowed, sum)
		}
		require.GreaterOrEqual(t, sum, allowed)
	})
}
