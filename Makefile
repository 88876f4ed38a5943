.DEFAULT_GOAL := help
.PHONY: help demo console console-build test test-all check check-python check-sql check-typescript check-deployment format docs bench mutate dist freeze lock clean

PYTHON ?= python3
BIN := .venv/bin
# Where `make console` serves the console on 127.0.0.1.
CONSOLE_PORT ?= 4173
# For two cores: the tests wait for two thirds of their time.
WORKERS ?= 3

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{sub(/:.*/, "", $$1); printf "  make %-13s %s\n", $$1, $$2}'

# The environment is rebuilt when the pins or the project's metadata change.
$(BIN)/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed. Say which: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the pinned packages into .venv (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(BIN)/.ready ## Set up, start a helpdesk on the local stack and play a support story
	@$(BIN)/helpdesk demo

console: $(BIN)/.ready ## Set up, build the console and open it, with a local helpdesk that has the demo's people
	@$(BIN)/python scripts/console.py --port $(CONSOLE_PORT)

console-build: $(BIN)/.ready ## Only build the console, into examples/console/dist
	@$(BIN)/python scripts/console_build.py

test: $(BIN)/.ready ## Set up and run the tests
	@$(BIN)/python -m pytest -n $(WORKERS)

test-all: $(BIN)/.ready ## All tests: also those of the night, PostgreSQL 16 whole, and the whole matrix over HTTP
	@$(BIN)/python -m pytest -n $(WORKERS) --all

check: $(BIN)/.ready ## Format, lint and types, for Python, SQL, TypeScript and what deploys; changes nothing
	@$(MAKE) --no-print-directory --jobs 2 check-typescript check-python check-sql check-deployment

check-python: $(BIN)/.ready
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

check-sql: $(BIN)/.ready
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 supabase

check-typescript: $(BIN)/.ready
	$(BIN)/python scripts/check_typescript.py

check-deployment: $(BIN)/.ready
	$(BIN)/python scripts/check_deployment.py

format: $(BIN)/.ready ## Format Python and TypeScript, and apply the linter's safe fixes
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/python scripts/check_typescript.py --fix

docs: $(BIN)/.ready ## Write the references in docs/ anew, from the code and the migrations, and all of docs/ as a site
	@for page in scripts/*_docs.py; do $(BIN)/python $$page || exit 1; done
	@$(BIN)/python scripts/site.py

bench: $(BIN)/.ready ## Measure: a million tickets, about ten minutes and 9 GB of disk
	@$(BIN)/python -m benchmarks

mutate: $(BIN)/.ready ## Remove each policy, guard and revoked privilege in turn; a test must notice each
	@$(BIN)/python scripts/mutation_check.py

dist: $(BIN)/.ready ## Build wheel and source distribution into dist/, and sbom.cdx.json: the list of what they bring along
	rm -rf dist
	$(BIN)/python -m hatchling build
	$(BIN)/python scripts/sbom.py dist sbom.cdx.json

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock: ## Resolve the pins in requirements/ anew (needs uv)
	$(COMPILE) --extra local --group dev pyproject.toml --output-file requirements/dev.txt
	$(COMPILE) --extra worker --extra mail --group image pyproject.toml --output-file requirements/worker.txt
	$(COMPILE) --group build --output-file requirements/build.txt
	$(COMPILE) --group release --output-file requirements/release.txt
	$(COMPILE) --group console --output-file requirements/console.txt
	$(COMPILE) --group load --output-file requirements/load.txt

freeze: $(BIN)/.ready ## At a release: freeze the migrations of this version
	@$(BIN)/python scripts/freeze_migrations.py

clean: ## Remove what the targets made, but not a stack's data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache dist site sbom.cdx.json
