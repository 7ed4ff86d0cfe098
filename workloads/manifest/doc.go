// Package manifest reads Kubernetes manifests.
package manifest
