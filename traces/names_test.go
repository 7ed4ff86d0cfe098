package traces

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNameSet(t *testing.T) {
	s := newNameSet()
	require.Equal(t, 0, s.add("a", 2))
	require.Equal(t, 0, s.add("b", 3))
	require.Equal(t, 2, s.add("a", 4))
	require.Equal(t, 2, s.add("a", 5), "the first occurrence is named")
	require.Equal(t, 0, s.add("", 6))
	require.Equal(t, 6, s.add("", 7))
	require.Equal(t, 3, s.count)
}

func TestNilNameSetFindsNothing(t *testing.T) {
	var s *nameSet
	require.Equal(t, 0, s.add("a", 1))
	require.Equal(t, 0, s.add("a", 2))
}

// Names as traces have them differ in a few digits. None may be taken for another, and all must be found again after
// the set has grown.
func TestNameSetTellsSimilarNamesApart(t *testing.T) {
	s := newNameSet()
	shapes := []string{"openb-pod-%04d", "%d", "job-%d/0", "%08x"}
	const each = 100_000
	line := func(shape, i int) int { return shape*each + i + 1 }
	for k, shape := range shapes {
		for i := range each {
			require.Zero(t, s.add(fmt.Sprintf(shape, i), line(k, i)))
		}
	}
	require.LessOrEqual(t, s.count*4, len(s.hashes)*3+4)
	for k, shape := range shapes {
		for i := 0; i < each; i += 997 {
			require.Equal(t, line(k, i), s.add(fmt.Sprintf(shape, i), 1<<31))
		}
	}
}

// The set is as good as a map of whole names.
func FuzzNameSet(f *testing.F) {
	f.Add("a b a c b")
	f.Fuzz(func(t *testing.T, text string) {
		text = text[:min(len(text), 1000)] // the work grows with the square of the length
		s, seen := newNameSet(), map[string]int{}
		for i := range text {
			for _, name := range []string{text[i:], text[:i], text[i : i+1]} {
				first, ok := seen[name]
				require.Equal(t, first, s.add(name, i+1))
				if !ok {
					seen[name] = i + 1
				}
			}
		}
		require.Len(t, seen, s.count)
	})
}
