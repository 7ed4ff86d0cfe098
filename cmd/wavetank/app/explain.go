package app

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wavetank/wavetank/scheduler"
	"github.com/wavetank/wavetank/sim/cluster"
)

// explainFlags are the flags of `wavetank explain`.
type explainFlags struct {
	config  string
	pod     string
	attempt int
	format  string
}

func (p *program) explainCommand() *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain FILES... | RESULTS_DIR",
		Short: "Explain a scheduling decision: every node's verdict, every score, the victims, what is missing",
		Long: `Explain takes one scheduling decision and says why.

With manifests (YAML or JSON, several documents in a file, - for standard input) it decides about a pending pod on
the cluster they describe: nodes, pods with spec.nodeName on them, priority classes, budgets, volumes and so on. A
KubeSchedulerConfiguration among the documents is the scheduler's configuration; all nodes are looked at unless it
sets percentageOfNodesToScore.

With the folder of a run's results it explains a decision of that run, from its log of decisions (results.decisions
in the scenario): "summary", the default, has what each plugin rejected and why; "full" has every node and score.`,
		Example: `  kubectl get nodes,pods -A -o yaml | wavetank explain - pending-pod.yaml
  wavetank explain cluster.yaml --config scheduler.yaml --pod default/web-7 -o json
  wavetank explain out/quickstart --pod default/pod-17 --attempt 1`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("output", f.format, "table", "json"); err != nil {
				return err
			}
			return p.explain(args, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "a KubeSchedulerConfiguration file, in place of one among the manifests")
	flags.StringVar(&f.pod, "pod", "", "namespace/name of the pod; needed unless just one pod is pending")
	flags.IntVar(&f.attempt, "attempt", 0, "which attempt to schedule the pod, from 1; default the last (results only)")
	flags.StringVarP(&f.format, "output", "o", "table", "what to print: table or json")
	return cmd
}

func (p *program) explain(args []string, f explainFlags) error {
	if info, err := os.Stat(args[0]); err == nil && info.IsDir() {
		if len(args) > 1 {
			return fmt.Errorf("explain takes one folder of results or some manifests, not both: %v", args)
		}
		if f.config != "" {
			return fmt.Errorf("--config: a run's log of decisions holds the configuration it was made with")
		}
		return p.explainRun(args[0], f)
	}
	if f.attempt != 0 {
		return fmt.Errorf("--attempt: only the results of a run have attempts")
	}
	e, err := p.explainManifests(args, f)
	if err != nil {
		return err
	}
	return p.render(e, f.format)
}

func (p *program) render(e *scheduler.Explanation, format string) error {
	if format == "json" {
		return explanationJSON(p.out, e)
	}
	return p.explanationTable(e)
}

// parsePodName reads namespace/name; a bare name is in the namespace default.
func parsePodName(s string) (cluster.NamespacedName, error) {
	namespace, name, both := strings.Cut(s, "/")
	if !both {
		namespace, name = "default", s
	}
	if namespace == "" || name == "" || strings.Contains(name, "/") {
		return cluster.NamespacedName{}, fmt.Errorf("--pod: %q is not namespace/name", s)
	}
	return cluster.NamespacedName{Namespace: namespace, Name: name}, nil
}
