package results

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

func TestHumanSpan(t *testing.T) {
	for _, c := range []struct {
		seconds float64
		want    string
	}{
		{0, "0s"}, {0.0531, "53.1ms"}, {53.12, "53.1s"}, {353, "5m53s"}, {86399, "23h59m59s"}, {86400, "1d0s"}, {93600, "1d2h0m0s"},
		{2*86400 - 0.2, "2d0s"}, {7 * 86400.0, "7d0s"},
	} {
		require.Equal(t, c.want, humanSpan(c.seconds))
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		share float64
		want  string
	}{{1, "100.000 %"}, {0.9999999, "99.999 %"}, {0.99995, "99.995 %"}, {0, "0.000 %"}, {0.5, "50.000 %"}} {
		require.Equal(t, c.want, percent(c.share))
	}
}

func TestFixed(t *testing.T) {
	require.Equal(t, "1,234,567.9", tenths(1234567.89))
	require.Equal(t, "-0.5", tenths(-0.5))
	require.Equal(t, "12", whole(12.4))
	require.Equal(t, "-", money(0, 0))
	require.Equal(t, "0.00", money(0, 1))
}

// TestManyFaults: of many faults the worst are told one by one, in their order, and all are summed up.
func TestManyFaults(t *testing.T) {
	w := newWorld(t, Config{})
	w.addNode(makeNode("n", 1000, 0))
	w.act(fields("0s deployment web replicas=1 app=web"))
	w.act(fields("0s pod p owner=Deployment/web node=n"))
	w.act(fields("0s start p"))
	const faults = 50
	for i := range faults {
		begin := time.Duration(i+1) * time.Hour
		w.at(begin)
		w.rec.OnFault(FaultEvent{ID: i + 1, Kind: "outage", Name: "node n", Nodes: []string{"n"}, At: w.store.Now(), Begin: true})
		w.act([]string{begin.String(), "down", "n"})
		end := begin + time.Duration(i%25+1)*time.Minute
		w.act([]string{end.String(), "up", "n"})
		w.rec.OnFault(FaultEvent{ID: i + 1, Nodes: []string{"n"}, At: w.store.Now()})
	}
	w.at(100 * time.Hour)
	s := w.close("")
	require.Len(t, s.Faults, listedFaults)
	require.Equal(t, faults, s.FaultTotals.Count)
	require.Equal(t, listedFaults, s.FaultTotals.Listed)
	require.Equal(t, faults, s.FaultTotals.Recovered.Count)
	require.Equal(t, 2*60*25*26/2, int(s.FaultTotals.LostReplicaSeconds))
	for i, f := range s.Faults {
		require.GreaterOrEqual(t, f.LostReplicaSeconds, 16*60.0, "only the worst")
		require.True(t, i == 0 || s.Faults[i-1].Begin < f.Begin)
		require.Equal(t, *f.End-f.Begin, *f.Recovered)
		require.Nil(t, f.Detected)
	}
	story := s.FaultStories()
	require.True(t, strings.HasPrefix(story, "50 faults hit 50 pods; 10.8 pod-hours lost\n  lasted: p50 13m0s, p90 23m0s, max 25m0s (50 faults)\n"), story)
	require.Contains(t, story, "the API server never called a node of them not ready\n  no pod was evicted\n")
	require.Empty(t, w.rec.seats.byName["n"].faults, "closed faults are forgotten")
	require.LessOrEqual(t, len(w.rec.seats.byName["n"].pods[0].hits), 1)
}

