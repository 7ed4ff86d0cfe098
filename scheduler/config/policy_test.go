package config

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/scheduler/framework"
)

func TestPoliciesAreTheScorersOutsideTheDefaultProfile(t *testing.T) {
	require.Equal(t, []PolicyInfo{
		{"default", "the default profile of kube-scheduler"},
		{"Everywhere", "the default filters, and Everywhere alone to choose among the nodes that fit"},
		{"Loosest", "prefers what it is told to prefer"},
		{"Tightest", "the default filters, and Tightest alone to choose among the nodes that fit"},
	}, Policies(fakes()))
}

func TestPolicy(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		percentage int32
	}{
		{"default", defaultSummary, 0},
		{"DEFAULT", defaultSummary, 0},
		{"Tightest", "queueSort PrioritySort\nfilter NodeName TaintToleration NodeAffinity NodeResourcesFit GPUShare\npreScore Tightest\nscore Tightest:1\n", 100},
		{"loosest", "queueSort PrioritySort\nfilter NodeName TaintToleration NodeAffinity NodeResourcesFit GPUShare\nscore Loosest:1\n", 100},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Policy(tt.name, fakes())
			require.NoError(t, err)
			require.Len(t, c.Profiles, 1)
			require.Equal(t, tt.want, summary(&c.Profiles[0]))
			require.Equal(t, tt.percentage, c.Profiles[0].PercentageOfNodesToScore)
			require.Equal(t, "default-scheduler", c.Profiles[0].SchedulerName)
			require.Empty(t, c.Warnings)
			requireRuns(t, &c, fakes())
			requireSameAgain(t, &c, fakes())
		})
	}
}

func TestUnknownPolicy(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"tihgtest", `no policy named "tihgtest"; did you mean Tightest? (known: default, Everywhere, Loosest, Tightest)`},
		{"defualt", `no policy named "defualt"; did you mean default? (known: default, Everywhere, Loosest, Tightest)`},
		{"zzzzzzzz", `no policy named "zzzzzzzz" (known: default, Everywhere, Loosest, Tightest)`},
		{"", `no policy named "" (known: default, Everywhere, Loosest, Tightest)`},
		{"NodeAffinity", `no policy named "NodeAffinity" (known: default, Everywhere, Loosest, Tightest)`},
		{"Gate", `no policy named "Gate" (known: default, Everywhere, Loosest, Tightest)`},
		{"Needy", `no policy named "Needy" (known: default, Everywhere, Loosest, Tightest)`},
	} {
		_, err := Policy(tt.name, fakes())
		require.EqualError(t, err, tt.want)
	}
}

func TestDefaultNeedsItsPlugins(t *testing.T) {
	_, err := Default(framework.Registry{})
	require.EqualError(t, err, "default.yaml: profile default-scheduler: queueSort: 0 plugins, where exactly one is needed")
	broken := fakes()
	cause := errors.New("out of order")
	broken["NodeName"] = func(framework.Args, framework.Handle) (framework.Plugin, error) { return nil, cause }
	_, err = Default(broken)
	require.EqualError(t, err, "default.yaml: profile default-scheduler: plugin NodeName: out of order")
	require.ErrorIs(t, err, cause)
}
