# Wellbook's commands. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

CARGO ?= cargo
TOOLS := $(CURDIR)/.tools
DENY_VERSION := 0.20.2
DENY := $(TOOLS)/bin/cargo-deny-$(DENY_VERSION)

##@ Test
.PHONY: test
test: prerequisites lint test-fast ## Everything that continuous integration runs
	@echo "make test: all passed"

.PHONY: test-fast
test-fast: ## Unit and property tests
	@$(CARGO) test --locked --workspace

.PHONY: lint
lint: $(DENY) ## Format, clippy, rustdoc, dependency walls
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --locked --workspace --all-targets --all-features -- -D warnings
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items --quiet
	@$(DENY) --locked check --hide-inclusion-graph bans licenses sources

$(DENY):
	@$(CARGO) install --quiet --locked cargo-deny@$(DENY_VERSION) --root $(TOOLS)
	@mv $(TOOLS)/bin/cargo-deny $@

.PHONY: prerequisites
prerequisites: ## Install what is missing on this machine (or say exactly what to install)
	@deploy/prerequisites.sh

##@ Look
.PHONY: generate
generate: ## Make a year of the ledger in memory and print lines per second (THREADS=2)
	@$(CARGO) run --release --locked --quiet -p simulator --example generate -- $(or $(THREADS),2)

.PHONY: docs
docs: ## Build the Rust documentation
	@$(CARGO) doc --locked --workspace --no-deps
	@echo "target/doc/ledger/index.html"

.PHONY: help
help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
