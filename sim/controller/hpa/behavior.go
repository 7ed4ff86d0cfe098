package hpa

import (
	"math"
	"time"

	"github.com/wavetank/wavetank/sim"
	"github.com/wavetank/wavetank/sim/cluster"
)

// The limit of growth without spec.behavior (horizontal.go: scaleUpLimitFactor, scaleUpLimitMinimum, v1.36.3).
const (
	scaleUpLimitFactor  = 2
	scaleUpLimitMinimum = 4
)

// policyPeriod is the period of the default policies (pkg/apis/autoscaling/v2/defaults.go: scaleUpPeriod and
// scaleDownPeriod, v1.36.3).
const policyPeriod = 15 * time.Second

// The default policies of a stated behavior (pkg/apis/autoscaling/v2/defaults.go: defaultHPAScaleUpRules and
// defaultHPAScaleDownRules, v1.36.3).
var (
	defaultUp   = []cluster.ScalingPolicy{{Value: 4, Period: policyPeriod}, {Percent: true, Value: 100, Period: policyPeriod}}
	defaultDown = []cluster.ScalingPolicy{{Percent: true, Value: 100, Period: policyPeriod}}
)

// rules are the rules of one direction with their defaults filled in.
type rules struct {
	stabilization time.Duration
	choice        cluster.SelectPolicy
	policies      []cluster.ScalingPolicy
	longest       time.Duration // period of the policies
}

// complete fills in the defaults of a direction (copyHPAScalingRules).
func complete(stated *cluster.ScalingRules, stabilization time.Duration, policies []cluster.ScalingPolicy) rules {
	r := rules{stabilization: stabilization, choice: cluster.SelectMax, policies: policies}
	if stated != nil {
		if stated.Stabilization != nil {
			r.stabilization = *stated.Stabilization
		}
		if stated.Select != "" {
			r.choice = stated.Select
		}
		if len(stated.Policies) > 0 {
			r.policies = stated.Policies
		}
	}
	for _, p := range r.policies {
		r.longest = max(r.longest, p.Period)
	}
	return r
}

// limit is what the policies allow the replicas to become, growing or shrinking (calculateScaleUpLimitWithScalingRules,
// calculateScaleDownLimitWithBehaviors). What has been added and removed within a policy's period counts.
func (r *rules) limit(now sim.Time, current int, h *history, grow bool) int {
	if r.choice == cluster.SelectDisabled {
		return current
	}
	furthest := grow == (r.choice != cluster.SelectMin) // the largest number wins
	result := math.MaxInt32
	if furthest {
		result = math.MinInt32
	}
	for i := range r.policies {
		p := &r.policies[i]
		start := current - changed(h.ups, now, p.Period) + changed(h.downs, now, p.Period)
		if n := allowed(p, start, grow); furthest {
			result = max(result, n)
		} else {
			result = min(result, n)
		}
	}
	return result
}

// allowed is what one policy makes of the replicas at the start of its period.
func allowed(p *cluster.ScalingPolicy, start int, grow bool) int {
	switch {
	case !p.Percent && grow:
		return start + p.Value
	case !p.Percent:
		return start - p.Value
	case grow: // rounded up, or a small target could never grow
		return int(math.Ceil(float64(start) * (1 + float64(p.Value)/100)))
	}
	return int(float64(start) * (1 - float64(p.Value)/100))
}

// bounds are the limits of one decision.
type bounds struct{ current, least, most int }

// limited holds a number against the bounds and the default limit of growth (convertDesiredReplicasWithRules). It returns
// the reason for the condition ScalingLimited.
func (b bounds) limited(desired int) (int, limit) {
	fastest := max(scaleUpLimitFactor*b.current, scaleUpLimitMinimum)
	most, why := b.most, tooMany
	if b.most > fastest {
		most, why = fastest, scaleUpLimit
	}
	switch {
	case desired < b.least:
		return b.least, tooFew
	case desired > most:
		return most, why
	}
	return desired, withinRange
}

// limitedBy holds a number against the bounds and the policies (convertDesiredReplicasWithBehaviorRate).
func (b bounds) limitedBy(now sim.Time, desired int, up, down *rules, h *history) (int, limit) {
	switch {
	case desired > b.current:
		fastest := max(up.limit(now, b.current, h, true), b.current)
		most, why := b.most, tooMany
		if b.most > fastest {
			most, why = fastest, scaleUpLimit
		}
		if desired > most {
			return most, why
		}
	case desired < b.current:
		fastest := min(down.limit(now, b.current, h, false), b.current)
		least, why := b.least, tooFew
		if b.least < fastest {
			least, why = fastest, scaleDownLimit
		}
		if desired < least {
			return least, why
		}
	}
	return desired, withinRange
}
