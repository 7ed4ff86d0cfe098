package actions_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads"
	"github.com/wavetank/wavetank/workloads/actions"
	"github.com/wavetank/wavetank/workloads/manifest"
)

// objects are what the actions of these tests work on.
const objects = `
{apiVersion: v1, kind: Node, metadata: {name: n, labels: {old: x}}, spec: {taints: [{key: a, value: b, effect: NoSchedule}]}, status: {capacity: {cpu: 4, memory: 8Gi, pods: 110}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: "web:1"}, {name: d, image: "log:1"}]}}}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent, uid: ds}, spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c, image: "agent:1"}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c}]}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {nodeName: n, containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {nodeName: n, containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: agent-n, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: ds, controller: true}]}, spec: {nodeName: n, containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: waits}, spec: {containers: [{name: c}]}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web}, spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 5}}
`

// world is a store with those objects, and actions on a timetable.
type world struct {
	t         *testing.T
	engine    *sim.Engine
	store     *cluster.Store
	timetable *actions.Timetable
	cfg       actions.Config
	log       []string
}

// run carries out actions, written as in a scenario, until the end.
func run(t *testing.T, list string, change ...func(*world)) *world {
	t.Helper()
	w := &world{t: t, engine: sim.New(1)}
	w.store = cluster.NewStore(w.engine)
	set, err := manifest.Read("objects", strings.NewReader(objects))
	require.NoError(t, err)
	require.NoError(t, manifest.Load(set, w.store))
	w.cfg = actions.Config{Engine: w.engine, Store: w.store, Apply: func(files []string) error {
		w.log = append(w.log, fmt.Sprint(w.engine.Now(), " apply ", files))
		return nil
	}}
	for _, fn := range change {
		fn(w)
	}
	w.store.Observe(func(c *cluster.Change) {
		w.log = append(w.log, fmt.Sprintf("%v %v %v %v", c.At, c.Verb, c.Object().Kind(), c.Object().Meta().Name))
	})
	s, err := workloads.Decode("x.yaml", []byte("cluster: [{manifests: [objects]}]\nactions:\n"+list))
	require.NoError(t, err)
	w.timetable = actions.Schedule(w.cfg, s.Actions)
	require.NoError(t, w.engine.Run(sim.Time(10*time.Hour)))
	return w
}

func (w *world) get(kind cluster.Kind, name string) cluster.Object {
	w.t.Helper()
	ns := "default"
	if kind == cluster.KindNode {
		ns = ""
	}
	o := w.store.Get(kind, cluster.NamespacedName{Namespace: ns, Name: name})
	require.NotNil(w.t, o)
	return o
}

func (w *world) deployment() *cluster.Deployment {
	return w.get(cluster.KindDeployment, "web").(*cluster.Deployment)
}

func (w *world) node() *cluster.Node { return w.get(cluster.KindNode, "n").(*cluster.Node) }

func TestScale(t *testing.T) {
	w := run(t, "- {at: 1m, scale: deployment/web, replicas: 5}\n- {at: 2m, scale: deploy/web, replicas: 5}")
	require.Equal(t, 5, w.deployment().Replicas)
	require.Equal(t, int64(2), w.deployment().Generation)
	require.Equal(t, []string{"1m0s Modified Deployment web"}, w.log, "what changes nothing is not written")
	require.Empty(t, w.timetable.Failures())
}

func TestSetImage(t *testing.T) {
	w := run(t, "- {at: 1m, setImage: deployment/web, image: 'web:2', container: c}")
	d := w.deployment()
	require.Equal(t, "web:2", d.Template.Spec.Containers[0].Image)
	require.Equal(t, "log:1", d.Template.Spec.Containers[1].Image)
	require.Equal(t, int64(2), d.Generation)
	require.Equal(t, int64(200), d.Template.Spec.NonZeroMilliCPU(), "the new spec is complete")
	w = run(t, "- {at: 1m, setImage: deployment/web, image: x}\n- {at: 2m, setImage: deployment/web, image: x, container: gone}")
	require.Equal(t, "x", w.deployment().Template.Spec.Containers[1].Image)
	require.Equal(t, []string{`actions[1] at 2m0s: Deployment default/web: there is no container "gone"`}, texts(w))
}

func texts(w *world) []string {
	var list []string
	for _, f := range w.timetable.Failures() {
		list = append(list, f.String())
	}
	return list
}

