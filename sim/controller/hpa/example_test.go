package hpa_test

import (
	"fmt"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/sim/controller"
	"github.com/wavetank/wavetank/sim/controller/hpa"
)

// twice is the recommender of the careful: two pods for each that the metrics ask for.
type twice struct{}

func (twice) Recommend(s *hpa.State) int { return 2 * s.Reactive }

// queue is a metrics API of one external metric.
type queue struct{ hpa.Metrics }

func (queue) External(string, string, *cluster.Selector) ([]hpa.Sample, bool) {
	return []hpa.Sample{{MilliValue: 25000}}, true
}

func Example() {
	engine := sim.New(1)
	store := cluster.NewStore(engine)
	recommenders := hpa.AllRecommenders()
	recommenders["twice"] = func(map[string]string) (hpa.Recommender, error) { return twice{}, nil }
	hpa.New(engine, store, hpa.Config{
		SyncPeriod: 15 * time.Second, DownscaleStabilization: 5 * time.Minute, Tolerance: 0.1, Metrics: queue{}, Recommenders: recommenders,
	}, controller.Options{})

	workers := &cluster.Deployment{Replicas: 4, Selector: cluster.SelectLabels(cluster.Labels{"app": "worker"})}
	workers.Name, workers.Status.Replicas = "worker", 4
	scaler := &cluster.HorizontalPodAutoscaler{Target: cluster.ObjectRef{Kind: "Deployment", Name: "worker"}, MinReplicas: 1, MaxReplicas: 10,
		Metrics: []cluster.MetricSpec{{Source: cluster.ExternalMetric, Metric: "queue", Target: cluster.AverageValueTarget, MilliValue: 10000}}}
	scaler.Name, scaler.Annotations = "worker", map[string]string{hpa.AnnotationRecommender: "twice"}
	for _, o := range []cluster.Object{workers, scaler} {
		if err := store.Create(o, cluster.ReasonCreated); err != nil {
			panic(err)
		}
	}
	if err := engine.Run(sim.Time(20 * time.Second)); err != nil {
		panic(err)
	}
	fmt.Println(store.Get(cluster.KindDeployment, workers.NamespacedName).(*cluster.Deployment).Replicas, "replicas")
	// Output: 6 replicas
}
