# One command deep: every target makes .venv when there is none, installs what it needs, then runs.
# pip runs again only when pyproject.toml or the requirements changed. Another Python: make PYTHON=python3.13 test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test check test-all bench compatibility clean

help:
	@echo "make demo      train, query and measure word vectors on text that is already there (under a minute)"
	@echo "make test      the tests, without the slow ones"
	@echo "make test-all  every test"
	@echo "make check     formatter, linter, strict types, import layers"
	@echo "make bench     compare with gensim and fastText; writes docs/benchmarks.md (ARGS='--only speed')"
	@echo "make compatibility  known defects of gensim and fastText, there and here; writes docs/compatibility.md"
	@echo "make clean     remove .venv and everything that tools left"

demo: $(VENV)/demo.stamp
	$(BIN)/omnivec demo $(ARGS)

# A process for each core; the tests of a file stay in one, so that few forms of a kernel are compiled twice.
# ARGS="-n 0" runs all in one process.
test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -m "not slow" -n auto --dist loadfile $(ARGS)

test-all: $(VENV)/dev.stamp
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/bench.stamp
	$(BIN)/python benchmarks/run.py $(ARGS)

compatibility: $(VENV)/dev.stamp $(VENV)/bench.stamp
	$(BIN)/python benchmarks/compatibility.py $(ARGS)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# pip is the last thing that `venv` writes, so a venv that was broken off is made again.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "omnivec needs Python 3.11 or newer, this is %d.%d; try: make PYTHON=python3.13" % v[:2] or 0)'
	$(PYTHON) -m venv $(VENV)

# Editable throughout: targets share one .venv, and a copy installed by one would hide later edits from the others.
$(VENV)/demo.stamp: pyproject.toml | $(BIN)/pip
	$(PIP) -e '.[demo]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml requirements-dev.txt | $(BIN)/pip
	$(PIP) -e . -r requirements-dev.txt
	@touch $@

$(VENV)/bench.stamp: pyproject.toml requirements-bench.txt | $(BIN)/pip
	$(PIP) -e . -r requirements-bench.txt
	@touch $@