func TestRollouts(t *testing.T) {
	w := run(t, "- {at: 1m, rollout: deployment/web, do: pause}\n- {at: 2m, rollout: deployment/web, do: restart}\n- {at: 3m, rollout: deployment/web, do: pause}")
	require.True(t, w.deployment().Paused)
	require.Equal(t, []string{
		"actions[1] at 2m0s: Deployment default/web: cannot restart while it is paused; resume it first",
		"actions[2] at 3m0s: Deployment default/web: is paused already",
	}, texts(w))
	w = run(t, "- {at: 1m, rollout: deployment/web, do: restart}\n- {at: 2m, rollout: ds/agent, do: restart}\n- {at: 3m, rollout: deployment/web, do: resume}\n- {at: 4m, rollout: deployment/web, do: undo}")
	require.Equal(t, map[string]string{"kubectl.kubernetes.io/restartedAt": "1m0s"}, w.deployment().Template.Annotations)
	require.Equal(t, map[string]string{"kubectl.kubernetes.io/restartedAt": "2m0s"}, w.get(cluster.KindDaemonSet, "agent").(*cluster.DaemonSet).Template.Annotations)
	require.Equal(t, []string{"actions[2] at 3m0s: Deployment default/web: is running already", "actions[3] at 4m0s: nothing here knows how to undo a rollout"}, texts(w))

	var undone []string
	run(t, "- {at: 1m, rollout: deployment/web, do: undo, toRevision: 3}", func(w *world) {
		w.cfg.Undo = func(_ *cluster.Store, name cluster.NamespacedName, revision int64) error {
			undone = append(undone, fmt.Sprint(name, revision))
			return nil
		}
	})
	require.Equal(t, []string{"default/web 3"}, undone)
}

func TestNodes(t *testing.T) {
	w := run(t, "- {at: 1m, cordon: node/n}\n- {at: 2m, cordon: node/n}\n- {at: 3m, taint: node/n, taints: ['a=c:NoSchedule', 'd:NoExecute']}\n- {at: 4m, label: node/n, labels: {pool: web}, remove: [old]}")
	require.True(t, w.node().Unschedulable)
	require.Equal(t, []cluster.Taint{{Key: "a", Value: "c", Effect: cluster.NoSchedule}, {Key: "d", Effect: cluster.NoExecute}}, w.node().Taints)
	require.Equal(t, cluster.Labels{"pool": "web"}, w.node().Labels)
	require.Len(t, w.log, 3)
	w = run(t, "- {at: 1m, patch: node/n, with: {spec: {unschedulable: true}}}\n- {at: 2m, uncordon: node/n}\n- {at: 3m, untaint: node/n, taints: [a, b]}\n- {at: 4m, untaint: node/m, taints: [a]}")
	require.False(t, w.node().Unschedulable)
	require.Empty(t, w.node().Taints)
	require.Equal(t, []string{"actions[3] at 4m0s: Node m: not found"}, texts(w))
}

// TestDrain: the pods of the node end, not those of the DaemonSet, and no other comes.
func TestDrain(t *testing.T) {
	w := run(t, "- {at: 1m, drain: node/n}")
	require.True(t, w.node().Unschedulable)
	for name, want := range map[string]bool{"a": true, "b": true, "agent-n": false, "waits": false} {
		require.Equal(t, want, w.get(cluster.KindPod, name).Meta().Deleting, name)
	}
}

func TestDelete(t *testing.T) {
	w := run(t, "- {at: 1m, delete: deployment/web}\n- {at: 2m, delete: pod/a}\n- {at: 3m, delete: pod/waits}\n- {at: 4m, delete: pod/waits}")
	require.Zero(t, w.store.Len(cluster.KindDeployment))
	require.True(t, w.get(cluster.KindPod, "a").Meta().Deleting, "its kubelet ends it")
	require.Equal(t, []string{"actions[3] at 4m0s: Pod default/waits: not found"}, texts(w))
}

