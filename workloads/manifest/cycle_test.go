package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/workloads/manifest"
)

// owned writes a ConfigMap for each "name uid owner/uid ...".
func owned(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		part := strings.Fields(l)
		fmt.Fprintf(&b, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\n  uid: %q\n  ownerReferences:\n", part[0], part[1])
		for _, owner := range part[2:] {
			name, uid, _ := strings.Cut(owner, "/")
			fmt.Fprintf(&b, "  - {apiVersion: v1, kind: ConfigMap, name: %s, uid: %q}\n", name, uid)
		}
		b.WriteString("---\n")
	}
	return b.String()
}

func TestCyclicOwners(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		want string // "": none
	}{
		{"itself", owned("a 1 a/1"), "test.yaml:6: ConfigMap default/a: metadata.ownerReferences: it owns itself: it is owned by ConfigMap default/a"},
		{"each other", owned("a 1 b/2", "b 2 a/1"), "test.yaml:6: ConfigMap default/a: metadata.ownerReferences: it owns itself: it is owned by ConfigMap default/b, that by ConfigMap default/a"},
		{"below a tail", owned("t 9 x/8 a/1", "a 1 b/2", "b 2 c/3", "c 3 a/1"),
			"test.yaml:15: ConfigMap default/a: metadata.ownerReferences: it owns itself: it is owned by ConfigMap default/b, that by ConfigMap default/c, that by ConfigMap default/a"},
		{"second owner", owned("a 1 gone/7 a/1"), "test.yaml:6: ConfigMap default/a: metadata.ownerReferences: it owns itself"},
		{"an older namesake", owned("a 1 b/2", "b 2 a/0"), ""},
		{"two ways to one owner", owned("a 1 b/2 c/3", "b 2 d/4", "c 3 d/4", "d 4 e/5"), ""},
		{"another namespace", strings.Replace(owned("a 1 b/2", "b 2 a/1"), "  name: b\n", "  name: b\n  namespace: far\n", 1), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := manifest.Read("test.yaml", strings.NewReader(c.text))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}
