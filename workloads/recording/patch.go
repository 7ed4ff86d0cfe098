package recording

import (
	"encoding/json"
	"fmt"
)

func (s *Step) setPatch(file string, patch any) error {
	if s.Verb == Delete {
		return nil
	}
	text, err := json.Marshal(patch)
	if err != nil || patch == nil {
		return fmt.Errorf("%s:%d: step %q: patch: it is no JSON object", file, s.Line, s.Name)
	}
	s.Patch = string(text)
	return nil
}

// Merge applies a JSON merge patch to a document: RFC 7386, section 2.
func Merge(document, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	merged := map[string]any{}
	if target, isObject := document.(map[string]any); isObject {
		for k, v := range target {
			merged[k] = v
		}
	}
	for k, v := range changes {
		if v == nil {
			delete(merged, k)
			continue
		}
		merged[k] = Merge(merged[k], v)
	}
	return merged
}
