// Package config reads a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) and returns the profiles that the
// scheduler runs. It follows kube-scheduler v1.36.3, so that a configuration file of a real cluster is accepted unchanged
// and means the same:
//
//	file -> document      strict.go: YAML with lines; an unknown field is an error
//	     -> known names   names.go: every plugin named is in the registry, or is known and said not to be modelled
//	     -> merged        merge.go: the user's sets of plugins into the default ones (default.yaml)
//	     -> expanded      expand.go: multiPoint into the extension points that each plugin has
//	     -> profiles      profile.go: with the plugins' arguments, which each plugin's factory decodes and checks
//
// Which points a plugin has is asked of the plugin itself, made by the registry that is handed in. So nothing here knows
// the name of a policy: every scorer of the registry that is not part of the default profile is one (policy.go).
package config
