# Every target stands with what it does: make help.
FUZZTIME ?= 10m
# Browser tests share two cores; the limit is for a run that hangs.
TEST_TIMEOUT ?= 25m

.DEFAULT_GOAL := help
.PHONY: help assets build run deps test lint size bench robot torture race fuzz clean
.NOTPARALLEL:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

assets: ## build the recorder's script and module into relay/assets/dist
	go run ./wasm/build

build: assets ## build bin/cotrail, with the recorder in it
	go build -trimpath -ldflags="-s -w" -o bin/cotrail ./relay

run: build ## build and serve a demonstration on loopback
	bin/cotrail serve --dev

deps: ## install Chromium, PostgreSQL and Node.js from Debian's packages if they are missing
	.ci/deps

test: deps build lint size ## run everything: lint, sizes, unit, browser and end-to-end tests
	.ci/test-js
	.ci/test-go -timeout $(TEST_TIMEOUT)

lint: ## gofmt, vet, staticcheck (natively and for the browser) and tsc
	.ci/lint

size: ## print the sizes of script and module, fail over the limits
	go run ./wasm/build -size

bench: build ## print bytes per event, events per second and the page's cost
	go run ./e2e/bench

robot: build ## let a robot act on the demonstration for ten minutes
	go test ./e2e -run TestRobot -v -robot 10m -timeout 20m

torture: ## kill relays again and again under load and shuffle what arrives, and count what the log and the receivers have
	go test ./e2e/torture -v -cycles 200 -timeout 90m
	go test ./e2e/exactlyonce -v -cycles 100 -rapid.checks 1000 -timeout 60m
	go test ./e2e -count=1 -run TestStorm -v -storm 300 -timeout 20m
	go test ./relay/sequence -count=1 -run TestShuffle -v -orders 1000 -timeout 20m

race: deps assets ## run the tests with the race detector
	.ci/test-go -race -timeout 60m

fuzz: ## run each fuzz target for FUZZTIME (10m)
	.ci/fuzz $(FUZZTIME)

clean: ## remove what was built
	rm -rf bin .build
	find relay/assets/dist -type f ! -name .gitkeep -delete
