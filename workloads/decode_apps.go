package workloads

import (
	"strconv"

	"github.com/wavetank/wavetank/sim/cluster"
	"github.com/wavetank/wavetank/workloads/manifest"
)

func (d *decoder) app(v value) App {
	none := Constant{}
	a := App{Startup: none, Stop: none, selector: &cluster.Selector{}}
	d.object(v,
		field{"selector", func(v value) { a.Selector, a.selector = d.selector(v) }},
		into("namespace", &a.Namespace, d.identifier),
		into("container", &a.Container, d.identifier),
		into("startup", &a.Startup, d.distribution),
		field{"runTime", func(v value) { a.RunTime = d.runTime(v); a.Forever = a.RunTime == nil }},
		into("stop", &a.Stop, d.distribution),
		into("exitCode", &a.ExitCode, d.exitCode),
		into("crash", &a.Crash, d.crash),
		into("cpu", &a.MilliCPU, d.cpu),
		into("memory", &a.Memory, d.bytes),
		into("imageSize", &a.ImageSize, d.bytes),
		into("neverReady", &a.NeverReady, d.boolean),
	)
	return a
}

// selector reads a selector of labels as kubectl takes it: "app=web,tier in (a, b),!old".
func (d *decoder) selector(v value) (string, *cluster.Selector) {
	text := d.label(v)
	if d.err != nil {
		return "", nil
	}
	s, err := manifest.ParseSelector(text)
	if err != nil {
		d.fail(v, "not a selector of labels such as app=web: %w", err)
	}
	return text, s
}

func (d *decoder) exitCode(v value) int32 { return integer(d, int32(0), 255)(v) }

func (d *decoder) crash(v value) *Crash {
	c := &Crash{ExitCode: DefaultCrashCode}
	has := d.object(v,
		into("mtbf", &c.MTBF, d.longSpan),
		into("after", &c.After, d.distribution),
		into("probability", &c.Probability, d.probability),
		into("exitCode", &c.ExitCode, integer(d, int32(1), 255)),
	)
	d.exactlyOne(v, has, "mtbf", "after", "probability")
	return c
}

// probability reads a number above 0 and up to 1.
func (d *decoder) probability(v value) float64 {
	text := d.scalar(v, "a probability")
	p, err := strconv.ParseFloat(text, 64)
	if d.err == nil && (err != nil || !(p > 0 && p <= 1)) {
		d.fail(v, "not a probability above 0 and up to 1: %s", quoteOdd(text))
	}
	return p
}
