# Needs Python 3.11+, git and make; everything else is set up in .venv and static/node_modules.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000

BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
FRONT_END := $(BIN)/python hatch_build.py
PYTEST := $(BIN)/python -m pytest
# Files are handed out whole, because their tests share servers.
IN_PARALLEL := $(PYTEST) --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: help run test lint types format golden screenshots bench lock clean front-end

help: ## Show this list
	@echo "make run     set up and serve the page on http://$(HOST):$(PORT) (change with HOST=, PORT=)"
	@echo "make test    set up and run every test: Python, front end, browser"
	@echo "make lint    check style: Ruff, Biome"
	@echo "make types   check types: mypy, tsc"
	@echo "make format  fix style"
	@echo "make golden  compute the reference numbers in tests/golden again"
	@echo "make bench   measure speed against NumPy, PyTorch, Keras and FastAPI, as ratios"
	@echo "make screenshots  take the pictures of the README again"
	@echo "make lock    resolve the dependencies again"
	@echo "make clean   remove everything that make has made"

run: front-end
	@exec $(BIN)/python -m app.main --host $(HOST) --port $(PORT)

test: front-end .venv/.test
	$(FRONT_END) npm run test
	$(BIN)/python -m tests.browser.ensure_browser
	$(if $(ARGS),$(PYTEST) $(ARGS),$(IN_PARALLEL) --ignore tests/browser && $(IN_PARALLEL) tests/browser)

lint: .venv/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(FRONT_END) npm run lint

types: .venv/.lint
	$(BIN)/mypy
	$(FRONT_END) npm run check

format: .venv/.lint
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(FRONT_END) npm run format

front-end: .venv/.run
	@$(FRONT_END) build

# A stamp is as new as the requirements that were installed last.
.venv/.run: pyproject.toml requirements/runtime.txt requirements/build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Vitrine needs Python 3.11 or newer: make PYTHON=python3.11")'
	@echo "Setting up .venv …"
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PIP) install --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	@$(FRONT_END) build
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.test: .venv/.run requirements/test.txt
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

.venv/.lint: .venv/.test requirements/lint.txt
	@$(PIP) install --require-hashes -r requirements/lint.txt
	@touch $@

golden: .venv-golden/.golden
	set -e; for script in tests/golden/make_*.py; do \
		echo "$$script"; \
		PYTHONPATH=. KERAS_BACKEND=torch .venv-golden/bin/python "$$script"; \
	done

.venv-golden/.golden: requirements/golden.txt
	$(PYTHON) -m venv .venv-golden
	.venv-golden/bin/pip install -r requirements/golden.txt
	@touch $@

screenshots: front-end .venv/.test
	$(BIN)/python -m tests.browser.ensure_browser
	$(BIN)/python -m docs.screenshots

bench: front-end .venv-bench/.bench
	.venv-bench/bin/python -m benchmarks $(ARGS)

.venv-bench/.bench: requirements/bench.txt requirements/runtime.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip --disable-pip-version-check --quiet install --require-hashes -r requirements/runtime.txt
	.venv-bench/bin/pip --disable-pip-version-check --quiet install -r requirements/bench.txt
	@touch $@

COMPILE = .venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"

# What is installed later is resolved against what is there already, because it shares the environment.
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip --disable-pip-version-check --quiet install uv
	$(COMPILE) pyproject.toml --output-file requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra postgresql --output-file requirements/postgresql.txt \
		--constraints requirements/runtime.txt
	$(COMPILE) --group build --output-file requirements/build.txt --constraints requirements/runtime.txt
	$(COMPILE) --group node --output-file requirements/node.txt --constraints requirements/runtime.txt
	$(COMPILE) --group test --output-file requirements/test.txt \
		--constraints requirements/runtime.txt --constraints requirements/build.txt
	$(COMPILE) --group lint --output-file requirements/lint.txt \
		--constraints requirements/runtime.txt --constraints requirements/build.txt --constraints requirements/test.txt

clean:
	rm -rf .venv .venv-bench .venv-golden .venv-lock dist build static/node_modules static/dist .mypy_cache .pytest_cache .ruff_cache
