package plugins

import (
	"slices"

	"github.com/wavetank/wavetank/scheduler/framework"
)

// normalizeToMax scales scores of 0 and more so that the largest becomes MaxNodeScore, rounding down; reverse then turns
// them round, so that fewer is better. If all are 0 they stay 0, or all become MaxNodeScore in reverse
// (plugins/helper/normalize_score.go: DefaultNormalizeScore, v1.36).
func normalizeToMax(scores []int64, reverse bool) {
	if len(scores) == 0 {
		return
	}
	largest := max(0, slices.Max(scores))
	for i, s := range scores {
		if largest > 0 {
			s = framework.MaxNodeScore * s / largest
		}
		if reverse {
			s = framework.MaxNodeScore - s
		}
		scores[i] = s
	}
}

// normalizeRange maps the largest score to MaxNodeScore and the smallest to 0, rounding down: MaxNodeScore then stands for
// the largest score exactly and for nothing near it. If all are equal, all become MaxNodeScore.
func normalizeRange(scores []int64) {
	if len(scores) == 0 {
		return
	}
	low, high := slices.Min(scores), slices.Max(scores)
	for i, s := range scores {
		if high == low {
			scores[i] = framework.MaxNodeScore
		} else {
			scores[i] = (s - low) * framework.MaxNodeScore / (high - low)
		}
	}
}
