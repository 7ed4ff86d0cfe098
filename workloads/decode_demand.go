package workloads

import (
	"math"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/wavetank/wavetank/traces"
)

// maxPeak is how much higher than its mean the peak of a diurnal demand can be.
const maxPeak = 100

// demand reads a number, which stays, or an object.
func (d *decoder) demand(v value) *Demand {
	m := Demand{Scale: 1, TimeScale: 1}
	if v.node.Kind == yaml.ScalarNode {
		n := d.notNegative(v)
		m.Constant = &n
		return &m
	}
	constant := func(v value) *float64 { n := d.notNegative(v); return &n }
	has := d.object(v,
		into("constant", &m.Constant, constant),
		into("step", &m.Step, d.points),
		into("ramp", &m.Ramp, d.points),
		into("diurnal", &m.Diurnal, d.diurnal),
		into("mmpp", &m.MMPP, d.mmpp),
		into("file", &m.File, d.loadFile),
		into("sum", &m.Sum, some(d, func(v value) Demand { return *d.demand(v) })),
		into("scale", &m.Scale, d.notNegative),
		into("timeScale", &m.TimeScale, d.positive),
		into("poisson", &m.Poisson, d.longSpan),
	)
	d.exactlyOne(v, has, "constant", "step", "ramp", "diurnal", "mmpp", "file", "sum")
	return &m
}

// notNegative reads a number of 0 or more.
func (d *decoder) notNegative(v value) float64 {
	text := d.scalar(v, "a number")
	if n, err := strconv.ParseFloat(text, 64); d.err == nil && err == nil && n == 0 && !math.Signbit(n) {
		return 0
	}
	return d.positive(v)
}

// points reads a list of rates in order of time.
func (d *decoder) points(v value) []LoadPoint {
	all := some(d, func(v value) LoadPoint {
		var p LoadPoint
		has := d.object(v, into("at", &p.At, d.span), into("rps", &p.RPS, d.notNegative))
		d.require(v, has, "at", "rps")
		return p
	})(v)
	for i := 1; i < len(all) && d.err == nil; i++ {
		if all[i].At <= all[i-1].At {
			path := v.path + "[" + strconv.Itoa(i) + "]"
			d.failAt(d.lines[path], path+".at", "%s is not after %s", formatDuration(all[i].At), formatDuration(all[i-1].At))
		}
	}
	return all
}

func (d *decoder) diurnal(v value) *Diurnal {
	c := &Diurnal{Period: 24 * time.Hour, PeakAt: -1}
	has := d.object(v,
		into("mean", &c.Mean, d.notNegative), into("peak", &c.Peak, d.notNegative), into("period", &c.Period, d.longSpan),
		into("peakAt", &c.PeakAt, d.span), into("weekly", &c.Weekly, list(d, d.notNegative)),
	)
	d.require(v, has, "mean", "peak")
	if c.PeakAt < 0 {
		c.PeakAt = c.Period / 2
	}
	switch {
	case d.err != nil:
	case c.Peak < c.Mean:
		d.fail(v, "peak %s is below mean %s", formatFloat(c.Peak), formatFloat(c.Mean))
	case c.Peak > maxPeak*c.Mean:
		d.fail(v, "peak %s is over %d times mean %s", formatFloat(c.Peak), maxPeak, formatFloat(c.Mean))
	case c.PeakAt >= c.Period:
		d.fail(v, "peakAt %s is not within the period %s", formatDuration(c.PeakAt), formatDuration(c.Period))
	case len(c.Weekly) != 0 && len(c.Weekly) != 7:
		d.fail(v, "weekly has %d factors: one for each of seven days is expected", len(c.Weekly))
	}
	return c
}

func (d *decoder) mmpp(v value) []LoadLevel {
	levels := some(d, func(v value) LoadLevel {
		var l LoadLevel
		has := d.object(v, into("rps", &l.RPS, d.notNegative), into("mean", &l.Mean, d.longSpan))
		d.require(v, has, "rps", "mean")
		return l
	})(v)
	if d.err == nil && len(levels) < 2 {
		d.fail(v, "one level: at least two are expected, to go from one to another")
	}
	return levels
}

func (d *decoder) loadFile(v value) *LoadFile {
	f := &LoadFile{}
	has := d.object(v,
		into("format", &f.Format, func(v value) string { return d.word(v, traces.RateFormats()...) }),
		into("path", &f.Path, d.text),
		into("pick", &f.Pick, d.text),
		into("metric", &f.Metric, d.text),
	)
	d.require(v, has, "format", "path")
	return f
}
