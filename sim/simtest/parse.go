package simtest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wavetank/wavetank/sim/cluster"
)

// fields are the key=value words of one line. Each must be asked for: what nobody knows is an error.
type fields struct {
	values map[string]string
	order  []string
	err    error
}

// parseLine takes "kind name k=v k=v ..." apart.
func parseLine(line string) (kind, name string, f *fields, err error) {
	words := strings.Fields(line)
	if len(words) < 2 {
		return "", "", nil, fmt.Errorf("%q: want a kind and a name", line)
	}
	f = &fields{values: map[string]string{}}
	for _, w := range words[2:] {
		key, value, ok := strings.Cut(w, "=")
		if !ok {
			return "", "", nil, fmt.Errorf("%q: %q is not key=value", line, w)
		}
		if _, twice := f.values[key]; twice {
			return "", "", nil, fmt.Errorf("%q: %s is given twice", line, key)
		}
		f.values[key] = value
		f.order = append(f.order, key)
	}
	return words[0], words[1], f, nil
}

func (f *fields) take(key string) (string, bool) {
	v, ok := f.values[key]
	delete(f.values, key)
	return v, ok
}

// rest returns the first error, or the first key that nobody asked for.
func (f *fields) rest() error {
	for _, key := range f.order {
		if _, left := f.values[key]; left && f.err == nil {
			f.err = fmt.Errorf("unknown field %s", key)
		}
	}
	return f.err
}

func (f *fields) fail(key string, err error) {
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("%s: %w", key, err)
	}
}

// take parses a field with the given parser; missing is its value when it is not given.
func take[T any](f *fields, key string, missing T, parse func(string) (T, error)) T {
	text, ok := f.take(key)
	if !ok {
		return missing
	}
	v, err := parse(text)
	f.fail(key, err)
	return v
}

func (f *fields) string(key, missing string) string {
	return take(f, key, missing, func(s string) (string, error) { return s, nil })
}

func (f *fields) int(key string, missing int64) int64 {
	return take(f, key, missing, func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) })
}

func (f *fields) duration(key string, missing time.Duration) time.Duration {
	return take(f, key, missing, time.ParseDuration)
}

func (f *fields) list(key string) []string {
	return take(f, key, nil, func(s string) ([]string, error) { return strings.Split(s, ","), nil })
}

func (f *fields) resources() cluster.Resources {
	r := cluster.Resources{
		MilliCPU:         take(f, "cpu", 0, parseCPU),
		Memory:           take(f, "mem", 0, parseBytes),
		EphemeralStorage: take(f, "storage", 0, parseBytes),
	}
	for _, item := range f.list("ext") {
		name, count, _ := strings.Cut(item, ":")
		n, err := strconv.ParseInt(count, 10, 64)
		f.fail("ext", err)
		r.Set(cluster.ResourceName(name), n)
	}
	return r
}

func (f *fields) labels(key string) cluster.Labels {
	var labels cluster.Labels
	for _, item := range f.list(key) {
		if labels == nil {
			labels = cluster.Labels{}
		}
		k, v, _ := strings.Cut(item, "=")
		labels[k] = v
	}
	return labels
}

func (f *fields) taints() []cluster.Taint {
	var taints []cluster.Taint
	for _, item := range f.list("taints") {
		t, err := parseTaint(item)
		f.fail("taints", err)
		taints = append(taints, t)
	}
	return taints
}

func parseTaint(s string) (cluster.Taint, error) {
	kv, effect, _ := strings.Cut(s, ":")
	key, value, _ := strings.Cut(kv, "=")
	for _, e := range []cluster.Effect{cluster.NoSchedule, cluster.PreferNoSchedule, cluster.NoExecute} {
		if e.String() == effect {
			return cluster.Taint{Key: key, Value: value, Effect: e}, nil
		}
	}
	return cluster.Taint{}, fmt.Errorf("%q: unknown effect %q", s, effect)
}

