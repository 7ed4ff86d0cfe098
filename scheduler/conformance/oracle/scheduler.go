package oracle

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/features"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/framework"

	"github.com/wavetank/wavetank/scheduler/conformance/verdict"
)

// syncTimeout bounds the wait for the informers of one cluster, which takes milliseconds.
const syncTimeout = 30 * time.Second

// setUpProcess sets what upstream keeps per process: the one feature gate that differs, and a silent log.
var setUpProcess = sync.OnceValue(func() error {
	klog.SetLogger(logr.Discard())
	return utilfeature.DefaultMutableFeatureGate.Set(string(features.SchedulerAsyncPreemption) + "=false")
})

// Real is the real kube-scheduler on one cluster.
type Real struct {
	cluster *Cluster
	api     *apiServer
	sched   *scheduler.Scheduler
	pods    map[string]*corev1.Pod // namespace/name of every pod that the scheduler knows, as it is now
	listed  cache.Indexer          // the pods that listers show: preemption reads the pod's nomination there
	last    cycle                  // of the last Decide: Assume reserves with its state
	ctx     context.Context        // of the informers; ends with Close
	cancel  context.CancelFunc
}

var _ verdict.Scheduler = (*Real)(nil)

// Open is a verdict.Opener.
func Open(manifest []byte) (verdict.Scheduler, error) {
	cluster, err := Load(manifest)
	if err != nil {
		return nil, err
	}
	return New(cluster)
}

// New starts the real scheduler on a cluster, with its informers filled and no scheduling loop. The caller closes it.
func New(cluster *Cluster) (*Real, error) {
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), klog.Logger{}))
	r := &Real{cluster: cluster, pods: make(map[string]*corev1.Pod), ctx: ctx, cancel: cancel}
	for _, object := range cluster.Objects {
		if pod, ok := object.(*corev1.Pod); ok {
			r.pods[key(pod)] = pod
		}
	}
	if err := r.start(); err != nil {
		cancel()
		return nil, err
	}
	return r, nil
}

// Close ends the informers.
func (r *Real) Close() { r.cancel() }

func (r *Real) start() (err error) {
	r.api = newAPIServer(r.cluster.Objects)
	informers := scheduler.NewInformerFactory(r.api, 0)
	r.listed = informers.Core().V1().Pods().Informer().GetIndexer()
	recorder := func(string) events.EventRecorderLogger { return &events.FakeRecorder{} }
	r.sched, err = scheduler.New(r.ctx, r.api, informers, nil, recorder,
		scheduler.WithComponentConfigVersion("kubescheduler.config.k8s.io/v1"),
		scheduler.WithProfiles(r.cluster.Config.Profiles...),
		scheduler.WithPercentageOfNodesToScore(new(int32(100))))
	if err != nil {
		return err
	}
	informers.Start(r.ctx.Done())
	informers.WaitForCacheSync(r.ctx.Done())
	return r.waitForHandlers()
}

// waitForHandlers waits until the event handlers have filled the cache and the queue, looking every millisecond;
// WaitForHandlersSync looks every 100 ms, but with a context that is over it looks once.
func (r *Real) waitForHandlers() error {
	nodes, running, waiting := r.cluster.counts()
	over, end := context.WithCancel(r.ctx)
	end()
	filled := func(context.Context) (bool, error) {
		pods, err := r.sched.Cache.PodCount()
		pending, _ := r.sched.SchedulingQueue.PendingPods()
		return r.sched.Cache.NodeCount() == nodes && pods == running && len(pending) == waiting &&
			r.sched.WaitForHandlersSync(over) == nil, err
	}
	ctx, cancel := context.WithTimeout(r.ctx, syncTimeout)
	defer cancel()
	if err := wait.PollUntilContextCancel(ctx, time.Millisecond, true, filled); err != nil {
		return fmt.Errorf("waiting for %d nodes, %d running and %d waiting pods: %w", nodes, running, waiting, err)
	}
	return nil
}

func (r *Real) frameworkFor(pod *corev1.Pod) (framework.Framework, *config.KubeSchedulerProfile, error) {
	fw, ok := r.sched.Profiles[pod.Spec.SchedulerName]
	if !ok {
		return nil, nil, fmt.Errorf("pod %s: no profile is named %q", key(pod), pod.Spec.SchedulerName)
	}
	return fw, r.cluster.profile(pod.Spec.SchedulerName), nil
}

func key(pod *corev1.Pod) string { return pod.Namespace + "/" + pod.Name }
