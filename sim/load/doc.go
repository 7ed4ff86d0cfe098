// Package load is the demand on services over time, and what comes of it: requests a second at each endpoint, use of cpu and
// memory of each pod, response times, errors. It changes nothing in the cluster. Autoscalers read it as they read
// metrics-server and the adapters of custom metrics; results are told of it interval by interval.
//
//	curves --demand--> services --share--> endpoints --queue--> served, lost, response time
//	                      |  ^                                     |
//	      callers to called  |  <------- what it calls ------------+--> usage --at each scrape--> metrics
//	                         +---------- answers
//
// # Which endpoints
//
// Requests go to the pods that kube-proxy knows to be ready, as EndpointSlices tell: ready, not terminating, or, when no
// other is ready, terminating and still serving. It hears of changes after Config.ProxyLatency. What becomes of a request
// there depends on the truth: a pod whose machine is down or cut off answers nothing, and until the API says that it is not
// ready any more it goes on being sent its share, all of which are errors. With kube-controller-manager's defaults that
// takes 50 s. Without any endpoint all requests are errors.
//
// A terminating pod serves what it is still sent until it ends. A container that hangs or restarts is as good as its pod's
// readiness says. Where proxies run and how long the network takes plays no part, nor do zones: traffic policies and topology hints
// are not modelled.
//
// # How requests are spread
//
// Random, as kube-proxy's iptables and nftables modes do, makes of Poisson arrivals Poisson arrivals at each endpoint.
// RoundRobin, as ipvs does, makes them more even, if all come through one proxy. A Service with sessionAffinity ClientIP has a
// number of clients of equal demand, each of which sticks to an endpoint: shares are unequal. kube-proxy lets a client stay
// where it is when an endpoint comes; here the new endpoint takes its part of the clients at once.
//
// # How an endpoint fares
//
// Each is a queue of its own (queue.go). It has as many servers as cores; a part of a core makes all of them slower, so that
// 1.5 cores are two servers at three quarters of their speed: the throughput is right, the response time at little load that of
// a container that is throttled all of the time and not at the end of each period. Cores are the limit of the serving
// container less what it needs when idle or, without a limit, the share of the node that its request gives it. A slow node takes
// its factor more of cpu for each request.
//
// A request waits for its turn no longer than the timeout. So an overloaded endpoint serves what it can and loses the rest, and
// between the two nothing jumps. All is reckoned as if the queue had been that way for long (a stationary queue): a backlog is
// not carried from one interval to the next, which is good for intervals that are long against the timeout and the response
// time.
//
// The percentiles and the share of slow answers are exact for Poisson arrivals, model MMC, and a service that calls no other.
// Processor sharing and sums along the call graph have a gamma distribution with the right mean and variance. queue_test.go
// holds both against simulations, request by request.
//
// # Calls
//
// What a service serves makes calls: to those, one after the other, whose response times are added. If one fails the request has
// failed. A call that fails does not keep others from being made, nor does a slow one keep its caller's servers busy: a
// caller's threads wait at no cost. Circles are an error.
//
// Retries are sent at once, by whoever calls, as often as the service says, and each to an endpoint by chance. They are
// demand too: an overload that they make worse is reckoned to its end. The time that failed attempts take is not counted.
//
// # Usage
//
// A pod that runs uses cpu when idle and for each request that it serves, never more than its limit, and memory for itself and each
// request that it has taken up (Little: how many that are is the rate times the response time). Whether it has too much memory is
// not decided here: the kubelet kills by the memory of its own model, which is what Config.Usage tells of.
//
// # Cost
//
// A service is reckoned when its demand changes, its endpoints do, or what its callers send it, and not otherwise. A demand
// that moves all the time is taken for even for a step. Scrapes are no events: ledgers (ledger.go) know afterwards what they
// would have said. Endpoints that are alike are reckoned once. Without services nothing is watched and nothing happens.
package load
