package app

import (
	"encoding/json"
	"io"
	"slices"

	"github.com/wavetank/wavetank/scheduler"
)

// The JSON of an explanation. Maps are written with sorted keys.
type (
	explanationDoc struct {
		Pod        string                `json:"pod"`
		Feasible   []string              `json:"feasible"`
		Filtered   map[string]verdictDoc `json:"filtered"`
		Unseen     []string              `json:"unseen,omitempty"`
		Scores     map[string]scoresDoc  `json:"scores"`
		Best       []string              `json:"best"`
		Node       string                `json:"node,omitempty"`
		Message    string                `json:"message,omitempty"`
		Preemption *preemptionDoc        `json:"preemption"`
		Nearest    *nearestDoc           `json:"nearest,omitempty"`
	}
	verdictDoc struct {
		Plugin  string   `json:"plugin"`
		Code    string   `json:"code"`
		Reasons []string `json:"reasons"`
	}
	scoresDoc struct {
		Total   int64            `json:"total"`
		Plugins map[string]int64 `json:"plugins"`
	}
	preemptionDoc struct {
		Node    string   `json:"node"`
		Victims []string `json:"victims"`
	}
	nearestDoc struct {
		Node      string             `json:"node"`
		Obstacles []verdictDoc       `json:"obstacles"`
		Lacks     map[string]lackDoc `json:"lacks"`
	}
	lackDoc struct {
		Asked int64 `json:"asked"`
		Free  int64 `json:"free"`
	}
)

func explanationJSON(w io.Writer, e *scheduler.Explanation) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(documentOf(e))
}

func documentOf(e *scheduler.Explanation) explanationDoc {
	doc := explanationDoc{
		Pod: e.Pod.String(), Feasible: []string{}, Filtered: map[string]verdictDoc{}, Unseen: e.Unseen,
		Scores: map[string]scoresDoc{}, Best: append([]string{}, e.Best...), Node: e.Decision.Node, Message: e.Message,
		Preemption: preemptionOf(e), Nearest: nearestOf(e.Nearest),
	}
	for _, n := range e.Feasible {
		doc.Feasible = append(doc.Feasible, n.Node)
		s := scoresDoc{Total: n.Total, Plugins: map[string]int64{}}
		for _, p := range n.Plugins {
			s.Plugins[p.Plugin] = p.Score
		}
		doc.Scores[n.Node] = s
	}
	for _, v := range e.Filtered {
		doc.Filtered[v.Node] = verdictOf(v.Rejected)
	}
	return doc
}

func verdictOf(r scheduler.Rejected) verdictDoc {
	return verdictDoc{Plugin: r.Plugin, Code: r.Code.String(), Reasons: r.Reasons}
}

func preemptionOf(e *scheduler.Explanation) *preemptionDoc {
	if e.Decision.Nominated == "" {
		return nil
	}
	doc := &preemptionDoc{Node: e.Decision.Nominated, Victims: []string{}}
	for _, v := range e.Decision.Evict {
		doc.Victims = append(doc.Victims, v.NamespacedName.String())
	}
	slices.Sort(doc.Victims)
	return doc
}

func nearestOf(n *scheduler.Nearest) *nearestDoc {
	if n == nil {
		return nil
	}
	doc := &nearestDoc{Node: n.Node, Lacks: map[string]lackDoc{}}
	for _, o := range n.Obstacles {
		doc.Obstacles = append(doc.Obstacles, verdictOf(o))
	}
	for _, l := range n.Lacks {
		doc.Lacks[string(l.Resource)] = lackDoc{Asked: l.Asked, Free: l.Free}
	}
	return doc
}
