package plugins

import (
	"github.com/wavetank/wavetank/scheduler/framework"
	"github.com/wavetank/wavetank/sim/cluster"
)

// defaultBinder binds every pod at once (plugins/defaultbinder/default_binder.go, v1.36).
type defaultBinder struct{}

var _ framework.BindPlugin = defaultBinder{}

func newDefaultBinder(args framework.Args, _ framework.Handle) (framework.Plugin, error) {
	return defaultBinder{}, noArgs(DefaultBinder, args)
}

func (defaultBinder) Name() string { return DefaultBinder }

func (defaultBinder) Bind(_ *framework.CycleState, pod *cluster.Pod, node string, gpus cluster.DeviceSet, b framework.Binder) *framework.Status {
	return framework.AsStatus(DefaultBinder, b.Bind(cluster.KeyOf(pod), node, gpus))
}
