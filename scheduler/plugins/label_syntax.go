package plugins

import (
	"fmt"
	"regexp"
	"strings"
)

// The syntax of label keys and values (apimachinery pkg/api/validate/content, v0.36).
var (
	namePart   = regexp.MustCompile(`^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$`)
	prefixPart = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
)

const (
	maxNamePart   = 63
	maxPrefixPart = 253
)

// qualifiedName checks a label key or the name of an extended resource: an optional DNS subdomain and '/', then a name.
func qualifiedName(s string) error {
	prefix, name, hasPrefix := strings.Cut(s, "/")
	if !hasPrefix {
		prefix, name = "", s
	}
	if hasPrefix && (len(prefix) > maxPrefixPart || !prefixPart.MatchString(prefix)) {
		return fmt.Errorf("%q: the part before '/' must be a DNS subdomain", s)
	}
	if len(name) > maxNamePart || !namePart.MatchString(name) {
		return fmt.Errorf("%q must be 1 to 63 letters, digits, '-', '_' or '.', beginning and ending with a letter or digit", s)
	}
	return nil
}

// labelValue checks a label value, which may be empty.
func labelValue(s string) error {
	if s != "" && (len(s) > maxNamePart || !namePart.MatchString(s)) {
		return fmt.Errorf("%q must be at most 63 letters, digits, '-', '_' or '.', beginning and ending with a letter or digit", s)
	}
	return nil
}
