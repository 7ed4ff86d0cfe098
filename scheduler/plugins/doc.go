// Package plugins holds the scheduler's plugins and policies: one flat package, one file for each, one line for each in
// registry.go. Plugins of kube-scheduler have its names, arguments, codes, reasons and rounding (v1.36.3; every file names
// the upstream file it follows); what is ours says so in its file.
//
// A file has one shape: the doc comment with the formula and its source, the type, its factory, the extension points in
// the order in which a decision runs through them, and the cluster events that are worth another try.
//
// What a plugin promises here:
//
//   - Filter allocates nothing: a rejection is a status that was made beforehand, or that is remembered once made.
//   - Score allocates nothing: what depends on the spec alone is read from the spec, not from the cycle's state.
//   - A plugin belongs to one profile and one cycle at a time, so a buffer that it reuses needs no lock.
package plugins