func TestPatch(t *testing.T) {
	w := run(t, "- {at: 1m, patch: deployment/web, with: {metadata: {labels: {a: b}, annotations: {c: d}}}}")
	require.Equal(t, cluster.Labels{"a": "b"}, w.deployment().Labels)
	require.Equal(t, int64(1), w.deployment().Generation, "labels are no spec")
	w = run(t, "- {at: 1m, patch: deployment/web, with: {spec: {replicas: 3, paused: true, template: {metadata: {labels: {v: x}}, spec: {containers: [{name: d, image: 'log:2'}]}}}}}\n"+
		"- {at: 2m, patch: job/j, with: {spec: {suspend: true, parallelism: 2}}}")
	d := w.deployment()
	require.Equal(t, []any{3, true, "log:2", "x"}, []any{d.Replicas, d.Paused, d.Template.Spec.Containers[1].Image, d.Template.Labels["v"]})
	j := w.get(cluster.KindJob, "j").(*cluster.Job)
	require.True(t, j.Suspend)
	require.Equal(t, 2, j.Parallelism)
	w = run(t, "- {at: 1m, patch: deployment/web, with: {spec: {template: {metadata: {labels: {app: db}}}}}}\n- {at: 2m, patch: deployment/web, with: {}}")
	require.Equal(t, []string{"actions[0] at 1m0s: Deployment default/web: its selector would not match the labels of its template"}, texts(w))
	require.Empty(t, w.log)
}

// TestPatchOfAnAutoscaler: its bounds, if an API server would take them.
func TestPatchOfAnAutoscaler(t *testing.T) {
	w := run(t, "- {at: 1m, patch: hpa/web, with: {spec: {minReplicas: 3, maxReplicas: 7}}}\n- {at: 2m, patch: hpa/web, with: {spec: {maxReplicas: 2}}}\n"+
		"- {at: 3m, patch: hpa/web, with: {spec: {minReplicas: 0}}}\n- {at: 4m, patch: hpa/web, with: {spec: {minReplicas: 3}}}")
	h := w.get(cluster.KindHorizontalPodAutoscaler, "web").(*cluster.HorizontalPodAutoscaler)
	require.Equal(t, []any{3, 7, int64(2)}, []any{h.MinReplicas, h.MaxReplicas, h.Generation})
	require.Equal(t, []string{"actions[1] at 2m0s: HorizontalPodAutoscaler default/web: maxReplicas 2 is below 3",
		"actions[2] at 3m0s: HorizontalPodAutoscaler default/web: minReplicas 0 needs at least one Object or External metric"}, texts(w))
}

func TestEvery(t *testing.T) {
	w := run(t, "- {at: 1h, every: 3h, apply: [a.yaml]}")
	require.Equal(t, []string{"1h0m0s apply [a.yaml]", "4h0m0s apply [a.yaml]", "7h0m0s apply [a.yaml]", "10h0m0s apply [a.yaml]"}, w.log)
}

// TestWhen: a condition is acted upon in the instant in which it comes to hold, once, and not before its time.
func TestWhen(t *testing.T) {
	complete := func(at time.Duration) func(*world) {
		return func(w *world) {
			w.engine.At(sim.Time(at), sim.PhaseWorld, sim.Func{Name: "test", Do: func(sim.Time) {
				require.NoError(w.t, cluster.Edit(w.store, cluster.KeyOf(w.deployment()), cluster.ReasonUpdated, func(d *cluster.Deployment) {
					d.Status = cluster.DeploymentStatus{Replicas: 2, Updated: 2, Available: 2, ObservedGeneration: 1}
				}))
			}})
		}
	}
	const list = "- {when: deployment/web complete, apply: [done]}\n- {at: 2h, when: deployment/web complete, apply: [later]}\n" +
		"- {when: pod gone gone, apply: [never]}\n- {when: pod default/a running, apply: [now]}\n- {when: pod/none gone, apply: [now too]}"
	w := run(t, strings.Replace(list, "pod gone gone", "job/j failed", 1), complete(time.Hour), complete(90*time.Minute))
	require.Equal(t, []string{"0s apply [now]", "0s apply [now too]", "1h0m0s Modified Deployment web", "1h0m0s apply [done]", "1h30m0s Modified Deployment web", "2h0m0s apply [later]"}, w.log)
}

