package oracle

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install" // the types that a manifest may hold
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	configscheme "k8s.io/kubernetes/pkg/scheduler/apis/config/scheme"
	configv1 "k8s.io/kubernetes/pkg/scheduler/apis/config/v1"
	configvalidation "k8s.io/kubernetes/pkg/scheduler/apis/config/validation"
)

// strict decodes one document into the type of its apiVersion and kind, and refuses unknown and doubled fields.
var strict = json.NewSerializerWithOptions(json.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme,
	json.SerializerOptions{Yaml: true, Strict: true})

// decode reads the documents of a manifest. The configuration is nil if no document holds one. Objects are as
// written: neither defaulted nor validated.
func decode(manifest []byte) (cfg []byte, objects []runtime.Object, err error) {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(manifest)))
	for n := 1; ; n++ {
		document, readErr := documents.Read()
		if errors.Is(readErr, io.EOF) {
			return cfg, objects, nil
		}
		if readErr != nil {
			return nil, nil, fmt.Errorf("document %d: %w", n, readErr)
		}
		if isConfig(document) {
			cfg = document
			continue
		}
		object, _, decodeErr := strict.Decode(document, nil, nil)
		if decodeErr != nil {
			return nil, nil, fmt.Errorf("document %d: %w", n, decodeErr)
		}
		objects = append(objects, object)
	}
}

func isConfig(document []byte) bool { return kindOf(document).Group == config.GroupName }

// kindOf is the group and kind that a document claims to have, or nothing.
func kindOf(document []byte) schema.GroupVersionKind {
	asJSON, err := utilyaml.ToJSON(document)
	if err != nil {
		return schema.GroupVersionKind{}
	}
	gvk, err := json.DefaultMetaFactory.Interpret(asJSON)
	if err != nil {
		return schema.GroupVersionKind{}
	}
	return *gvk
}

// decodeConfig is the scheduler's configuration with its defaults, validated; without a document the default one.
func decodeConfig(document []byte) (*config.KubeSchedulerConfiguration, error) {
	if document == nil {
		document = fmt.Appendf(nil, "apiVersion: %s\nkind: KubeSchedulerConfiguration\n", configv1.SchemeGroupVersion)
	}
	object, _, err := configscheme.Codecs.UniversalDecoder().Decode(document, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("scheduler configuration: %w", err)
	}
	cfg, ok := object.(*config.KubeSchedulerConfiguration)
	if !ok {
		return nil, fmt.Errorf("scheduler configuration: %T is not a KubeSchedulerConfiguration", object)
	}
	if errs := configvalidation.ValidateKubeSchedulerConfiguration(cfg); errs != nil {
		return nil, fmt.Errorf("scheduler configuration: %w", errs)
	}
	return cfg, nil
}
