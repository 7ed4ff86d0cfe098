package kubelet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/kubelet"
)

// crash ends containers of the pod, which was the first object after three nodes.
func crash(at time.Duration, container string, code int32, oom bool, hits bool) hand {
	return hand{at, func(k *kubelet.Kubelet) {
		if k.Crash(nodes+1, container, code, oom) != hits {
			panic("crash of " + container)
		}
	}}
}

func TestCrash(t *testing.T) {
	simple := cluster.PodSpec{Containers: one(cluster.Container{})}
	two := cluster.PodSpec{Containers: []cluster.Container{{Name: "a"}, {Name: "b"}}}
	tell(t, []story{
		{name: "a container starts again, and backs off", does: does{"c": {serves}}, spec: simple, until: time.Hour,
			hands: []hand{crash(20*sec, "", 3, false, true), crash(30*sec, "c", 3, false, true), crash(35*sec, "", 3, false, false)},
			want: `0s Started: Running ready
				20s Restarted: Running ready restarts=1
				30s CrashLoopBackOff: Running CrashLoopBackOff restarts=1
				40s Restarted: Running ready restarts=2`},
		{name: "one of two", does: does{"a": {serves}, "b": {serves}}, spec: two, until: time.Hour,
			hands: []hand{crash(20*sec, "b", 3, false, true), crash(20*sec, "x", 3, false, false), crash(21*sec, "b", 3, true, true)},
			want: `0s Started: Running ready
				20s Restarted: Running ready restarts=1
				21s CrashLoopBackOff: Running CrashLoopBackOff restarts=1
				31s Restarted: Running ready restarts=2`},
		{name: "a plain pod", spec: simple, until: time.Hour,
			hands: []hand{crash(20*sec, "", 3, false, true), crash(21*sec, "", 3, false, true)},
			want: `0s Started: Running ready
				20s Restarted: Running ready restarts=1
				21s CrashLoopBackOff: Running CrashLoopBackOff restarts=1
				31s Restarted: Running ready restarts=2`},
		{name: "a plain pod that ends by itself", spec: simple, run: time.Minute, hands: []hand{crash(20*sec, "", 3, false, true)}, until: time.Hour,
			want: `0s Started: Running ready
				20s Failed: Failed Error exit=3`},
		{name: "one that is never restarted", spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, Containers: one(cluster.Container{})}, until: time.Hour,
			hands: []hand{crash(20*sec, "", 3, false, true)},
			want: `0s Started: Running ready
				20s Failed: Failed Error exit=3`},
		{name: "killed for want of memory", spec: cluster.PodSpec{RestartPolicy: cluster.RestartNever, Containers: one(cluster.Container{})}, does: does{"c": {serves}}, until: time.Hour,
			hands: []hand{crash(20*sec, "", 3, true, true)},
			want: `0s Started: Running ready
				20s Failed: Failed OOMKilled exit=137`},
		{name: "a pod without containers", spec: cluster.PodSpec{}, cfg: kubelet.Config{Start: takes(2 * sec)}, until: time.Hour,
			hands: []hand{crash(20*sec, "", 3, false, true)},
			want: `2s Started: Running ready
				20s Restarted: Running restarts=1
				22s Ready: Running ready restarts=1`},
		{name: "before it has started", spec: simple, cfg: kubelet.Config{Start: takes(2 * sec)}, hands: []hand{crash(sec, "", 1, false, false)}, until: time.Hour,
			want: "2s Started: Running ready"},
		{name: "without power", spec: simple, cfg: watched, acts: []act{off(5 * sec)}, hands: []hand{crash(6*sec, "", 1, false, false)}, until: time.Hour,
			want: "0s Started: Running ready"},
		{name: "one that crashed is deleted as any other", spec: simple, hands: []hand{crash(20*sec, "", 3, false, true)}, acts: []act{remove(25 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				20s Restarted: Running ready restarts=1
				25s Killing: Running ready restarts=1
				25s Killed: gone`},
		{name: "and survives an outage as any other", spec: simple, cfg: watched, hands: []hand{crash(20*sec, "", 3, false, true)}, acts: []act{off(25 * sec), on(40 * sec)}, until: time.Hour,
			want: `0s Started: Running ready
				20s Restarted: Running ready restarts=1
				40s Unknown: Running Unknown restarts=1
				40s Restarted: Running ready restarts=2`},
	})
	_, _, k := empty(kubelet.Config{})
	require.False(t, k.Crash(99, "", 1, false))
}