// TestStory: a fault that nothing is known of is told as such; one without nodes has no nodes to tell of.
func TestStory(t *testing.T) {
	s := &Summary{FaultTotals: &FaultTotals{Count: 2, Listed: 2}, Faults: []FaultSummary{
		{ID: 1, Kind: "apiserver", Name: "API server", Begin: 90},
		{ID: 2, Kind: "outage", Name: "zone a", Begin: 93600, End: optional(96000), Nodes: 10, Pods: 143, Detected: optional(53.1), NodesNotReady: 10,
			NodesTainted: 10, Tainted: optional(53.1), Unready: optional(53.2), PodsUnready: 143, FirstEvicted: optional(353), Evicted: optional(355), PodsEvicted: 143,
			EvictedBy: []ReasonCount{{"DeletionByPodGC", 3}, {"DeletionByTaintManager", 140}}, PodsGone: 2, Workloads: 12, Recovered: optional(432), LostReplicaSeconds: 90_000, PhantomReplicaSeconds: 7000,
			WorstWorkload: "Deployment/default/cart", WorstServing: 3, WorstDesired: 9, FailedRequests: 12345, BudgetShare: 0.0081, WorstService: "default/cart", WorstFailed: 9000},
	}}
	require.Equal(t, `fault 1  API server  at 1m30s until the end of the run: no node of its own
fault 2  zone a outage  at 1d2h0m0s for 40m0s: 10 nodes, 143 pods hit
  noticed after 53.1s: 10 nodes not ready, 10 tainted from 53.1s on; 143 pods marked not ready from 53.2s on
  evictions began after 5m53s; the last of 143 pods was evicted after 5m55s: 3 by DeletionByPodGC, 140 by DeletionByTaintManager; 2 more pods ended otherwise
  12 workloads lost serving pods, all whole again after 7m12s; 25.0 pod-hours lost, and 7,000 pod-seconds called ready that did not serve
  worst hit: Deployment/default/cart, 3 of 9 serving
  12,345 requests failed (0.8 % of the run's error budget), most of them to default/cart: 9,000
`, s.FaultStories())
}

// TestStoryOfPods: a run of pods alone is not told that no workload lost any.
func TestStoryOfPods(t *testing.T) {
	s := &Summary{FaultTotals: &FaultTotals{Count: 1, Listed: 1}, Faults: []FaultSummary{{ID: 1, Kind: "power loss", Name: "node n", Nodes: 1, Pods: 2, Detected: optional(0), NodesNotReady: 1}}}
	const alone = "fault 1  node n power loss  at 0s until the end of the run: 1 node, 2 pods hit\n  noticed after 0s: 1 node not ready\n  no pod was evicted\n"
	require.Equal(t, alone, s.FaultStories())
	s.Workloads = make([]WorkloadSummary, 1)
	require.Equal(t, alone+"  no workload lost a serving pod\n", s.FaultStories())
	s.Faults[0].Workloads, s.Faults[0].Recovered = 1, optional(60)
	require.Equal(t, alone+"  1 workload lost serving pods, whole again after 1m0s; 0 pod-seconds lost\n", s.FaultStories())
}

// TestLongTables: of many workloads and services the worst are shown, and all together.
func TestLongTables(t *testing.T) {
	s := &Summary{}
	for i := range 60 {
		name := fmt.Sprintf("w%02d", i)
		share := float64(i) / 60
		s.Workloads = append(s.Workloads, WorkloadSummary{Kind: "Deployment", Namespace: "shop", Name: name, Seconds: 100, Desired: 2, Serving: share, Claimed: 1, Some: 1, Enough: share})
		s.Services = append(s.Services, ServiceSummary{Namespace: "shop", Name: name, Requests: 1000, Errors: float64(i), Availability: 1 - float64(i)/1000})
		s.Autoscaling = append(s.Autoscaling, ScalingSummary{Kind: "Deployment", Namespace: "shop", Name: name, Ups: 1, Downs: 2, Lag: Distribution{Max: float64(i)}})
	}
	var out bytes.Buffer
	require.NoError(t, s.loadTables(&out))
	text := out.String()
	require.Equal(t, 10, strings.Count(text, "│ Deployment shop/w0"), "the worst workloads")
	require.Equal(t, 10, strings.Count(text, "│ shop/w5"), "the worst services")
	require.Equal(t, 10, strings.Count(text, "│ Deployment shop/w5"), "the slowest scalings")
	require.Regexp(t, `all 60 workloads, the worst above +│ +120 │ 49.167 % │ 100.000 % │ +100.000 % │ 49.167 %`, text)
	require.Regexp(t, `all 60 services, the worst above +│ +60,000 │ +1,770 │ +0 │ 97.050 %`, text)
	require.Regexp(t, `all 60 workloads, the worst above +│ +60 │ +120 │`, text)
}

// TestOutageBeforeItsBegin: what the store told of a fault in the same instant before the fault itself is put down to it.
func TestOutageBeforeItsBegin(t *testing.T) {
	w := newWorld(t, Config{})
	w.addNode(makeNode("n", 1000, 0))
	w.act(fields("0s deployment web replicas=1 app=web"))
	w.act(fields("0s pod p owner=Deployment/web node=n"))
	w.act(fields("0s start p"))
	w.act(fields("10s down n"))
	w.act(fields("10s notready n"))
	w.act(fields("10s fault n id=1 nodes=n"))
	w.at(20 * time.Second)
	s := w.close("")
	require.Equal(t, 0.0, *s.Faults[0].Detected)
	require.Equal(t, 10.0, s.Faults[0].LostReplicaSeconds)
	require.Equal(t, 1, s.Faults[0].WorkloadsShort)
	require.Nil(t, s.Faults[0].End)
	require.Contains(t, s.FaultStories(), "1 workload lost serving pods, 1 of them not whole again by the end of the run")
}

