package app

import "github.com/wavetank/wavetank/sim/eviction"

// evictions is the API server's eviction subresource, for all who empty nodes.
func (s *simulation) evictions() *eviction.API {
	if s.evict == nil {
		s.evict = eviction.New(s.engine, s.store, s.stream("latency/call/eviction", s.scenario.Latency.Call))
	}
	return s.evict
}
