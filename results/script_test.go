package results

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// TestScripts plays the scripts of testdata: what happens to a cluster, and the files that come of it. After a change
// that is meant, run it with -rewrite and read the difference.
//
//	world [events] [sample=1m]   a new world
//	run                          a line is: AT ACTION ARGUMENTS...
//	close                        end the run; the input says why the results are partial
//	show FILE                    print a file of the results; "show table" and "show csv" print the summary, "show
//	                             sections" what it has of load and failures
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		var w *world
		var s *Summary
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "world":
				w = scriptWorld(t, d)
			case "run":
				for line := range strings.Lines(d.Input) {
					w.act(strings.Fields(line))
				}
			case "close":
				s = w.close(d.Input)
				require.Equal(t, s, mustReadSummary(t, w.dir))
			case "show":
				return w.show(d.CmdArgs[0].Key, s)
			default:
				d.Fatalf(t, "unknown command %q", d.Cmd)
			}
			return ""
		})
	})
}

func mustReadSummary(t testing.TB, dir string) *Summary {
	s, err := ReadSummary(dir)
	require.NoError(t, err)
	return s
}

func scriptWorld(t *testing.T, d *datadriven.TestData) *world {
	cfg := Config{Scenario: "story", Policy: "by hand", Seed: 7, Dir: t.TempDir(), Events: d.HasArg("events")}
	var every string
	if d.MaybeScanArgs(t, "sample", &every) {
		cfg.SampleEvery = duration(t, every)
	}
	return newWorld(t, cfg)
}

func duration(t testing.TB, text string) time.Duration {
	v, err := time.ParseDuration(text)
	require.NoError(t, err)
	return v
}

func (w *world) show(what string, s *Summary) string {
	var out bytes.Buffer
	switch what {
	case "table":
		wall := NewWallclock(s, 1500*time.Millisecond, 123<<20)
		require.NoError(w.t, s.Table(&out, wall))
	case "sections":
		return sections(w.t, s)
	case "csv":
		require.NoError(w.t, s.CSV(&out))
	default:
		return w.file(what)
	}
	return out.String()
}

// options reads key=value arguments.
func (w *world) options(args []string) map[string]string {
	values := map[string]string{}
	for _, arg := range args {
		key, value, _ := strings.Cut(arg, "=")
		values[key] = strings.ReplaceAll(value, "_", " ")
	}
	return values
}

func (w *world) integer(text string) int64 {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	require.NoError(w.t, err)
	return n
}

// act does one line of a script.
func (w *world) act(f []string) {
	w.at(duration(w.t, f[0]))
	verb, name, opt := f[1], f[2], w.options(f[3:])
	switch verb {
	case "node":
		w.scriptNode(name, opt)
	case "pod":
		w.scriptPod(name, opt)
	case "bind":
		w.placed(name, opt["node"])
		w.bind(name, opt["node"], cluster.DeviceSet(w.integer(opt["gpus"])))
	case "start":
		w.start(name)
	case "ready", "unready":
		w.edit(name, cluster.ReasonUpdated, func(p *cluster.Pod) { p.Status.Ready = verb == "ready" })
	case "succeed":
		w.end(name, cluster.Succeeded, "")
	case "fail":
		w.end(name, cluster.Failed, opt["reason"])
	case "terminate":
		w.edit(name, cluster.Reason(opt["reason"]), func(p *cluster.Pod) { p.Deleting, p.DeletingSince = true, w.store.Now() })
	case "remove":
		w.remove(name, cluster.Reason(opt["reason"]))
	default:
		w.actMore(verb, name, opt)
	}
}

func (w *world) actMore(verb, name string, opt map[string]string) {
	switch verb {
	case "unschedulable":
		w.unschedulable(name, opt["because"])
	case "preempt":
		w.rec.OnDecision(&framework.Decision{
			Pod: w.key(name), At: w.store.Now(), Nominated: opt["node"], Nodes: 1, Evict: []cluster.Key{w.key(opt["victim"])},
		})
		w.edit(name, cluster.ReasonNominated, func(p *cluster.Pod) { p.Status.NominatedNode = opt["node"] })
	case "error":
		w.rec.OnDecision(&framework.Decision{Pod: w.key(name), At: w.store.Now(), Err: opt["text"]})
	case "down", "up":
		w.editNode(name, cluster.ReasonNodeDown, func(n *cluster.Node) { n.Down = verb == "down" })
	case "cordon", "uncordon":
		w.editNode(name, cluster.ReasonCordoned, func(n *cluster.Node) { n.Unschedulable = verb == "cordon" })
	case "taint":
		w.editNode(name, cluster.ReasonUpdated, func(n *cluster.Node) {
			n.Taints = nil
			if key := opt["key"]; key != "" {
				n.Taints = []cluster.Taint{{Key: key, Effect: cluster.NoExecute}}
			}
		})
	case "remove-node":
		require.NoError(w.t, w.store.Delete(cluster.KeyOf(w.store.Node(name)), cluster.ReasonDeleted))
	default:
		w.actLoad(verb, name, opt)
	}
}

func (w *world) scriptNode(name string, opt map[string]string) {
	n := makeNode(name, w.integer(opt["cpu"]), int(w.integer(opt["gpus"])))
	n.Down = opt["down"] == "yes"
	if licences := w.integer(opt["licences"]); licences > 0 {
		n.Allocatable.Set("example.com/licence", licences)
	}
	w.addNode(n)
}

func (w *world) scriptPod(name string, opt map[string]string) {
	spec := makeSpec(w.integer(opt["cpu"]))
	spec.Priority = int32(w.integer(opt["priority"]))
	spec.GPU = cluster.GPURequest{Devices: int(w.integer(opt["devices"])), Milli: w.integer(opt["milli"])}
	if licences := w.integer(opt["licences"]); licences > 0 {
		spec.Containers[0].Requests.Set("example.com/licence", licences)
		spec.Complete()
	}
	p := makePod(name, spec)
	if owner := opt["owner"]; owner != "" {
		kind, of, _ := strings.Cut(owner, "/")
		p.Owners = []cluster.OwnerReference{{Kind: kind, Name: of, Controller: true}}
		if o := w.store.Get(cluster.KindNamed(kind), cluster.NamespacedName{Namespace: "default", Name: of}); o != nil {
			p.Owners[0].UID = o.Meta().UID
		}
	}
	p.NodeName = opt["node"]
	w.addPod(p)
}
