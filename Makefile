# `make` alone lists what there is. Every target makes its own set-up (tools/setup.sh); a second call is quick.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup system demo test test-slow test-all torture lint style format types contracts fresh bench bench-full docs check lock clean coverage-core mutants

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
CORE_COVERAGE ?= 100
PYTHON_FILES := src tests tools $(wildcard bench)

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | \
		while IFS='|' read -r name words; do printf '  make %-10s %s\n' "$$name" "$$words"; done

setup:
	@tools/setup.sh python

system: setup
	@tools/setup.sh system

demo: setup ## open the model case and draw its plan, in out/demo
	@mkdir -p out/demo
	@cd out/demo && ../../$(BIN)/waythrough demo

test: system ## the quick tests, under ten minutes on two cores
	@$(PYTEST) -n 2 -m "not slow and not browser" $(PYTEST_ARGS)

# Pytest's exit 5 means that no test carries the mark, which is no failure here.
test-slow: system
	@$(PYTEST) -n 2 -m "slow or browser" $(PYTEST_ARGS) || [ $$? -eq 5 ]

test-all: system ## every test, slow ones and those that draw pages too
	@$(PYTEST) -n 2 $(PYTEST_ARGS)

# Every suite that names the word asks how long to look. Figures come at the end; nothing is written by itself.
torture: export WAYTHROUGH_TORTURE = 1
torture: system ## every fault test at its full number, before a release: about half an hour; prints its figures
	@$(PYTEST) -n 2 $(PYTEST_ARGS) $$(grep -rliE --include='test_*.py' torture tests)

# What must not be wrong: the ledger. Its tests alone must reach every branch of it.
coverage-core: system ## branch coverage of the ledger by its own tests; fails below CORE_COVERAGE
	@mkdir -p out
	@$(BIN)/python -m coverage run --branch --source=src/waythrough/ledger --data-file=out/coverage.core \
		-m pytest -q -m "not slow and not browser" tests/unit/ledger tests/unit/actions tests/ports tests/ledgers
	@$(BIN)/python -m coverage report --data-file=out/coverage.core --show-missing --skip-covered \
		--fail-under=$(CORE_COVERAGE)

# Plants one small bug after the other in the modules named in pyproject.toml, and asks whether a test notices.
mutants: setup ## plant bugs in chain, merge and erasure; list those no test notices (long)
	@$(BIN)/python -m mutmut run
	@$(BIN)/python -m mutmut results

lint: style types contracts ## formatting, likely bugs, types, and the lines between the rooms

style: setup
	@$(BIN)/ruff check $(PYTHON_FILES)
	@$(BIN)/ruff format --check $(PYTHON_FILES)

format: setup ## end all talk of commas
	@$(BIN)/ruff check --quiet --select I --fix $(PYTHON_FILES)
	@$(BIN)/ruff format $(PYTHON_FILES)

types: setup
	@$(BIN)/mypy

contracts: setup
	@PYTHONPATH=src $(BIN)/lint-imports --no-cache --no-logo

bench: setup ## measure, one after the other (bench/*.py); BENCH=full takes a million entries
	@for file in bench/*.py; do \
		[ -e "$$file" ] || { echo "There is nothing to measure yet: bench/ is empty."; break; }; \
		echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

bench-full: export BENCH = full
bench-full: bench ## the same at every size: a million entries, two hundred thousand households (hours)

docs: setup ## write the generated pages again
	@$(BIN)/python tools/pages.py
	@$(BIN)/python tools/reference.py

fresh: setup
	@$(BIN)/python tools/locked.py
	@$(BIN)/python tools/pages.py --check
	@$(BIN)/python tools/reference.py --check

check: lint fresh ## all that CI asks: lint, types, contracts, fresh pages, every test
	@$(MAKE) --no-print-directory test-all

lock: setup ## pin every package again from pyproject.toml (LOCK_ARGS=--upgrade takes newer ones)
	@tools/lock.sh $(LOCK_ARGS)

clean: ## remove what these targets made, the environment too
	@rm -rf .venv out build dist mutants .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
