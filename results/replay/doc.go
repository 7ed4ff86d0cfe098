// Package replay reads the events of a run back and tells what was there at an instant.
//
//	events.jsonl ---> Read ---> Event ---> State.Apply ---> State at an instant
//	                              |
//	                              +------> History.Apply -> replicas of a Deployment over time
//
// The reader is strict: an event that a run would not have written is an error at its line, so that a file that was cut
// or edited does not pass for a run. results/README.md lists the events and their fields.
//
// A recording may begin with objects that were there before it. Of those the events tell less: their creation is not
// known, and a node that nothing happened to is known by the pods on it alone.
package replay
