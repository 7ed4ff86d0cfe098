# `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO       ?= go
FUZZTIME ?= 60s
BENCH    ?= .
COUNT    ?= 6
CASES    ?= 500
SEED     ?= 1
# Of the property tests: the same cases each time, so that a red build is red for everybody. RAPIDSEED=0 draws new ones.
RAPIDSEED ?= 1

# The packages whose tests know the flags of rapid, and the others.
uses_rapid = {{$$p := .ImportPath}}{{range .TestImports}}{{if eq . "pgregory.net/rapid"}}{{$$p}}{{"\n"}}{{end}}{{end}}{{range .XTestImports}}{{if eq . "pgregory.net/rapid"}}{{$$p}}{{"\n"}}{{end}}{{end}}

BENCHFILE ?= out/bench/$(shell git rev-parse --short HEAD 2>/dev/null || echo new).txt

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/wavetank
	$(GO) build -o bin/wavetank ./cmd/wavetank

.PHONY: demo
demo: build ## Run the quickstart scenario; its results go to out/quickstart
	bin/wavetank run workloads/scenarios/quickstart.yaml -o out/quickstart

.PHONY: test
test: ## Run the tests; RAPIDSEED=0 draws new cases for the property tests
	properties=$$($(GO) list -f '$(uses_rapid)' ./... | sort -u); \
	$(GO) test $$($(GO) list ./... | grep -vxF "$$properties"); \
	$(GO) test $$properties -rapid.seed=$(RAPIDSEED)

.PHONY: check
check: lint ## Lint, and run the tests under the race detector
	$(GO) test -race ./...

# gofmt, vet and staticcheck know Go; our own rules (import directions,
# forbidden calls, lengths) are tests in cmd/wavetank/app and run with them.
.PHONY: lint
lint: bin/shadow ## gofmt, go vet (with shadowed variables) and staticcheck
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -vettool=bin/shadow ./...
	$(GO) tool staticcheck ./...

# go.mod pins the version; go.sum stands for a change of it.
bin/shadow: go.sum
	$(GO) build -o $@ golang.org/x/tools/go/analysis/passes/shadow/cmd/shadow
	@touch $@

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (60s each)
	@found=0; \
	while IFS=: read -r file target; do \
		found=1; echo "== $$target in $$(dirname $$file), $(FUZZTIME)"; \
		$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$(dirname $$file)" </dev/null; \
	done < <(grep -rEo --include='*_test.go' --exclude-dir=conformance '^func Fuzz[A-Za-z0-9_]*' . | sed 's/func //' | sort); \
	if [ $$found = 0 ]; then echo "no fuzz target found"; exit 1; fi

.PHONY: bench
bench: ## Run the benchmarks BENCH, COUNT times each, into out/bench/<commit>.txt
	@mkdir -p $(dir $(BENCHFILE))
	$(GO) test -p 1 -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./... | tee $(BENCHFILE)
	@echo; echo "Written to $(BENCHFILE). To compare with an earlier run:"; \
	echo "  go tool benchstat out/bench/<earlier>.txt $(BENCHFILE)"

# The test binaries that know -rewrite: those that link datadriven, and those
# that define the flag themselves.
.PHONY: golden
golden: ## Rewrite the golden files; then read the diff
	@packages=$$( set -e; { \
		$(GO) list -test -f '{{if eq .Name "main"}}{{$$p := .ImportPath}}{{range .Deps}}{{if eq . "github.com/cockroachdb/datadriven"}}{{$$p}}{{end}}{{end}}{{end}}' ./... \
			| sed -n 's/\.test$$//p'; \
		grep -rlE --include='*_test.go' --exclude-dir=conformance 'flag\.Bool(Var)?\(.*"rewrite"' . \
			| while read -r file; do $(GO) list "$$(dirname $$file)"; done || true; \
	} | sort -u); \
	if [ -z "$$packages" ]; then echo "no package has golden files"; exit 0; fi; \
	$(GO) test -count 1 $$packages -args -rewrite; \
	git --no-pager diff --stat -- '*testdata*'; \
	echo "Read the diff, and commit only what you can explain."

.PHONY: conformance
conformance: ## Compare with the real kube-scheduler on CASES random clusters from SEED
	cd scheduler/conformance && $(GO) run . -cases $(CASES) -seed $(SEED)

.PHONY: clean
clean: ## Remove what was built, and the results in out
	rm -rf bin out wavetank
	find . -name '*.test' -o -name '*.prof' -o -name 'coverage*.out' | xargs -r rm -f
