package actions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// TestDrainsEndOrSaySo: whatever budgets refuse, and however long pods take, a drained node is empty at the end or the
// failures name it; and a run comes to its end.
func TestDrainsEndOrSaySo(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pods := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 4).Draw(rt, "pods")
		f := newFleet(t, pods...)
		f.stop = time.Duration(rapid.IntRange(0, 5000).Draw(rt, "stop")) * time.Millisecond
		never := rapid.SampledFrom([]string{"none", "n-0-a", "n-1-b", "n-2-a"}).Draw(rt, "never")
		until := sim.Time(time.Duration(rapid.IntRange(0, 300).Draw(rt, "until")) * time.Second)
		f.refuse = func(now sim.Time, pod string) error {
			if pod == never || now < until && strings.HasSuffix(pod, "b") {
				return tooMany(pod)
			}
			return nil
		}
		b := &cluster.PodDisruptionBudget{}
		b.Namespace, b.Name = "default", "b"
		f.at(time.Duration(until), func() { require.NoError(t, f.store.Create(b, cluster.ReasonCreated)) })
		timeout := rapid.SampledFrom([]string{"", ", timeout: 7s", ", timeout: 10m"}).Draw(rt, "timeout")
		f.run(fmt.Sprintf("- {at: 1m, drain: 'node/n-*', parallel: %d%s}", rapid.IntRange(1, 3).Draw(rt, "parallel"), timeout))
		said := strings.Join(f.failures(), "\n")
		waits := false
		for i, n := range pods {
			node := fmt.Sprint("n-", i)
			require.True(rt, f.store.Node(node).Unschedulable)
			named := strings.Contains(said, "drain of node "+node+" ")
			waits = waits || named && strings.Contains(said, "drain of node "+node+" has not ended")
			if left := len(f.store.PodsOn(node)); left > 0 {
				require.True(rt, named || waits, "%d of %d pods are left on %s, and it is not said: %q", left, n, node, said)
			}
		}
	})
}