func TestConditions(t *testing.T) {
	states := map[string]func(*world) error{
		"job/j complete": func(w *world) error {
			return cluster.Edit(w.store, cluster.KeyOf(w.get(cluster.KindJob, "j")), cluster.ReasonUpdated, func(j *cluster.Job) {
				j.Status.Conditions = []cluster.Condition{{Type: "Complete", Status: true}}
			})
		},
		"pod/a failed": func(w *world) error {
			return w.store.EditPod(cluster.KeyOf(w.get(cluster.KindPod, "a")), cluster.ReasonUpdated, func(p *cluster.Pod) { p.Status.Phase = cluster.Failed })
		},
		"pod/a succeeded": func(w *world) error {
			return w.store.EditPod(cluster.KeyOf(w.get(cluster.KindPod, "a")), cluster.ReasonUpdated, func(p *cluster.Pod) { p.Status.Phase = cluster.Succeeded })
		},
		"pod/a gone": func(w *world) error {
			return w.store.Delete(cluster.KeyOf(w.get(cluster.KindPod, "a")), cluster.ReasonDeleted)
		},
		"daemonset/agent complete": func(w *world) error {
			return cluster.Edit(w.store, cluster.KeyOf(w.get(cluster.KindDaemonSet, "agent")), cluster.ReasonUpdated, func(d *cluster.DaemonSet) {
				d.Status = cluster.DaemonSetStatus{Desired: 1, Updated: 1, Available: 1, ObservedGeneration: 1}
			})
		},
		"pod/waits ready": func(w *world) error {
			return w.store.EditPod(cluster.KeyOf(w.get(cluster.KindPod, "waits")), cluster.ReasonUpdated, func(p *cluster.Pod) { p.Status.Ready = true })
		},
		"replicaset/rs complete": func(w *world) error {
			rs := &cluster.ReplicaSet{Replicas: 2, Status: cluster.ReplicaSetStatus{Replicas: 2, Available: 1}}
			rs.Namespace, rs.Name = "default", "rs"
			return errors.Join(w.store.Create(rs, cluster.ReasonCreated),
				cluster.Edit(w.store, cluster.KeyOf(rs), cluster.ReasonUpdated, func(rs *cluster.ReplicaSet) { rs.Status.Available = 2 }))
		},
		"statefulset/db complete": func(w *world) error { // but for the pods below its partition
			db := &cluster.StatefulSet{Replicas: 3, Partition: 2, Status: cluster.StatefulSetStatus{Replicas: 3, Available: 3}}
			db.Namespace, db.Name = "default", "db"
			return errors.Join(w.store.Create(db, cluster.ReasonCreated),
				cluster.Edit(w.store, cluster.KeyOf(db), cluster.ReasonUpdated, func(db *cluster.StatefulSet) { db.Status.Updated = 1 }))
		},
		"configmap/late exists": func(w *world) error {
			m := &cluster.ConfigMap{}
			m.Namespace, m.Name = "default", "late"
			return w.store.Create(m, cluster.ReasonCreated)
		},
	}
	for condition, reach := range states {
		t.Run(condition, func(t *testing.T) {
			at := func(w *world) {
				w.engine.At(sim.Time(time.Hour), sim.PhaseWorld, sim.Func{Name: "test", Do: func(sim.Time) { require.NoError(w.t, reach(w)) }})
			}
			w := run(t, "- {when: "+condition+", apply: [x]}", at)
			require.Equal(t, "1h0m0s apply [x]", w.log[len(w.log)-1])
		})
	}
}

// TestPatchTemplate: a new template takes the place of the old one, which other versions of the object share.
func TestPatchTemplate(t *testing.T) {
	spec := &cluster.PodSpec{Containers: []cluster.Container{{Name: "c", Image: "x:1"}}}
	db := &cluster.StatefulSet{Template: &cluster.PodTemplate{Labels: cluster.Labels{"app": "x"}, Spec: spec.Complete()},
		Selector: cluster.SelectLabels(cluster.Labels{"app": "x"})}
	db.Namespace, db.Name = "default", "db"
	w := run(t, "- {at: 1m, patch: statefulset/db, with: {spec: {template: {metadata: {labels: {pool: web}}, spec: {containers: [{name: c, image: 'x:2'}]}}}}}",
		func(w *world) { require.NoError(t, w.store.Create(db, cluster.ReasonCreated)) })
	require.Empty(t, w.timetable.Failures())
	got := w.get(cluster.KindStatefulSet, "db").(*cluster.StatefulSet)
	require.Equal(t, cluster.Labels{"app": "x", "pool": "web"}, got.Template.Labels)
	require.Equal(t, "x:2", got.Template.Spec.Containers[0].Image)
	require.Equal(t, "x:1", db.Template.Spec.Containers[0].Image)
	require.EqualValues(t, 1, got.Generation)
}
