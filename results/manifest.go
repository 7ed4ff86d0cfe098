package results

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"
)

// Manifest says how to get the same results again, and how to tell that they are the same. It holds nothing that depends
// on the machine or the moment.
type Manifest struct {
	Version  string  `yaml:"version"` // of Wavetank
	Seed     uint64  `yaml:"seed"`
	Scenario any     `yaml:"scenario"` // with all defaults filled in
	Inputs   []Input `yaml:"inputs,omitempty"`

	// Close fills in the rest.
	Partial      string `yaml:"partial,omitempty"` // why the run ended early
	EventLogHash string `yaml:"eventLogHash"`
	StoreHash    string `yaml:"storeHash"`
	Digest       string `yaml:"digest"`
}

// Input is a file that the run read.
type Input struct {
	Path   string `yaml:"path"`   // as the scenario names it
	SHA256 string `yaml:"sha256"` // of its bytes as stored, compressed or not
	Bytes  int64  `yaml:"bytes"`
}

// HashInput reads a file and returns what the manifest says of it, under the name that the scenario gives it.
func HashInput(name, path string) (Input, error) {
	f, err := os.Open(path)
	if err != nil {
		return Input{}, fmt.Errorf("hashing input: %w", err)
	}
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return Input{}, fmt.Errorf("hashing input %s: %w", path, err)
	}
	return Input{Path: name, SHA256: hex.EncodeToString(sum.Sum(nil)), Bytes: n}, nil
}

// finish fills in what is known at the end.
func (m Manifest) finish(end *Ending) Manifest {
	m.Partial = end.Partial
	m.EventLogHash, m.StoreHash = hexHash(end.EventLogHash), hexHash(end.StoreHash)
	m.Digest = Digest(end.EventLogHash, end.StoreHash)
	return m
}

func (m *Manifest) write(w io.Writer) error {
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(m); err != nil {
		return err
	}
	return enc.Close()
}

// ReadManifest reads manifest.yaml of an output folder; the scenario is decoded to plain maps. Unknown fields are errors.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, ManifestFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading results: %w", err)
	}
	defer f.Close()
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	var m Manifest
	if err = dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &m, nil
}

// Digest names a run by what happened in it: the first 64 bits of the SHA-256 of both hashes, in hexadecimal. Equal
// digests, but for chance, mean the same events in the same order and the same history of the cluster.
func Digest(eventLog, store uint64) string {
	var words [16]byte
	binary.BigEndian.PutUint64(words[:8], eventLog)
	binary.BigEndian.PutUint64(words[8:], store)
	sum := sha256.Sum256(words[:])
	return hex.EncodeToString(sum[:8])
}

func hexHash(h uint64) string { return fmt.Sprintf("%016x", h) }
