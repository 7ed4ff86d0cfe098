// Package nodegroup is the provider of machines: groups of like nodes that can be made larger and smaller. A group makes
// nodes when it is told to, after the time that provisioning takes, and removes those that it is told to. When to do which
// is the business of an autoscaler, which knows a group by an interface of its own.
package nodegroup
