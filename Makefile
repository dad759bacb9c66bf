# Two commands matter: `make book` and `make test`. The rest is listed by `make help`.
PYTHON ?= python3
JOBS ?= auto
VENV := .venv
INSTALLED := $(VENV)/.installed
WITH := --requirement torch.txt
OTHER = .torch/$(notdir $(PYTHON))-$(or $(TORCH),newest)
BUILT := _build/.built
BOOK_SOURCES := _config.yml _toc.yml index.md $(wildcard tools/*.py) tools/web/styles.mjs $(shell find book lessons_pkg benchmarks/results -type f -not -path '*/.*' -not -path '*/__pycache__/*')
KERNELS := python -m tools.warm_kernels
PYTEST := pytest -n $(JOBS) --dist worksteal
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE :=  # where it is set, each of a hundred processes would compile torch again
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help book test lint unit nbval browser notebooks check lesson repository serve handouts bench test-colab test-device test-gpu test-torch clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

book: $(BUILT)  ## set up, build pages and student notebooks, say where they are
	@echo "The book is built. Open $(CURDIR)/_build/html/index.html in a browser, or run: make serve"

test: $(INSTALLED)  ## the whole gate, as CI runs it
	@echo "== two stages at a time, minutes in all; each shows what it said when it ends"
	@# LAST: the unit tests begin after the browser tests, which wait much
	@$(MAKE) --no-print-directory -j2 $(if $(filter output-sync,$(.FEATURES)),-Otarget) $(BUILT) lint nbval browser unit LAST=$(BUILT)
	@echo "The gate is green."

$(INSTALLED): pyproject.toml uv.lock torch.txt tools/install.sh tools/web/package-lock.json
	@sh tools/install.sh "$(abspath $(VENV))" "$(PYTHON)" "$(WITH)"
	@touch $@

$(BUILT): $(INSTALLED) $(BOOK_SOURCES)
	@echo "== book: every page, no warning"
	@python -m tools.build_book

lint: $(INSTALLED)  ## ruff, mypy, workflow files
	@echo "== lint"
	@ruff check . && ruff format --check .
	@mypy
	@check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@zizmor --offline --quiet --no-progress .github/workflows

unit: $(INSTALLED) $(LAST)  ## tests of package, tools, notebooks as stored
	@echo "== unit tests"
	@$(PYTEST) -m "not site and not colab and not device" tests

nbval: $(INSTALLED)  ## run every notebook again and compare: LESSONS="book/…ipynb …" for some, KERNELS= for cold kernels
	@echo "== notebooks: every stored word, number and drawing"
	@$(KERNELS) pytest --nbval -n $(JOBS) --dist loadfile -p no:cacheprovider $(or $(LESSONS),book)

browser: $(BUILT)  ## the built book in Chromium
	@echo "== browser tests"
	@python -m tools.chromium  # where there is none, one line: skipped, or an error in CI
	@$(PYTEST) -rN -rfE -m site tests

notebooks: $(INSTALLED)  ## run notebooks and store their outputs: LESSONS="…" for some, CHECK=1 to store nothing
	@python -m tools.execute_notebooks $(if $(CHECK),--check) $(LESSONS)

check: $(INSTALLED)  ## one lesson in seconds: run, compare, its page, its budget and faults: LESSON=book/…ipynb
	@python -m tools.check_lesson "$(LESSON)"

lesson: $(INSTALLED)  ## begin a lesson that is small, whole and green: CHAPTER=book/01-mse-regression NAME=short-name
	@python -m tools.new_lesson "$(CHAPTER)" "$(NAME)"

repository: $(INSTALLED)  ## point the pages at a fork: URL=https://github.com/you/fork [REF=main]
	@python -m tools.set_repository "$(URL)" "$(or $(REF),main)"

serve: $(BUILT)  ## show the built book at http://127.0.0.1:8000 (PORT=8001 for another port)
	@python -m tools.serve $(or $(PORT),8000)

handouts: $(BUILT)  ## exercise sheets and keys per chapter, as PDF and notebooks, and the book as one PDF: minutes
	@python -m tools.handouts

bench: $(INSTALLED)  ## measure anew what the reference pages show: minutes, on an idle machine
	@python -m benchmarks.parity
	@python -m benchmarks.notebook_reproduction
	@python -m benchmarks.throughput
	@python -m benchmarks.optimizers
	@python -m benchmarks.pairs
	@python -m benchmarks.muon
	@python -m benchmarks.complete_run

test-colab: $(BUILT)  ## every student notebook with Colab's newest versions, alone in an empty folder: minutes
	@$(PYTEST) -m colab tests

test-device: $(INSTALLED)  ## every notebook that trains, on an emulated second device as strict as a GPU: minutes
	@$(PYTEST) -m device tests

test-gpu: $(INSTALLED)  ## every notebook on CUDA: compare, store how far its numbers are from the CPU's
	@python -m benchmarks.gpu_parity

test-torch:  ## package and notebooks with another torch, TORCH=2.10.0, or the newest; PYTHON=python3.13: minutes
	@rm -f $(OTHER)/.installed  # a newer one may be out
	@$(MAKE) --no-print-directory VENV=$(OTHER) WITH="--upgrade torch$(addprefix ==,$(TORCH))" unit nbval

clean:  ## remove everything that make made
	@rm -rf $(VENV) .colab .torch _build dist tools/web/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@find . \( -name __pycache__ -o -name .ruff_cache \) -type d -prune -exec rm -rf {} +
