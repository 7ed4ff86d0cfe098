package plugins

import (
	"fmt"

	"github.com/wavetank/wavetank/scheduler/framework"
)

// TypeMeta is what the arguments of kube-scheduler's plugins may begin with. Both fields may be left out.
type TypeMeta struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
}

// argsVersion is the only version of the configuration API that kube-scheduler v1.36 reads.
const argsVersion = "kubescheduler.config.k8s.io/v1"

func (t TypeMeta) check(plugin string) error {
	if t.APIVersion != "" && t.APIVersion != argsVersion {
		return fmt.Errorf("%s: apiVersion: %q is not %s", plugin, t.APIVersion, argsVersion)
	}
	if want := plugin + "Args"; t.Kind != "" && t.Kind != want {
		return fmt.Errorf("%s: kind: %q is not %s", plugin, t.Kind, want)
	}
	return nil
}

// noArgs makes sure that a plugin without arguments is given none.
func noArgs(plugin string, args framework.Args) error {
	var none struct{ TypeMeta }
	if err := args.Decode(&none); err != nil {
		return fmt.Errorf("%s takes no arguments: %w", plugin, err)
	}
	return none.check(plugin)
}
