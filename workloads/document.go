package workloads

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxBytes bounds a scenario file. One that describes a thousand groups of nodes has a few hundred kilobytes.
const maxBytes = 16 << 20

// Load reads a scenario from a file. The settings, each "key=value", change it first, as Document.Set does.
func Load(path string, settings ...string) (*Scenario, error) {
	data, err := readLimited(path)
	if err != nil {
		return nil, fmt.Errorf("reading scenario: %w", err)
	}
	doc, err := Parse(path, data)
	if err != nil {
		return nil, err
	}
	for _, setting := range settings {
		key, value, ok := strings.Cut(setting, "=")
		if !ok {
			return nil, fmt.Errorf("setting %q: key=value is expected", setting)
		}
		if err = doc.Set(key, value); err != nil {
			return nil, err
		}
	}
	return doc.Decode()
}

func readLimited(path string) (_ []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, maxBytes+1))
}

// Decode reads a scenario from YAML. The name stands for the file in messages.
func Decode(name string, data []byte) (*Scenario, error) {
	doc, err := Parse(name, data)
	if err != nil {
		return nil, err
	}
	return doc.Decode()
}

// Document is a scenario as written: well-formed YAML that nobody has looked into.
type Document struct {
	name string
	root *yaml.Node
}

// Parse reads one YAML document. Its errors are of syntax. Anchors, aliases and tags are errors too: a scenario says
// what it means in full, and so does every message about it.
func Parse(name string, data []byte) (*Document, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%s: over %d bytes", name, maxBytes)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root, second yaml.Node
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: empty: a scenario is expected", name)
	} else if err != nil {
		return nil, syntaxError(name, err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, complaint(name, second.Line, "", errors.New("a second document: a scenario is one"))
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxError(name, err)
	}
	if err := checkPlain(name, &root); err != nil {
		return nil, err
	}
	if len(root.Content) == 0 {
		return nil, fmt.Errorf("%s: empty: a scenario is expected", name)
	}
	return &Document{name: name, root: root.Content[0]}, nil
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// syntaxError gives an error of the YAML reader the form of ours.
func syntaxError(name string, err error) error {
	text := err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("%s:%s: broken YAML: %s", name, m[1], text[len(m[0]):])
	}
	return fmt.Errorf("%s: broken YAML: %s", name, strings.TrimPrefix(text, "yaml: "))
}

// checkPlain refuses what a scenario has no use for. An alias could also make a small file a huge tree.
func checkPlain(name string, node *yaml.Node) error {
	switch {
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		return complaint(name, node.Line, "", errors.New("anchors and aliases are not supported"))
	case node.Style&yaml.TaggedStyle != 0:
		return complaint(name, node.Line, "", fmt.Errorf("tags are not supported: %s", node.Tag))
	}
	for _, child := range node.Content {
		if err := checkPlain(name, child); err != nil {
			return err
		}
	}
	return nil
}

// Decode checks the document and returns the scenario, with all defaults filled in.
func (doc *Document) Decode() (*Scenario, error) {
	d := &decoder{origin: origin{file: doc.name, lines: map[string]int{}}}
	s := d.scenario(value{node: doc.root})
	if d.err != nil {
		return nil, d.err
	}
	s.origin = d.origin
	return s, nil
}

var (
	settingKey  = regexp.MustCompile(`^[^.\[\]]+(\[\d+\])*(\.[^.\[\]]+(\[\d+\])*)*$`)
	settingStep = regexp.MustCompile(`[^.\[\]]+`)
)

// Set changes one value before decoding: Set("workload[0].trace.timeScale", "2"). The value is YAML, so it may be a
// whole object: Set("scheduler", "{policy: bestfit}"). Objects on the way are made when they are missing, entries of
// lists are not. Whether the key is one that scenarios have, Decode tells.
func (doc *Document) Set(key, text string) error {
	if !settingKey.MatchString(key) {
		return fmt.Errorf("setting %q: not a key such as workload[0].trace.timeScale", key)
	}
	if strings.TrimSpace(text) == "" {
		return fmt.Errorf("setting %q: a value is missing", key)
	}
	set, err := Parse("setting "+key, []byte(text))
	if err != nil {
		return err
	}
	forgetLines(set.root)
	place, err := doc.place(key)
	if err != nil {
		return err
	}
	*place = *set.root
	return nil
}

// place finds the value with that key, and makes it when its object has none.
func (doc *Document) place(key string) (*yaml.Node, error) {
	node := doc.root
	for _, span := range settingStep.FindAllStringIndex(key, -1) {
		step := key[span[0]:span[1]]
		var err error
		if span[0] > 0 && key[span[0]-1] == '[' {
			node, err = entry(node, step)
		} else {
			node, err = member(node, step)
		}
		if err != nil {
			return nil, fmt.Errorf("setting %q: %s: %w", key, strings.TrimRight(key[:span[0]], ".["), err)
		}
	}
	return node, nil
}

func entry(list *yaml.Node, index string) (*yaml.Node, error) {
	if list.Kind != yaml.SequenceNode {
		return nil, errors.New("not a list")
	}
	i, err := strconv.Atoi(index)
	if err != nil || i >= len(list.Content) {
		return nil, fmt.Errorf("no entry %s: the list has %d", index, len(list.Content))
	}
	return list.Content[i], nil
}

func member(object *yaml.Node, key string) (*yaml.Node, error) {
	if object.Kind == 0 || object.Tag == "!!null" {
		*object = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	if object.Kind != yaml.MappingNode {
		return nil, errors.New("not an object")
	}
	for i := 0; i+1 < len(object.Content); i += 2 {
		if object.Content[i].Value == key {
			return object.Content[i+1], nil
		}
	}
	made := &yaml.Node{}
	object.Content = append(object.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, made)
	return made, nil
}

// forgetLines marks values as set from outside: they stand in no line of the file.
func forgetLines(node *yaml.Node) {
	node.Line = 0
	for _, child := range node.Content {
		forgetLines(child)
	}
}
