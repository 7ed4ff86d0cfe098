package scheduler

// Pause stops the scheduler, or lets it go on. While it is paused no scheduling cycle begins: pods pile up in the queue,
// and bindings that were decided before reach the API server. When it goes on it finds the cluster as it is by then.
func (s *Scheduler) Pause(paused bool) {
	s.paused = paused
	s.wake()
}
