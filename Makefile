# Everything a newcomer needs: `make run` and `make test`. Only Python 3.11+ and make must be there.

PYTHON ?= python3
PORT ?= 8000
VAR ?= var
TEST_WORKERS ?= auto
BIN := .venv/bin

.PHONY: run demo test cover lint bench lock help

help:  ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: .venv/run  ## Start the server for development: http://localhost:8000 (PORT=9000, VAR=/some/dir)
	@AUTHSERVER_MODE=development AUTHSERVER_ISSUER=http://localhost:$(PORT) AUTHSERVER_DATA_DIR="$(VAR)" \
		exec $(BIN)/authserver serve --demonstration --port $(PORT)

demo: .venv/examples  ## Start it with products that rely on it: http://localhost:8000 (PORT=9000, VAR=/some/dir)
	@exec $(BIN)/python -m examples.demo --port $(PORT) --folder "$(VAR)/demo"

test: .venv/dev  ## Run every test, on all cores (TEST_WORKERS=2 on two)
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder $(TEST_OPTIONS)

cover: .venv/dev  ## Check that the protocol's tests reach every branch of it
	@$(BIN)/python -m pytest -q tests/oidc tests/doors/test_contract.py $(OVER_A_DATABASE) -k 'not lean' \
		--cov=authserver/oidc --cov-branch --cov-fail-under=100 --cov-report=term-missing:skip-covered
# Its views and stores can't be reached in memory: the application as it is reaches them.
OVER_A_DATABASE := tests/front_channel tests/backchannel

lint: .venv/dev  ## Check style, types, import contracts and known weaknesses
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit -q -r authserver -c pyproject.toml

bench: .venv/dev  ## Measure against a peer; needs wrk and node
	@$(BIN)/python -m benchmarks

lock:  ## Pin the dependencies of pyproject.toml anew, with hashes (needs uv)
	uv pip compile pyproject.toml $(LOCK) -o requirements/runtime.txt
	uv pip compile pyproject.toml $(LOCK) --group dev -c requirements/runtime.txt -o requirements/dev.txt
	uv pip compile --group pyproject.toml:examples $(LOCK) -c requirements/dev.txt -o requirements/examples.txt
	uv pip compile --group pyproject.toml:ci $(LOCK) -o requirements/ci.txt
	uv pip compile --group pyproject.toml:build $(LOCK) -o requirements/build.txt
LOCK := --python-version 3.11 --universal --generate-hashes --no-annotate --upgrade --quiet \
	--custom-compile-command "make lock"

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is needed (on Debian: apt install python3-venv)"; exit 1; }

.venv/run: .venv/bin/python requirements/runtime.txt requirements/build.txt pyproject.toml
	@echo "Installing into .venv (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements/runtime.txt -r requirements/build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/run requirements/dev.txt
	@echo "Installing what tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.venv/examples: .venv/run requirements/examples.txt
	@echo "Installing what the examples need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/examples.txt
	@touch $@
