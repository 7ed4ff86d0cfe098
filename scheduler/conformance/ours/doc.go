// Package ours is Wavetank's scheduler behind the interface of a scheduler under test: manifests are read as
// "wavetank explain" reads them, and every decision is taken twice, by the path that explains and by the path that
// remembers. A difference between the two is an error.
package ours
