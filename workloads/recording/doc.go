// Package recording reads the folder of a recorded experiment: input.yaml, what was done to a control plane and when, and
// setup.yaml, what that file does not say. It does not read the recorded timelines beside them, but for the times of the
// experimenter's own actions where that is asked for (Retime).
//
// input.yaml is a stream of manifests. A comment `# step "NAME": VERB at t=SECONDS` begins a step; VERB is create, merge
// patch or delete. A step that creates holds Kubernetes manifests; the others hold one document of action, target and
// patch. setup.yaml says when the recording ends, the second of the wall clock at t=0 of each run, which pods of Jobs
// fail, the load on a workload, which nodes the driver drains, one after the other, and when it begins, where the loops of
// the control plane stood, and which of its flags are not the default. Where the loops stood is drawn if it is not said.
package recording
