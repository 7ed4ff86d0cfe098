package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"gopkg.in/yaml.v3"
)

// documents cuts a file into documents: JSON values one after another, or a YAML stream.
func documents(name string, data []byte) ([]*yaml.Node, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if first := bytes.TrimSpace(data); len(first) == 0 || first[0] != '{' {
		return yamlDocuments(name, data)
	}
	nodes, err := jsonDocuments(name, data)
	if err == nil {
		return nodes, nil
	}
	// What opens like JSON may be YAML in flow style.
	if fromYAML, yamlErr := yamlDocuments(name, data); yamlErr == nil {
		return fromYAML, nil
	}
	return nil, err
}

func yamlDocuments(name string, data []byte) ([]*yaml.Node, error) {
	var nodes []*yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return nodes, nil
		}
		if err != nil {
			return nil, syntaxError(name, err)
		}
		if len(document.Content) == 1 && !isNull(document.Content[0]) {
			nodes = append(nodes, document.Content[0])
		}
	}
}

var (
	yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

	// yaml.v3 counts the lines of these from 0 (its parser's errors, not its scanner's).
	countedFromZero = regexp.MustCompile(`^did not find expected ('-'|key|<document start>|node content|',' or)`)
)

// syntaxError puts the line of a YAML error where the editor finds it.
func syntaxError(name string, err error) error {
	text := err.Error()
	m := yamlErrorLine.FindStringSubmatch(text)
	if m == nil {
		return fmt.Errorf("%s: %s", name, text)
	}
	line := 1
	if n, convErr := strconv.Atoi(m[1]); convErr == nil {
		line = n
		if countedFromZero.MatchString(text[len(m[0]):]) {
			line++
		}
	}
	return fmt.Errorf("%s:%d: not valid YAML: %s", name, line, text[len(m[0]):])
}

// raw returns the text of a document that begins at a line: up to the next document marker.
func raw(data []byte, line int) []byte {
	start := 0
	for ; line > 1; line-- {
		i := bytes.IndexByte(data[start:], '\n')
		if i < 0 {
			return nil
		}
		start += i + 1
	}
	rest := data[start:]
	if i := bytes.Index(rest, []byte("\n---")); i >= 0 {
		rest = rest[:i+1]
	}
	return rest
}
