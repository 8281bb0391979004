# One word for everything a person does here. All of it sets up what it needs, once, in .venv/.
#
#   make demo         open the program and watch a network learn
#   make test         format, style, types, layers, then the tests    (ARGS='-k canvas' chooses)
#   make check        the same without the tests
#   make bench        what we promise about speed, measured
#   make gallery      train every experiment of the gallery, and say how well each did
#   make diagnose     train broken and healthy networks, and say how often the diagnosis is right
#   make screenshots  pictures of the main views, into build/screenshots/
#   make clean        forget all that
#
# On a machine without a graphics card, TORCH_INDEX=https://download.pytorch.org/whl/cpu saves a
# download of gigabytes.

PYTHON ?= python3
TORCH_INDEX ?=
ARGS ?=

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check \
	--constraint .ci/constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

.PHONY: demo test check bench gallery diagnose screenshots install clean system-libraries
.DELETE_ON_ERROR:

demo: system-libraries .venv/installed
	$(BIN)/netwright demo

# A file of tests at a time on each of two cores. Some tests wait for a screen or a process and may
# miss their time on a busy machine: what failed is tried once more alone, and must pass then.
test: check
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS) || \
		$(BIN)/python -m pytest --last-failed --last-failed-no-failures none $(ARGS)

check: system-libraries .venv/installed-dev
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: system-libraries .venv/installed-dev
	$(BIN)/python -m tests.bench $(ARGS)

gallery: system-libraries .venv/installed-dev
	$(BIN)/python -m tests.gallery $(ARGS)

diagnose: system-libraries .venv/installed-dev
	$(BIN)/python -m tests.zoo $(ARGS)

screenshots: system-libraries .venv/installed-dev
	$(BIN)/python -m tests.screenshots $(ARGS)

install: system-libraries .venv/installed

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system-libraries:
	@.ci/system-libraries $(PYTHON)

# A stamp each, so that the second time is instant.

.venv/made: | system-libraries
	$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/made pyproject.toml .ci/constraints.txt
	$(PIP_INSTALL) --editable .
	@touch $@

.venv/installed-dev: .venv/made pyproject.toml .ci/constraints.txt
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $@ .venv/installed
