package manifest

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// check collects the first mistake found while an object is converted, so that conversion reads as a list of fields.
type check struct {
	*source
	err error
}

// fail notes a mistake at a field. Only the first one of an object is kept.
func (c *check) fail(path, format string, args ...any) {
	if c.err == nil {
		c.err = c.errorf(path, "%s: %s", path, fmt.Sprintf(format, args...))
	}
}

// want notes a mistake unless ok.
func (c *check) want(ok bool, path, format string, args ...any) {
	if !ok {
		c.fail(path, format, args...)
	}
}

// objectName checks the name of an object: a DNS subdomain (apimachinery pkg/api/validation.NameIsDNSSubdomain, v0.36).
func (c *check) objectName(name string) {
	if name == "" {
		c.fail("metadata.name", "is missing")
		return
	}
	if errs := validation.IsDNS1123Subdomain(name); len(errs) > 0 {
		c.fail("metadata.name", "%q: %s", name, errs[0])
	}
}

// choose returns the value of an enumerated field, def if it is not stated.
func choose[T any](c *check, path, value string, def T, values map[string]T) T {
	if value == "" {
		return def
	}
	v, ok := values[value]
	if !ok {
		c.fail(path, "unknown value %q (%s)", value, strings.Join(sortedKeys(values), ", "))
	}
	return v
}
