package report

import (
	"cmp"
	"slices"
	"strings"

	"gonum.org/v1/plot/plotter"

	"github.com/wavetank/wavetank/results"
)

// linesOf is how many workloads have a line of their own.
const linesOf = 6

// availability draws how many of the desired pods served, and what the API said: of all workloads together, and of the
// worst ones each.
func availability(rows []row, s *results.Summary) []panel {
	var served, claimed steps
	merged(capped(rows), func(at float64, sums []float64) {
		desired, serving, ready := sums[0], sums[2], sums[3]
		if desired > 0 {
			served.add(at, serving/desired)
			claimed.add(at, ready/desired)
		}
	})
	served, claimed = begun(served), begun(claimed)
	panels := []panel{{title: "all workloads, %", share: true, lines: []line{{"serving", served}, {"ready in the API", claimed}}}}
	each := panel{title: "worst workloads, %", share: true}
	for _, name := range worst(s.Workloads) {
		each.lines = append(each.lines, line{name[len(name)-1], servingOf(rows, name)})
	}
	return append(panels, each)
}

// capped counts of each workload at most the desired pods: what one has too many does not help another.
func capped(rows []row) []row {
	rows = slices.Clone(rows)
	for i := range rows {
		f := slices.Clone(rows[i].figures)
		f[2], f[3] = min(f[2], f[0]), min(f[3], f[0])
		rows[i].figures = f
	}
	return rows
}

// worst returns the names of the workloads that served least, as the rows have them, and for people.
func worst(list []results.WorkloadSummary) [][]string {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b results.WorkloadSummary) int {
		return cmp.Or(cmp.Compare(a.Enough, b.Enough), cmp.Compare(a.Serving, b.Serving))
	})
	var names [][]string
	for _, w := range list[:min(len(list), linesOf)] {
		names = append(names, []string{w.Kind + "/" + w.Namespace + "/" + w.Name, w.Namespace + "/" + w.Name})
	}
	return names
}

func servingOf(rows []row, name []string) steps {
	var data steps
	for _, r := range rows {
		if r.of == name[0] && r.figures[0] > 0 {
			data.add(r.at, min(r.figures[2], r.figures[0])/r.figures[0])
		}
	}
	return begun(data)
}

// begun leaves out how a share came to be whole for the first time, if it ever was: that is how the run began, and would
// make all that follows look small.
func begun(data steps) steps {
	if i := slices.IndexFunc(data, func(p plotter.XY) bool { return p.Y >= 1 }); i > 0 {
		return data[i:]
	}
	return data
}

// load draws what came in, what went wrong, and what there was to answer it, over all services.
func load(rows []row) []panel {
	var requests, failed, slow, endpoints, serving steps
	merged(rows, func(at float64, sums []float64) {
		requests.add(at, clean(sums[0]))
		failed.add(at, clean(sums[1]))
		slow.add(at, clean(sums[2]))
		endpoints.add(at, clean(sums[5]))
		serving.add(at, clean(sums[6]))
	})
	return []panel{
		{title: "requests / s", lines: []line{{"requests", requests}}},
		{title: "bad requests / s", lines: []line{{"not answered", failed}, {"slow", slow}}},
		{title: "replicas", lines: []line{{"serving", serving}, {"ready in the API", endpoints}}},
	}
}

// clean takes away what rounding leaves of sums.
func clean(v float64) float64 {
	if v < 1e-6 {
		return 0
	}
	return v
}

// pods draws how many run and how many wait, and the shares of the resources that are given to them.
func pods(read samples) []panel {
	var running, pending steps
	for _, r := range read.rows {
		pending.add(r.at, r.figures[0])
		running.add(r.at, r.figures[1])
	}
	panels := []panel{{title: "pods", lines: []line{{"running", running}, {"pending", pending}}}}
	shares := panel{title: "allocated, %"}
	for i, name := range read.figures {
		resource, is := strings.CutSuffix(name, "_allocated")
		if !is || i+1 == len(read.figures) || len(shares.lines) == linesOf {
			continue
		}
		var share steps
		for _, r := range read.rows {
			if r.figures[i+1] > 0 {
				share.add(r.at, 100*r.figures[i]/r.figures[i+1])
			}
		}
		if share.most() > 0 {
			shares.lines = append(shares.lines, line{resource, share})
		}
	}
	if len(shares.lines) == 1 {
		shares.title = shares.lines[0].name + " allocated, %"
	}
	if len(shares.lines) > 0 {
		panels = append(panels, shares)
	}
	return panels
}

// waiting draws the pods that wait alone: those that run count the dead ones that the API still has.
func waiting(panels []panel) []panel {
	if len(panels) == 0 {
		return nil
	}
	return []panel{{title: "pods pending", lines: panels[0].lines[1:]}}
}

// nodes draws the nodes in truth and in the API, and what they cost.
func nodes(rows []row) []panel {
	var exist, up, ready, price steps
	for _, r := range rows {
		exist.add(r.at, r.figures[0])
		up.add(r.at, r.figures[1])
		ready.add(r.at, r.figures[2])
		price.add(r.at, r.figures[3])
	}
	panels := []panel{{title: "nodes", lines: []line{{"up", up}, {"ready in the API", ready}, {"exist", exist}}}}
	if price.most() > 0 {
		panels = append(panels, panel{title: "price / hour", lines: []line{{"all nodes", price}}})
	}
	return panels
}