// parseCPU reads cores, or thousandths of one with m, into milli-CPU.
func parseCPU(s string) (int64, error) {
	if milli, ok := strings.CutSuffix(s, "m"); ok {
		return strconv.ParseInt(milli, 10, 64)
	}
	cores, err := strconv.ParseFloat(s, 64)
	return int64(cores * 1000), err
}

// parseBytes reads bytes, with Ki, Mi, Gi or Ti for powers of 1024.
func parseBytes(s string) (int64, error) {
	for i, suffix := range []string{"Ki", "Mi", "Gi", "Ti"} {
		if digits, ok := strings.CutSuffix(s, suffix); ok {
			n, err := strconv.ParseInt(digits, 10, 64)
			return n << (10 * (i + 1)), err
		}
	}
	return strconv.ParseInt(s, 10, 64)
}

// parseNode reads "node n1 cpu=2 ...".
func parseNode(line string) (*cluster.Node, error) {
	kind, name, f, err := parseLine(line)
	if err != nil {
		return nil, err
	}
	if kind != "node" {
		return nil, fmt.Errorf("%q: want a node", line)
	}
	n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{NamespacedName: cluster.NamespacedName{Name: name}, Labels: f.labels("labels")}}
	if n.Labels == nil {
		n.Labels = cluster.Labels{}
	}
	n.Labels[cluster.LabelHostname] = name
	if zone := f.string("zone", ""); zone != "" {
		n.Labels[cluster.LabelZone] = zone
	}
	n.Allocatable, n.AllocatablePods = f.resources(), f.int("pods", 110)
	n.Capacity = n.Allocatable.Clone()
	n.GPUs, n.Taints = int(f.int("gpus", 0)), f.taints()
	if err = f.rest(); err != nil {
		return nil, fmt.Errorf("%q: %w", line, err)
	}
	return n, nil
}

// parsePods reads "pod a cpu=2 ...": one pod, or count of one class.
func parsePods(line string) ([]*cluster.Pod, error) {
	kind, name, f, err := parseLine(line)
	if err != nil {
		return nil, err
	}
	if kind != "pod" {
		return nil, fmt.Errorf("%q: want a pod", line)
	}
	spec := f.spec()
	proto := cluster.Pod{Spec: spec, RunTime: f.duration("run", cluster.Forever)}
	proto.Namespace, proto.Labels = f.string("ns", "default"), f.labels("labels")
	count := f.int("count", 0)
	if err = f.rest(); err != nil {
		return nil, fmt.Errorf("%q: %w", line, err)
	}
	return copies(proto, name, count), nil
}

func copies(proto cluster.Pod, name string, count int64) []*cluster.Pod {
	if count == 0 {
		proto.Name = name
		return []*cluster.Pod{&proto}
	}
	var pods []*cluster.Pod
	for i := range count {
		p := proto
		p.Name = fmt.Sprintf("%s-%d", name, i+1)
		pods = append(pods, &p)
	}
	return pods
}

func (f *fields) spec() *cluster.PodSpec {
	_, cpu := f.values["cpu"]
	_, mem := f.values["mem"]
	s := &cluster.PodSpec{
		Containers:             []cluster.Container{{Name: "main", Requests: f.resources(), RequestsCPU: cpu, RequestsMemory: mem}},
		Priority:               int32(f.int("priority", 0)),
		SchedulerName:          f.string("scheduler", ""),
		NodeSelector:           f.labels("selector"),
		TerminationGracePeriod: f.duration("grace", 30*time.Second),
	}
	if milli := f.int("gpu-milli", cluster.DeviceMilli); f.values["gpus"] != "" {
		s.GPU = cluster.GPURequest{Devices: int(f.int("gpus", 0)), Milli: milli}
	}
	for _, key := range f.list("tolerate") {
		s.Tolerations = append(s.Tolerations, cluster.Toleration{Key: key, Operator: cluster.TolerationExists, Forever: true})
	}
	for _, p := range f.list("ports") {
		port, err := strconv.ParseInt(p, 10, 32)
		f.fail("ports", err)
		s.HostPorts = append(s.HostPorts, cluster.HostPort{Port: int32(port)})
	}
	return s.Complete()
}
