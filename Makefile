# The only door to the project's tools: `make` lists what there is.

VENV := .venv
BIN := $(VENV)/bin
SOURCES := mptui tests

# The first of these that is new enough makes the virtual environment; PYTHON=... picks another.
PYTHONS := $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3 python)

# Both make Python slower by factors: nothing compiled is kept, every line is a write of its own.
unexport PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check format lint types floors fix coverage conformance programs faults bench
.PHONY: readme snapshots clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/installed ## open the gallery
	@$(BIN)/mptui

# Most tests watch real processes, with twice as many workers as there are cores. What fails there
# is run once more by itself, as CPython's regrtest does with --rerun: what fails twice has failed.
test: $(VENV)/installed-dev ## run the whole test suite
	$(BIN)/pytest -n auto --dist worksteal || { test $$? -eq 1 && \
	    echo 'Once more, by themselves:' && $(BIN)/pytest -x --last-failed; }

check: format lint types floors test ## everything that must hold before a commit

format: $(VENV)/installed-dev ## is everything laid out alike?
	$(BIN)/ruff format --check $(SOURCES)

lint: $(VENV)/installed-dev ## look for slips
	$(BIN)/ruff check $(SOURCES)

types: $(VENV)/installed-dev ## check the types
	$(BIN)/mypy

floors: $(VENV)/installed-dev ## does nothing import what stands above it?
	$(BIN)/lint-imports

fix: $(VENV)/installed-dev ## lay out anew, mend what can be mended without thinking
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

# Not the tests of the probe: it must find its interpreters as they are, and a tool that measures
# lines is in each of them.
coverage: $(VENV)/installed-dev ## which lines do the tests run? fails below the floor
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto --dist worksteal \
	    --ignore tests/probe --ignore tests/conformance --ignore tests/programs
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

conformance: $(VENV)/installed-dev ## run CPython's, loky's and joblib's tests plainly and under mptui
	@$(BIN)/python -m tests.conformance

programs: $(VENV)/installed-dev ## run real programs plainly and under mptui, and what takes long
	$(BIN)/pytest tests/programs -m ''
	$(BIN)/pytest tests --ignore tests/programs -m slow

faults: $(VENV)/installed-dev ## kill and cut again and again for SECONDS (300), count what survived
	@$(BIN)/python -m tests.faults $(or $(SECONDS),300)

bench: $(VENV)/installed-dev ## measure what mptui costs, in ratios
	$(BIN)/python -m tests.benchmarks

readme: $(VENV)/installed-dev ## renew the tables of events, keys and options in the README
	@$(BIN)/python -m mptui.cli.readme_tables README.md

snapshots: $(VENV)/installed-dev ## accept the screens as they are now
	$(BIN)/pytest --snapshot-update tests/dashboard

clean: ## remove the virtual environment and all caches
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	@rm -rf build dist snapshot_report.html
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# The virtual environment is built anew when pyproject.toml changes, and only then: the checkout
# itself is installed as it lies there, so a changed module needs no installing. pip compiles what it
# installs, but not that: without it the first start of each part would take twice as long.

$(VENV)/installed: pyproject.toml
	$(call build_venv,.)
	@touch $@

$(VENV)/installed-dev: pyproject.toml
	$(call build_venv,.[dev])
	@touch $(VENV)/installed $@

define build_venv
@python=; without_venv=; \
for candidate in $(PYTHONS); do \
    $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
    if $$candidate -c 'import ensurepip, venv' 2>/dev/null; then \
        python=$$candidate; \
        break; \
    fi; \
    without_venv=$$candidate; \
done; \
if [ -z "$$python$$without_venv" ]; then \
    echo 'mptui needs Python 3.11 or newer, and none of these is: $(PYTHONS)' >&2; \
    exit 1; \
fi; \
if [ -z "$$python" ]; then \
    echo "$$without_venv has no venv module (on Debian: apt-get install python3-venv)" >&2; \
    exit 1; \
fi; \
echo "Installing into $(VENV) with $$($$python --version)" && \
$$python -m venv --clear $(VENV) && \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '$(1)' && \
$(BIN)/python -m compileall -q mptui
endef
