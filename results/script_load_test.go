package results

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The actions of scripts about workloads, their load and their failures. Pods belong to their owner by owner=Kind/name.
//
//	deployment|statefulset|daemonset NAME replicas=N [app=LABEL]
//	replicaset NAME [of=DEPLOYMENT] [replicas=N]
//	scale Kind/NAME to=N [by=autoscaler]           of a DaemonSet: its status
//	drop Kind/NAME                                 delete it
//	budget NAME app=LABEL min=N|N%|max=N|N%
//	hpa NAME target=Kind/NAME
//	select SERVICE app=LABEL                       a Service object
//	fault NAME id=N [kind=K] [nodes=a+b] [end=yes]
//	isolate|connect|notready|wellagain NODE
//	load SERVICE from=T requests=R [errors=R] [slow=R] [response=S] [p99=S] [endpoints=N] [serving=N] [cpu=M] [latency=S] [target=T]
//	price NODE hour=P [group=G]
func (w *world) actLoad(verb, name string, opt map[string]string) {
	switch verb {
	case "deployment", "statefulset", "daemonset", "replicaset":
		w.addWorkload(verb, name, opt)
	case "scale", "drop":
		w.changeWorkload(verb, name, opt)
	case "budget":
		b := &cluster.PodDisruptionBudget{ObjectMeta: meta(name), Selector: selectApp(opt["app"])}
		b.MinAvailable, b.MaxUnavailable = w.intOrPercent(opt["min"]), w.intOrPercent(opt["max"])
		w.create(b)
	case "hpa":
		kind, target, _ := strings.Cut(opt["target"], "/")
		w.create(&cluster.HorizontalPodAutoscaler{ObjectMeta: meta(name), Target: cluster.ObjectRef{Kind: kind, Name: target}})
	case "select":
		w.create(&cluster.PodSet{ObjectMeta: meta(name), Type: cluster.KindService, Selector: selectApp(opt["app"])})
	case "fault":
		e := FaultEvent{ID: int(w.integer(opt["id"])), Kind: opt["kind"], Name: strings.ReplaceAll(name, "_", " "), At: w.store.Now(), Begin: opt["end"] == ""}
		if opt["nodes"] != "" {
			e.Nodes = strings.Split(opt["nodes"], "+")
		}
		w.rec.OnFault(e)
	case "load":
		w.load(name, opt)
	default:
		w.actNode(verb, name, opt)
	}
}

func (w *world) actNode(verb, name string, opt map[string]string) {
	switch verb {
	case "isolate", "connect":
		w.editNode(name, cluster.ReasonUpdated, func(n *cluster.Node) { n.Isolated = verb == "isolate" })
	case "notready":
		w.editNode(name, cluster.ReasonNodeNotReady, func(n *cluster.Node) {
			n.Ready, n.ReadyReason = cluster.ConditionUnknown, "NodeStatusUnknown"
		})
	case "wellagain":
		w.editNode(name, cluster.ReasonNodeReady, func(n *cluster.Node) { n.Ready = cluster.ConditionTrue })
	case "price":
		n := makeNode(name, 1000, 0)
		n.Price = w.float(opt["hour"])
		if opt["group"] != "" {
			n.Labels = cluster.Labels{cluster.LabelNodeGroup: opt["group"]}
		}
		w.addNode(n)
	default:
		w.t.Fatalf("unknown action %q", verb)
	}
}

func meta(name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Namespace: "default", Name: name}}
}

func selectApp(app string) *cluster.Selector {
	return cluster.SelectLabels(cluster.Labels{"app": app})
}

func (w *world) create(o cluster.Object) {
	require.NoError(w.t, w.store.Create(o, cluster.ReasonCreated))
}

func (w *world) addWorkload(verb, name string, opt map[string]string) {
	template := &cluster.PodTemplate{Labels: cluster.Labels{"app": opt["app"]}}
	replicas := int(w.integer(opt["replicas"]))
	switch verb {
	case "deployment":
		w.create(&cluster.Deployment{ObjectMeta: meta(name), Replicas: replicas, Template: template})
	case "statefulset":
		w.create(&cluster.StatefulSet{ObjectMeta: meta(name), Replicas: replicas, Template: template})
	case "daemonset":
		d := &cluster.DaemonSet{ObjectMeta: meta(name), Template: template}
		d.Status.Desired = replicas
		w.create(d)
	case "replicaset":
		rs := &cluster.ReplicaSet{ObjectMeta: meta(name), Replicas: replicas, Template: template}
		if of := opt["of"]; of != "" {
			d := w.store.Get(cluster.KindDeployment, cluster.NamespacedName{Namespace: "default", Name: of})
			rs.Owners = []cluster.OwnerReference{{Kind: "Deployment", Name: of, UID: d.Meta().UID, Controller: true}}
		}
		w.create(rs)
	}
}

func (w *world) changeWorkload(verb, name string, opt map[string]string) {
	kind, bare, _ := strings.Cut(name, "/")
	o := w.store.Get(cluster.KindNamed(kind), cluster.NamespacedName{Namespace: "default", Name: bare})
	require.NotNil(w.t, o, name)
	if verb == "drop" {
		require.NoError(w.t, w.store.Delete(cluster.KeyOf(o), cluster.ReasonDeleted))
		return
	}
	to := int(w.integer(opt["to"]))
	reason := cluster.ReasonUpdated
	if opt["by"] == "autoscaler" {
		reason = cluster.ReasonScaled
	}
	if _, is := o.(*cluster.DaemonSet); is {
		require.NoError(w.t, cluster.Edit(w.store, cluster.KeyOf(o), reason, func(d *cluster.DaemonSet) { d.Status.Desired = to }))
		return
	}
	require.NoError(w.t, w.store.SetScale(cluster.KeyOf(o), to, reason))
}

func (w *world) load(name string, opt map[string]string) {
	v := &ServiceInterval{
		Service: cluster.NamespacedName{Namespace: "default", Name: name}, From: sim.Time(duration(w.t, opt["from"])), To: w.store.Now(),
		Requests: w.float(opt["requests"]), Errors: w.float(opt["errors"]), Slow: w.float(opt["slow"]),
		Response: w.float(opt["response"]), P99: w.float(opt["p99"]), MilliCPU: w.float(opt["cpu"]),
		Endpoints: int(w.integer(opt["endpoints"])), Serving: int(w.integer(opt["serving"])),
		Objective: Objective{Latency: w.float(opt["latency"]), Target: w.float(opt["target"])},
	}
	w.rec.OnService(v)
}

func (w *world) float(text string) float64 {
	if text == "" {
		return 0
	}
	v, err := strconv.ParseFloat(text, 64)
	require.NoError(w.t, err)
	return v
}

func (w *world) intOrPercent(text string) *cluster.IntOrPercent {
	if text == "" {
		return nil
	}
	number, percent := strings.CutSuffix(text, "%")
	return &cluster.IntOrPercent{Value: int(w.integer(number)), Percent: percent}
}

// sections prints what the summary has of load and failures.
func sections(t testing.TB, s *Summary) string {
	var out bytes.Buffer
	require.NoError(t, (&Summary{
		Workloads: s.Workloads, Services: s.Services, Faults: s.Faults, FaultTotals: s.FaultTotals, Autoscaling: s.Autoscaling, Cost: s.Cost,
	}).WriteJSON(&out))
	_, after, _ := strings.Cut(out.String(), `"workloads"`)
	after, _, _ = strings.Cut(after, `  "events": 0,`)
	return `"workloads"` + after
}
