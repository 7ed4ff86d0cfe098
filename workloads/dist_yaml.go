package workloads

import (
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// maxShape bounds the parameters that have no unit. Sigma 10 already spans nine powers of ten.
const (
	minShape = 0.01
	maxShape = 100
)

// distribution reads {lognormal: {median: 5m, sigma: 1.2}}. A bare duration is constant.
func (d *decoder) distribution(v value) Distribution {
	if v.node.Kind == yaml.ScalarNode {
		return Constant{d.span(v)}
	}
	var dist Distribution
	has := d.object(v,
		into("constant", &dist, func(v value) Distribution { return Constant{d.span(v)} }),
		into("exponential", &dist, d.exponential),
		into("lognormal", &dist, d.lognormal),
		into("uniform", &dist, d.uniform),
		into("weibull", &dist, d.weibull),
		into("gamma", &dist, d.gamma),
	)
	d.exactlyOne(v, has, "constant", "exponential", "lognormal", "uniform", "weibull", "gamma")
	return dist
}

// exponential reads {mean: 10s}, or 10s for short.
func (d *decoder) exponential(v value) Distribution {
	if v.node.Kind == yaml.ScalarNode {
		return Exponential{d.longSpan(v)}
	}
	var e Exponential
	d.require(v, d.object(v, into("mean", &e.MeanSpan, d.longSpan)), "mean")
	return e
}

func (d *decoder) lognormal(v value) Distribution {
	var l Lognormal
	has := d.object(v, into("median", &l.Median, d.longSpan), into("sigma", &l.Sigma, d.shape))
	d.require(v, has, "median", "sigma")
	return l
}

func (d *decoder) uniform(v value) Distribution {
	var u Uniform
	has := d.object(v, into("min", &u.Min, d.span), into("max", &u.Max, d.span))
	d.require(v, has, "min", "max")
	if d.err == nil && u.Min > u.Max {
		d.fail(v, "min %s is over max %s", formatDuration(u.Min), formatDuration(u.Max))
	}
	return u
}

func (d *decoder) weibull(v value) Distribution {
	var w Weibull
	has := d.object(v, into("shape", &w.Shape, d.shape), into("scale", &w.Scale, d.longSpan))
	d.require(v, has, "shape", "scale")
	return w
}

func (d *decoder) gamma(v value) Distribution {
	var g Gamma
	has := d.object(v, into("shape", &g.Shape, d.shape), into("mean", &g.MeanSpan, d.longSpan))
	d.require(v, has, "shape", "mean")
	return g
}

// shape reads a parameter without unit.
func (d *decoder) shape(v value) float64 {
	n := d.positive(v)
	if d.err == nil && (n < minShape || n > maxShape) {
		d.fail(v, "not between %g and %g: %s", minShape, float64(maxShape), v.node.Value)
	}
	return n
}

// distributionNode writes a distribution as distribution reads it.
func distributionNode(dist Distribution) *yaml.Node {
	switch t := dist.(type) {
	case Constant:
		return object(pair{"constant", spanNode(t.Span)})
	case Exponential:
		return object(pair{"exponential", object(pair{"mean", spanNode(t.MeanSpan)})})
	case Lognormal:
		return object(pair{"lognormal", object(pair{"median", spanNode(t.Median)}, pair{"sigma", floatNode(t.Sigma)})})
	case Uniform:
		return object(pair{"uniform", object(pair{"min", spanNode(t.Min)}, pair{"max", spanNode(t.Max)})})
	case Weibull:
		return object(pair{"weibull", object(pair{"shape", floatNode(t.Shape)}, pair{"scale", spanNode(t.Scale)})})
	case Gamma:
		return object(pair{"gamma", object(pair{"shape", floatNode(t.Shape)}, pair{"mean", spanNode(t.MeanSpan)})})
	}
	panic("workloads: a distribution without a form in YAML")
}

func spanNode(span time.Duration) *yaml.Node { return word(formatDuration(span)) }
func floatNode(n float64) *yaml.Node         { return word(formatFloat(n)) }
func formatFloat(n float64) string           { return strconv.FormatFloat(n, 'g', -1, 64) }