func TestFaultThatNeverBegan(t *testing.T) {
	w := newWorld(t, Config{})
	require.PanicsWithValue(t, "results: fault 7 (zone a) ends at 5ns and never began", func() {
		w.rec.OnFault(FaultEvent{ID: 7, Name: "zone a", At: 5})
	})
}

// TestNobodyAsks: without workloads and faults nothing is kept of pods, and the summary has no section for them.
func TestNobodyAsks(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, Config{Dir: dir, SampleEvery: time.Second})
	w.addNode(makeNode("n", 1000, 0))
	w.addPod(makePod("p", makeSpec(1)))
	w.bind("p", "n", 0)
	require.Nil(t, w.rec.pods.live[w.pod("p").UID].standing)
	require.Empty(t, w.rec.seats.byName["n"].pods)
	w.at(10 * time.Second)
	w.close("")
	for _, section := range []string{"workloads", "services", "faults", "faultTotals", "autoscaling", "cost"} {
		require.NotContains(t, w.file(SummaryFile), `"`+section+`"`)
	}
	require.Equal(t, []string{PodsFile, SummaryFile, SeriesFile}, listing(t, dir))
}

// BenchmarkFollowedChange measures a change of a pod of a Deployment, averaged over its life, with and without a fault.
func BenchmarkFollowedChange(b *testing.B) {
	for _, mode := range []string{"workload", "workload+fault"} {
		b.Run(mode, func(b *testing.B) {
			engine := sim.New(1)
			store := cluster.NewStore(engine)
			var changes []*cluster.Change
			store.Observe(func(c *cluster.Change) { changes = append(changes, c) })
			w := &world{t: b, engine: engine, store: store}
			w.addNode(makeNode("n", 1<<40, 0))
			w.addWorkload("deployment", "web", map[string]string{"replicas": "1"})
			d := store.Get(cluster.KindDeployment, meta("web").NamespacedName)
			before, spec := len(changes), makeSpec(100)
			for i := range 10_000 {
				name := podName(i)
				p := makePod(name, spec)
				p.Owners = []cluster.OwnerReference{{Kind: "Deployment", Name: "web", UID: d.Meta().UID, Controller: true}}
				w.addPod(p)
				w.at(time.Duration(i+1) * time.Second)
				w.bind(name, "n", 0)
				w.start(name)
				w.end(name, cluster.Succeeded, "")
				w.remove(name, cluster.ReasonCleanedUp)
			}
			b.ReportAllocs()
			for i := 0; i < b.N; {
				rec, err := NewRecorder(Config{})
				require.NoError(b, err)
				for _, c := range changes[:before] {
					rec.OnChange(c)
				}
				if mode == "workload+fault" {
					rec.OnFault(FaultEvent{ID: 1, Nodes: []string{"n"}, Begin: true})
				}
				for _, c := range changes[before:min(len(changes), before+b.N-i)] {
					rec.OnChange(c)
					i++
				}
			}
		})
	}
}

// TestGoneOfThemselves: a pod that its owner deletes while its node is down was not evicted.
func TestGoneOfThemselves(t *testing.T) {
	for reason, own := range map[cluster.Reason]bool{
		cluster.ReasonKilling: true, cluster.ReasonDeleted: true, cluster.ReasonWithdrawn: true, cluster.ReasonCompleted: true,
		cluster.ReasonTaintEvicted: false, cluster.ReasonEvicted: false, cluster.ReasonPodGC: false, cluster.ReasonNodeLost: false,
		cluster.ReasonPreempted: false,
	} {
		f := &faultTally{end: never, firstEvicted: never, lastEvicted: never}
		st := &podStanding{hits: []*faultTally{f}}
		st.told(sim.Time(5), reason, false, true)
		st.told(sim.Time(6), reason, false, true)
		if own {
			require.Equal(t, [2]int{1, 0}, [2]int{f.podsGone, f.podsEvicted}, reason)
			require.Equal(t, never, f.firstEvicted, reason)
			continue
		}
		require.Equal(t, [2]int{0, 1}, [2]int{f.podsGone, f.podsEvicted}, reason)
		require.Equal(t, sim.Time(5), f.firstEvicted, reason)
	}
}
