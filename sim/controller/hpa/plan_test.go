package hpa

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
)

// TestWhatFailuresAreCalled: the error of a look and the message of ScalingActive, in upstream's words.
func TestWhatFailuresAreCalled(t *testing.T) {
	resource := cluster.MetricSpec{Source: cluster.ResourceMetric, Resource: cluster.CPU, Target: cluster.UtilizationTarget}
	container := cluster.MetricSpec{Source: cluster.ContainerResourceMetric, Container: "main", Resource: cluster.Memory, Target: cluster.AverageValueTarget}
	pods := cluster.MetricSpec{Source: cluster.PodsMetric, Metric: "rps", Target: cluster.AverageValueTarget}
	object := cluster.MetricSpec{Source: cluster.ObjectMetric, Metric: "rps", Target: cluster.ValueTarget}
	external := cluster.MetricSpec{Source: cluster.ExternalMetric, Metric: "backlog", Target: cluster.ValueTarget}
	average := func(m cluster.MetricSpec) cluster.MetricSpec {
		m.Target = cluster.AverageValueTarget
		return m
	}
	const none, unready = "no pods returned by selector while calculating replica count", "did not receive metrics for targeted pods (pods might be unready)"
	for _, c := range []struct {
		spec    cluster.MetricSpec
		failure failure
		message string // after "the HPA was unable to compute the replica count: "
		err     string
	}{
		{resource, failure{why: noPods}, "failed to get cpu utilization: " + none, "failed to get cpu resource metric value: failed to get cpu utilization: " + none},
		{resource, failure{why: noSamples}, "failed to get cpu utilization: " + unready, "failed to get cpu resource metric value: failed to get cpu utilization: " + unready},
		{resource, failure{why: noMatch}, "failed to get cpu utilization: no metrics returned matched known pods",
			"failed to get cpu resource metric value: failed to get cpu utilization: no metrics returned matched known pods"},
		{resource, failure{why: noRequests, detail: "missing request for cpu in container c of Pod p"}, "failed to get cpu utilization: missing request for cpu in container c of Pod p",
			"failed to get cpu resource metric value: failed to get cpu utilization: missing request for cpu in container c of Pod p"},
		{average(resource), failure{why: noSamples}, "failed to get cpu usage: " + unready, "failed to get cpu resource metric value: failed to get cpu usage: " + unready},
		{container, failure{why: noSamples}, "failed to get memory usage: " + unready, "failed to get main container metric value: failed to get memory usage: " + unready},
		{pods, failure{why: noSamples}, unready, "failed to get pods metric value: " + unready},
		{object, failure{why: noPods}, "unable to calculate ready pods: " + none, "failed to get object metric value: unable to calculate ready pods: " + none},
		{average(object), failure{why: noPods}, "unable to calculate ready pods: " + none,
			"failed to get object metric value: failed to get rps object metric: unable to calculate ready pods: " + none},
		{external, failure{why: noPods}, "unable to calculate ready pods: " + none,
			"failed to get backlog external metric value: failed to get external metric backlog: unable to calculate ready pods: " + none},
		{average(external), failure{why: noPods}, "unable to calculate ready pods: " + none,
			"failed to get backlog external metric value: failed to get backlog external metric: unable to calculate ready pods: " + none},
	} {
		m := newMetric(unavailable{}, &c.spec)
		for range 2 { // the second time it is remembered
			message, err := m.explain(c.failure)
			require.Equal(t, "the HPA was unable to compute the replica count: "+c.message, message)
			require.Equal(t, c.err, err)
		}
	}
}

// TestNoMetricsAPI: in a cluster without metrics no autoscaler of whatever source scales, and each says what it misses.
func TestNoMetricsAPI(t *testing.T) {
	for source, spec := range map[cluster.MetricSource]cluster.MetricSpec{
		cluster.ResourceMetric:          {Resource: cluster.CPU, Target: cluster.UtilizationTarget, Utilization: 50},
		cluster.ContainerResourceMetric: {Resource: cluster.CPU, Container: "main", Target: cluster.UtilizationTarget, Utilization: 50},
		cluster.PodsMetric:              {Metric: "rps", Target: cluster.AverageValueTarget, MilliValue: 1000},
		cluster.ObjectMetric:            {Metric: "rps", Object: cluster.ObjectRef{Kind: "Service", Name: "web"}, Target: cluster.ValueTarget, MilliValue: 1000},
		cluster.ExternalMetric:          {Metric: "backlog", Target: cluster.AverageValueTarget, MilliValue: 1000},
	} {
		t.Run(string(source), func(t *testing.T) {
			w, _ := newWorld(t, 3, defaults(nil), controller.Options{})
			spec.Source = source
			w.autoscale(t, 1, 9, func(h *cluster.HorizontalPodAutoscaler) { h.Metrics = []cluster.MetricSpec{spec} })
			w.run(t, 10*time.Minute)
			require.Equal(t, 3, w.replicas())
			conditions := map[string]cluster.Condition{}
			for _, c := range w.status().Conditions {
				conditions[c.Type] = c
			}
			active := conditions[ScalingActive]
			require.False(t, active.Status)
			require.Equal(t, "FailedGet"+string(source)+"Metric", active.Reason)
			require.Contains(t, active.Message, "the HPA was unable to compute the replica count: ")
			require.Contains(t, active.Message, "no metrics returned from ")
			require.True(t, conditions[AbleToScale].Status)
		})
	}
}
