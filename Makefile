# Two commands matter: `make book` and `make test`. The rest is listed by `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BUILT := _build/.built
BOOK_SOURCES := _config.yml _toc.yml tools/site/package-lock.json $(wildcard benchmarks/results/*.json) $(shell find book lessons_pkg -type f -not -path '*/.*' -not -path '*/__pycache__/*')
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONDONTWRITEBYTECODE :=  # where it is set, each of a hundred processes would compile torch again
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help book test lint types unit nbval browser notebooks chapter repository serve offline constraints preview bench pages throughput mutants scale attack test-colab test-device test-gpu matrix audit release clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

book: $(BUILT)  ## set up, build the book, say where it is
	@echo "The book is built. Open $(CURDIR)/_build/html/index.html in a browser, or run: make serve"

test: $(INSTALLED)  ## the whole gate, as CI runs it
	@$(MAKE) --no-print-directory -j2 lint types $(BUILT)  # each keeps one core busy
	@$(MAKE) --no-print-directory unit nbval browser
	@echo "The gate is green."

$(INSTALLED): pyproject.toml constraints.txt requirements.lock tools/bootstrap.py tools/site/package-lock.json
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON). Install Python 3.10 or newer, or name one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) tools/bootstrap.py $(VENV)
	@touch $@

$(BUILT): $(INSTALLED) $(BOOK_SOURCES)
	@echo "== book: every page, no warning"
	@rm -rf _build
	@python -m tools.book

lint: $(INSTALLED)  ## style of package, tests, tools and notebooks; workflow files
	@echo "== lint"
	@ruff check . && ruff format --check .
	@check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@zizmor --offline --quiet --no-progress .github/workflows

types: $(INSTALLED)  ## mypy, strict
	@echo "== types"
	@mypy

unit: $(INSTALLED)  ## tests of package, tools, notebooks as stored
	@echo "== unit tests"
	@pytest -n 2 --dist worksteal -m "not site and not colab and not device" tests

nbval: $(INSTALLED)  ## run every notebook again and compare; then tamper and demand red
	@echo "== notebooks: every stored word, number and drawing"
	@pytest --nbval -n 2 --dist loadfile -p no:cacheprovider book

browser: $(BUILT)  ## the built book in Chromium
	@echo "== browser tests"
	@pytest -n 2 --dist worksteal -m site $$(grep -l 'mark\.site' tests/test_*.py)

test-colab: $(INSTALLED)  ## every notebook in an emulation of Colab; the first time installs Colab's versions
	@python -m tools.colab.environment
	@pytest -n 2 -m colab tests

test-device: $(INSTALLED)  ## every notebook on a second device that is as strict as a GPU and calculates on the CPU
	@pytest -n 2 -m device tests

test-gpu: $(INSTALLED)  ## every notebook on CUDA: compare, store how far its numbers are from the CPU's
	@python -m benchmarks.devices

attack: $(INSTALLED)  ## spoil a copy of the project, one thing at a time, and demand red (SEED=2 ATTACKS=3 KINDS="ledger*")
	@python -m tools.attack --seed "$(or $(SEED),1)" --attacks "$(or $(ATTACKS),1)" --kinds "$(or $(KINDS),*)"

notebooks: $(INSTALLED)  ## run the notebooks and store their outputs (CHECK=1: only say what would change)
	@python -m tools.notebooks $(if $(CHECK),--check) $(NOTEBOOKS)

chapter: $(INSTALLED)  ## begin a chapter that is small and whole: NAME=short-name TITLE="What its heading says"
	@python -m tools.chapter "$(NAME)" "$(TITLE)"

repository: $(INSTALLED)  ## point links, buttons and set-up cells at a fork: URL=https://github.com/you/fork [REF=main]
	@python -m tools.set_repository "$(URL)" "$(or $(REF),main)"

serve: $(BUILT)  ## show the built book at http://127.0.0.1:8000 (PORT=8001 for another port)
	@python -m http.server --bind 127.0.0.1 --directory _build/html $(or $(PORT),8000)

offline: $(BUILT)  ## pack the built book into dist/*.zip, which opens without server or network
	@python -m tools.offline

constraints: $(INSTALLED)  ## derive every pin and hash anew from pyproject.toml and tools/choices.txt
	@python -m tools.constraints

preview: $(BUILT)  ## photograph the first page anew for link previews and README
	@python -m tools.preview

bench: $(INSTALLED)  ## measure anew what the page on reproducibility shows: minutes, on an idle machine (ROUNDS=3)
	@python -m benchmarks.differences
	@python -m benchmarks.chapters
	@python -m benchmarks.notebooks_against_scripts --rounds $(or $(ROUNDS),3)

throughput: $(INSTALLED)  ## measure one training step over sizes, on the CPU and on a GPU if there is one
	@python -m benchmarks.throughput

scale: $(INSTALLED)  ## measure how cost grows with size, beside torch's own and other tools: minutes
	@python -m benchmarks.scale

pages: $(BUILT)  ## measure every page with Lighthouse (from npm) and Chromium: ten minutes, on an idle machine (RUNS=3)
	@npm ci --silent --prefix benchmarks
	@python -m benchmarks.pages --runs $(or $(RUNS),3)

matrix: $(INSTALLED)  ## the package's tests with each Python, pinned versions and oldest (PYTHONS="3.10 3.13" VERSIONS=floors)
	@python -m benchmarks.matrix $(if $(PYTHONS),--pythons $(PYTHONS)) $(if $(VERSIONS),--versions $(VERSIONS))

mutants: $(INSTALLED)  ## change the package in small ways, count what the tests notice: an hour (EVERY=8: one in 8; AGAIN=1: what changed)
	@python -m benchmarks.mutants $(if $(EVERY),--every $(EVERY)) $(if $(AGAIN),--again)

audit: $(INSTALLED)  ## ask PyPI and npm about known weaknesses of every pinned version
	@uv venv --quiet --clear $(VENV)/audit
	@uv pip install --quiet --python $(VENV)/audit --require-hashes --only-binary :all: -r tools/audit.lock
	@$(VENV)/audit/bin/pip-audit -r constraints.txt --no-deps --disable-pip --strict --progress-spinner off
	@npm audit --prefix tools/site
	@npm audit --prefix benchmarks

release: $(INSTALLED)  ## build wheel and source archive, try both elsewhere, say what is next; tags and uploads nothing
	@python -m tools.release

clean:  ## remove everything that make made
	@rm -rf $(VENV) .colab .mutation mutants .scale .matrix _build dist tools/site/node_modules benchmarks/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@find . \( -name __pycache__ -o -name .ruff_cache \) -type d -prune -exec rm -rf {} +

Makefile: ;

NO_TARGET = echo "There is no target '$@'. The targets are:"; $(MAKE) --no-print-directory help; exit 2

.PHONY: tests tools lessons_pkg benchmarks
tests tools lessons_pkg benchmarks:  # folders, which make would call up to date
	@$(NO_TARGET)

%:
	@$(NO_TARGET)
