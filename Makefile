# Wellbook's commands. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

CARGO ?= cargo
TOOLS := $(CURDIR)/.tools
DENY_VERSION := 0.20.2
VENV := $(CURDIR)/.venv
ANALYTICS := $(CURDIR)/.venv-analytics/bin
RELEASE := target/release/wellbook
DEBUG := target/debug/wellbook
##@ Run
.PHONY: up
up: prerequisites $(if $(findstring analytics,$(ARGS)),prerequisites-analytics) build fetch ## Start everything, stream a year of history and then live (ARGS="--days 30 --with analytics")
	@$(RELEASE) up $(ARGS)

.PHONY: down
down: ## Stop everything; data stays
	@if [ -x $(RELEASE) ]; then $(RELEASE) down $(ARGS); else echo "nothing was built, so nothing runs"; fi

.PHONY: reset
reset: ## Stop everything and delete its data (asks)
	@if [ -x $(RELEASE) ]; then $(RELEASE) down --wipe $(ARGS); else echo "nothing was built, so nothing runs"; fi

.PHONY: status
status: ## Show what runs, and where
	@$(RELEASE) status $(ARGS)

.PHONY: verify
verify: ## Prove that nothing was lost, doubled or altered
	@$(RELEASE) verify $(ARGS)

##@ Prepare
.PHONY: prerequisites
prerequisites: ## Install what is missing on this machine (or say exactly what to install)
	@deploy/prerequisites.sh run

.PHONY: fetch
fetch: prerequisites build ## Fetch Kafka, the registry and Postgres once; afterwards work offline
	@$(RELEASE) fetch

.PHONY: build
build: ## Build the release binaries
	@$(CARGO) build --release --locked --workspace --bins

##@ Test
.PHONY: test
test: prerequisites-test lint test-fast test-stack test-analytics ## Everything: lints, unit and property tests, the real stack, and analytics on it
	@echo "make test: all passed"

.PHONY: test-fast
test-fast: ## Unit and property tests; no stack
	@$(CARGO) test --locked --workspace

# With the tests, not by `cargo build`: what tests need of libraries would else be built twice.
DEBUG_BINARIES = $(CARGO) test --locked --workspace --no-run --test stack

.PHONY: test-stack
test-stack: prerequisites-test ## Integration tests on a real Kafka, registry and Postgres of their own
	@$(DEBUG_BINARIES)
	@$(DEBUG) fetch
	@$(DEBUG) backbone -- $(CARGO) test --locked --workspace --test stack -- --test-threads 2

.PHONY: lint
lint: lint-rust lint-deploy ## Format, clippy, rustdoc, dependency walls, Compose and Dockerfile

.PHONY: lint-rust
lint-rust: $(TOOLS)/bin/cargo-deny-$(DENY_VERSION)
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --locked --workspace --all-targets --all-features -- -D warnings
	@$(CARGO) clippy --locked --workspace --all-features --test stack -- -D warnings
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items --quiet
	@$(TOOLS)/bin/cargo-deny-$(DENY_VERSION) --locked check --hide-inclusion-graph bans licenses sources

$(TOOLS)/bin/cargo-deny-$(DENY_VERSION):
	@CARGO_PROFILE_DEV_DEBUG=false $(CARGO) install --quiet --locked --debug cargo-deny@$(DENY_VERSION) --root $(TOOLS)
	@mv $(TOOLS)/bin/cargo-deny $@

.PHONY: lint-deploy
lint-deploy: prerequisites-test ## Check the Compose model with the real Compose, and the Dockerfile with hadolint
	@deploy/check.sh

.PHONY: prerequisites-test
prerequisites-test:
	@deploy/prerequisites.sh test

.PHONY: test-analytics
test-analytics: prerequisites-analytics ## dbt, Dagster and reports on a ledger that is streamed for them
	@$(DEBUG_BINARIES)
	@$(DEBUG) fetch
	@deploy/analytics/test.sh $(DEBUG)

##@ Analyse (of the stack that runs; ARGS="--data-dir DIR" for another)
.PHONY: prerequisites-analytics
prerequisites-analytics:
	@deploy/prerequisites.sh analytics

# A failure to find the stack must end the recipe: `eval "$(…)"` alone would not.
OF_STACK = [ -x $(RELEASE) ] || { echo "nothing was built, so nothing runs: make up" >&2; exit 1; }; \
	settings=$$($(RELEASE) env $(ARGS)); eval "$$settings"; export DO_NOT_TRACK=1

.PHONY: dbt
dbt: prerequisites-analytics ## Build the marts and test them (DBT="build -s gl" for another command)
	@$(OF_STACK); cd dbt; $(ANALYTICS)/dbt $(or $(DBT),build) --profiles-dir . --no-version-check

.PHONY: dbt-docs
dbt-docs: prerequisites-analytics ## Write the marts' documentation as one page, dbt/target/static_index.html
	@$(OF_STACK); cd dbt; $(ANALYTICS)/dbt docs generate --static --profiles-dir . --no-version-check
	@echo "dbt/target/static_index.html"

REPORT = $(ANALYTICS)/python -m reporting
.PHONY: report
report: prerequisites-analytics ## Write a period's close package and notebooks (PERIOD=2025-10 COMPANY=1000 OUT=target/reports)
	@[ -n "$(PERIOD)" ] && [ -n "$(COMPANY)" ] || { echo "which period of which company? make report PERIOD=2025-10 COMPANY=1000 (or GROUP)" >&2; exit 2; }
	@$(OF_STACK); export PYTHONPATH=reports/src; out=$(or $(OUT),target/reports); mkdir -p "$$out"; \
	 $(RELEASE) verify --json $(ARGS) >"$$out/verify.json" || echo "verify found differences: the cover says so" >&2; \
	 $(REPORT) close-package --period $(PERIOD) --company $(COMPANY) --verify "$$out/verify.json" --out "$$out"; \
	 $(REPORT) notebooks --period $(PERIOD) --company $(COMPANY) --out "$$out"

##@ Measure and read
.PHONY: bench
bench: prerequisites build ## Measure each stage against its limit and a peer, in one run (ARGS=--quick)
	@$(CARGO) build --release --locked --quiet -p simulator -p kafka -p store --examples
	@$(RELEASE) fetch
	@$(CARGO) bench --locked --quiet -p cli --bench spine -- $(ARGS)
	@$(MAKE) --no-print-directory bench-analytics ARGS="$(findstring --quick,$(ARGS))"

.PHONY: bench-analytics
bench-analytics: prerequisites prerequisites-analytics build fetch ## Measure the ledger's marts: a day more, and SQL by hand (ARGS=--quick)
	@deploy/analytics/bench.sh $(RELEASE) $(ARGS)

.PHONY: generate
generate: prerequisites build ## Make a year of the ledger as files in target/ledger, without a broker (ARGS="--format csv")
	@$(RELEASE) generate --out target/ledger --force $(ARGS)

.PHONY: realism
realism: prerequisites ## Judge a year of the ledger, of seed 42 and of ten others, and write the scorecard (OUT=target/realism)
	@$(CARGO) build --release --locked --quiet -p cli --bin wellbook
	@$(RELEASE) realism --days 365 --seeds 42,1,2,3,5,8,13,21,34,55,89 --out $(or $(OUT),target/realism) $(ARGS)

.PHONY: docs
docs: ## Build the Rust documentation
	@$(CARGO) doc --locked --workspace --no-deps
	@echo "target/doc/ledger/index.html"

.PHONY: help
help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
