package workloads

import (
	"maps"
	"slices"
	"time"
)

// Preset is what a study says of failures in the field.
type Preset struct {
	// Source is where the figures are from, and how they follow from it.
	Source string
	// Domain is what fails together.
	Domain Domain
	// TimeBetween is the time between two failures of a machine or domain. Where a source gives a rate alone, the process is
	// taken to be without memory: exponential.
	TimeBetween Distribution
	// Repair is how long a failure lasts; nil where the source says nothing of it: then the scenario has to.
	Repair Distribution
}

// every is a process without memory with so many failures in so many days of a machine or domain; its mean is rounded to
// an hour.
func every(days, failures float64) Distribution {
	return Exponential{time.Duration(days / failures * 24 * float64(time.Hour)).Round(time.Hour)}
}

// Presets returns the presets of faults at random, by name.
func Presets() map[string]Preset {
	return map[string]Preset{
		"google-machine": {
			Source: "Dean, Designs, Lessons and Advice from Building Large Distributed Systems, keynote at LADIS 2009, slide " +
				"\"The Joys of Real Hardware\": ~1000 individual machine failures in the first year of a new cluster; of 1,800 " +
				"machines, as he said at Google I/O 2008. Once in 1.8 years a machine",
			Domain: DomainNode, TimeBetween: every(1800*365, 1000),
		},
		"google-rack": {
			Source: "the same slide: ~20 rack failures (40-80 machines instantly disappear, 1-6 hours to get back). With 60 " +
				"machines in a rack 1,800 are 30 racks: once in 1.5 years a rack; the time to get back is taken as uniform",
			Domain: DomainRack, TimeBetween: every(30*365, 20), Repair: Uniform{time.Hour, 6 * time.Hour},
		},
		"meta-rsc1": {
			Source: "Kokolis et al., Revisiting Reliability in Large-Scale Machine Learning Research Clusters, HPCA 2025 " +
				"(arXiv 2410.21680): 6.50 failures per thousand node-days in RSC-1, of 16,000 A100",
			Domain: DomainNode, TimeBetween: every(1000, 6.50),
		},
		"meta-rsc2": {
			Source: "the same: 2.34 failures per thousand node-days in RSC-2, of 8,000 A100",
			Domain: DomainNode, TimeBetween: every(1000, 2.34),
		},
		"meta-llama3": {
			Source: "Grattafiori et al., The Llama 3 Herd of Models, 2024 (arXiv 2407.21783), table 5: 419 unexpected " +
				"interruptions in 54 days of 16,384 H100, 8 in a server: 2,048 servers",
			Domain: DomainNode, TimeBetween: every(54*2048, 419),
		},
	}
}

// PresetNames lists the presets, sorted.
func PresetNames() []string { return slices.Sorted(maps.Keys(Presets())) }
