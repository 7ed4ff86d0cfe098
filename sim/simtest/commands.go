package simtest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cockroachdb/datadriven"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/fault"
)

// commands are the commands that print nothing.
var commands = map[string]func(*env, *datadriven.TestData) error{
	"submit":      (*env).submit,
	"add-node":    (*env).addNode,
	"delete-node": (*env).deleteNode,
	"node-down":   onNode(fault.TakeDown),
	"node-up":     onNode(fault.BringUp),
	"cordon":      onNode(cordon),
	"uncordon":    onNode(uncordon),
	"outage":      (*env).outage,
	"delete":      (*env).delete,
	"bind":        (*env).bind,
}

// arguments returns the key=value words of a command.
func arguments(td *datadriven.TestData) (*fields, error) {
	_, _, f, err := parseLine("command " + td.FullCmd())
	return f, err
}

// named returns the first, bare word of a command, and its key=value words.
func named(td *datadriven.TestData) (string, *fields, error) {
	_, name, f, err := parseLine(td.FullCmd())
	return name, f, err
}

func (e *env) submit(td *datadriven.TestData) error {
	for text := range strings.Lines(td.Input) {
		pods, err := parsePods(text)
		if err != nil {
			return err
		}
		for _, p := range pods {
			if err = e.store.Create(p, cluster.ReasonCreated); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *env) addNode(td *datadriven.TestData) error {
	n, err := parseNode("node " + strings.TrimPrefix(td.FullCmd(), "add-node"))
	if err != nil {
		return err
	}
	return e.store.Create(n, cluster.ReasonCreated)
}

func (e *env) deleteNode(td *datadriven.TestData) error {
	name, _, err := named(td)
	if err != nil {
		return err
	}
	n := e.store.Node(name)
	if n == nil {
		return fmt.Errorf("there is no node %q", name)
	}
	return e.store.Delete(cluster.KeyOf(n), cluster.ReasonDeleted)
}

// onNode makes a command of what is done to one node.
func onNode(do func(*cluster.Store, string) error) func(*env, *datadriven.TestData) error {
	return func(e *env, td *datadriven.TestData) error {
		name, f, err := named(td)
		if err != nil {
			return err
		}
		if err = f.rest(); err != nil {
			return err
		}
		return do(e.store, name)
	}
}

func cordon(s *cluster.Store, name string) error {
	return s.EditNode(name, cluster.ReasonCordoned, func(n *cluster.Node) { n.Unschedulable = true })
}

func uncordon(s *cluster.Store, name string) error {
	return s.EditNode(name, cluster.ReasonUncordoned, func(n *cluster.Node) { n.Unschedulable = false })
}

func (e *env) outage(td *datadriven.TestData) error {
	f, err := arguments(td)
	if err != nil {
		return err
	}
	var nodes fault.Nodes = fault.Named(f.list("nodes"))
	if zone := f.string("zone", ""); zone != "" {
		nodes = fault.Zone(zone)
	}
	o := fault.Fault{Effect: &fault.PowerLoss{Nodes: nodes}, At: sim.Time(f.duration("at", 0)), For: f.duration("for", 0)}
	if err = f.rest(); err != nil {
		return err
	}
	return e.faults.Add(o)
}

// pod returns the key of "name" or "namespace/name".
func (e *env) pod(text string) (cluster.Key, error) {
	n := cluster.NamespacedName{Namespace: "default", Name: text}
	if ns, name, ok := strings.Cut(text, "/"); ok {
		n = cluster.NamespacedName{Namespace: ns, Name: name}
	}
	p := e.store.Pod(n)
	if p == nil {
		return cluster.Key{}, fmt.Errorf("there is no pod %v", n)
	}
	return cluster.KeyOf(p), nil
}

func (e *env) delete(td *datadriven.TestData) error {
	words := strings.Fields(td.FullCmd())
	if len(words) < 2 || len(words) > 3 || len(words) == 3 && words[2] != "force" {
		return fmt.Errorf("want delete POD [force]")
	}
	key, err := e.pod(words[1])
	if err != nil {
		return err
	}
	if len(words) == 3 {
		return e.store.Delete(key, cluster.ReasonDeleted)
	}
	return e.store.Terminate(key, cluster.ReasonKilling)
}

func (e *env) bind(td *datadriven.TestData) error {
	words := strings.Fields(td.FullCmd())
	if len(words) < 3 {
		return fmt.Errorf("want bind POD NODE [gpus=0,1]")
	}
	key, err := e.pod(words[1])
	if err != nil {
		return err
	}
	_, _, f, err := parseLine(strings.Join(words[1:], " "))
	if err != nil {
		return err
	}
	gpus, err := parseDevices(f.list("gpus"))
	if err != nil {
		return err
	}
	if err = f.rest(); err != nil {
		return err
	}
	return e.store.Bind(key, words[2], gpus)
}

func parseDevices(numbers []string) (cluster.DeviceSet, error) {
	var set cluster.DeviceSet
	for _, text := range numbers {
		i, err := strconv.ParseUint(text, 10, 6)
		if err != nil {
			return 0, fmt.Errorf("gpus: %w", err)
		}
		set |= 1 << i
	}
	return set, nil
}

// assert compares what is said with what is.
func (e *env) assert(td *datadriven.TestData) (string, error) {
	f, err := arguments(td)
	if err != nil {
		return "", err
	}
	facts := e.facts()
	if text := f.string("pod", ""); text != "" {
		key, wrong := e.pod(text)
		if wrong != nil {
			return wrong.Error(), nil
		}
		p := e.store.Pod(key.NamespacedName)
		facts["phase"], facts["node"], facts["reason"] = p.Status.Phase.String(), p.NodeName, p.Status.Reason
	}
	for _, key := range f.order {
		want, ok := f.take(key)
		is, known := facts[key]
		switch {
		case ok && !known:
			return "", fmt.Errorf("nothing is known of %s", key)
		case ok && is != want:
			return fmt.Sprintf("%s is %s, not %s", key, is, want), nil
		}
	}
	return "ok", nil
}

// facts counts pods by phase, and those in the scheduler's queue.
func (e *env) facts() map[string]string {
	counts := map[cluster.Phase]int{}
	for _, o := range e.store.List(cluster.KindPod) {
		counts[o.(*cluster.Pod).Status.Phase]++
	}
	facts := map[string]string{"waiting": strconv.Itoa(e.scheduler.Waiting())}
	for p := cluster.Pending; p <= cluster.Failed; p++ {
		facts[strings.ToLower(p.String())] = strconv.Itoa(counts[p])
	}
	return facts
}
