# The commands of this project. `make` alone lists them.

PYTHON ?= python3
SERVE := .venv/serve/bin/python
DEV := .venv/dev/bin/python

ROOMS := export inference models score server tables train

# Where `make` keeps the data sets, so that they belong to the checkout.
export DATA_CACHE ?= $(CURDIR)/.cache/data

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test test-all test-browser test-hard test-image test-clients fuzz lint types hooks format train score bench bench-scale lock audit wheel image run-image sbom clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

serve: .venv/serve/installed ## Start the server on PORT (default 8000), in the foreground
	@exec $(SERVE) -m addsup serve

# What needs more than Python, or much time, has a command of its own; .ci/run calls them all.
PYTEST := $(DEV) -P -m pytest
PLAIN := not browser and not hard and not image and not clients
LIGHT := not slow and not data

test: .venv/dev/installed ## Run the tests that need nothing but Python, in 100 seconds on two cores
	$(PYTEST) -n logical --dist loadfile -m "$(PLAIN) and $(LIGHT)"

test-all: .venv/dev/installed ## Run what `make test` leaves out: slow tests, and those that fetch data (needs npm)
	$(PYTEST) -m "$(PLAIN) and not ($(LIGHT))"

test-browser: .venv/dev/installed ## Test the page in a real browser (needs Debian's chromium)
	$(PYTEST) -m browser tests/browser

test-hard: .venv/dev/installed ## Put the server under load, faults and hostile input (needs wrk, nginx, haproxy)
	KEEP_TABLE=1 $(PYTEST) -m hard tests/hard tests/proxies --reruns 3 --reruns-delay 30 --only-rerun Disturbed

test-clients: .venv/dev/installed ## Use standard clients, proxies and tools with the server (needs npm, java, nginx, haproxy, prometheus, systemd)
	$(PYTEST) -m clients tests/clients tests/deploy

fuzz: .venv/dev/installed ## Fuzz the parser and the routes, guided by coverage, for SECONDS (default 1200; Linux on x86-64)
	$(DEV) -m tests.fuzz $(or $(SECONDS),1200)

lint: .venv/dev/installed ## Check style and types
	$(DEV) -m ruff check
	$(DEV) -m ruff format --check
	$(MAKE) types

# mypy follows no editable installation: it gets a folder in which the rooms lie as in the wheel.
# A link for each file of addsup/, since a link to the folder would take the rooms into the tree.
types: .venv/dev/installed ## Check types, as Linux and as macOS would see them
	@rm -rf .cache/links && mkdir -p .cache/links/addsup
	@cd .cache/links/addsup && ln -s $(addprefix ../../../,addsup/* $(ROOMS)) .
	@cd .cache/links && ln -s $(addprefix ../../,bench image tests) .
	cd .cache/links && ../../$(DEV) -m mypy --config-file ../../pyproject.toml
	cd .cache/links && ../../$(DEV) -m mypy --config-file ../../pyproject.toml --platform darwin -p addsup

hooks: .venv/dev/installed ## Run what pre-commit runs before a commit on every file
	$(DEV) -m pre_commit run --all-files

format: .venv/dev/installed ## Put the code into its standard form
	$(DEV) -m ruff check --fix
	$(DEV) -m ruff format

# A model of one's own: make train DATA=mail.csv TEXT=body LABEL=kind MODEL=models/mail.onnx
train: .venv/dev/installed ## Make a model of DATA (TEXT and LABEL name columns, MODEL the file), or the shipped one again
	$(DEV) -m addsup train $(if $(DATA),"$(DATA)") $(if $(TEXT),--text-column "$(TEXT)") $(if $(LABEL),--label-column "$(LABEL)") \
	  $(if $(or $(MODEL),$(if $(DATA),,shipped)),--export "$(or $(MODEL),models/sentiment.onnx)") $(OPTIONS)

# make score MODEL=models/sentiment.onnx INPUT=reviews.csv OUTPUT=labels.csv OPTIONS="--keep id"
score: .venv/score/installed ## Score INPUT with MODEL into OUTPUT (files or folders; OPTIONS as of addsup score --help)
	@.venv/score/bin/python -m addsup score "$(or $(MODEL),models/sentiment.onnx)" "$(INPUT)" "$(OUTPUT)" $(OPTIONS)

bench: .venv/dev/installed ## Measure the server beside plain Flask and FastAPI, in four minutes (QUICK=1: in one; needs wrk)
	$(DEV) -m bench $(if $(QUICK),--quick)

bench-scale: .venv/dev/installed ## Measure scoring of files: one process, all, four times the files
	$(DEV) -m bench.scale

COMPILE = $(DEV) -m uv pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
  --no-emit-index-url --custom-compile-command "make lock" --quiet $(NEWER)

lock: .venv/dev/installed ## Compile the hashed requirement files from pyproject.toml
	$(COMPILE) --group build --output-file requirements-build.txt
	$(COMPILE) pyproject.toml --extra serve --output-file requirements-serve.txt
	$(COMPILE) pyproject.toml --extra score -c requirements-serve.txt --output-file requirements-score.txt
	$(COMPILE) pyproject.toml --extra train --extra serve -c requirements-score.txt --output-file requirements-train.txt
	$(COMPILE) pyproject.toml --extra all --group dev -c requirements-train.txt --output-file requirements-dev.txt

audit: .venv/dev/installed ## Look up known vulnerabilities in what the requirement files pin
	@mkdir -p .cache
	@$(DEV) -m pip_audit --strict --disable-pip --require-hashes \
	  -r requirements-serve.txt -r requirements-train.txt -r requirements-dev.txt >.cache/audit.txt 2>&1 \
	&& echo "No vulnerability is known in what is pinned." \
	|| if grep -q "known vulnerabilit" .cache/audit.txt; then cat .cache/audit.txt; exit 1; \
	   else echo "No advisory service could be asked, so nothing is known: $$(tail -n 1 .cache/audit.txt)"; fi

wheel: .venv/dev/installed ## Build wheel and sdist into dist/
	rm -rf build dist
	$(DEV) -m uv build --no-build-isolation --quiet
	@ls dist

image: ## Build the container image, with docker or buildah, and print its size
	@image/build
	@echo "What it adds to its base:"
	@PYTHON=$(PYTHON) image/run du --summarize --total --si --apparent-size /venv /pycache

run-image: ## Run the container image on PORT (default 8000), read-only and without rights
	@PYTHON=$(PYTHON) image/run

test-image: .venv/dev/installed ## Build the container image and test every claim about it (needs root, buildah, bwrap)
	$(PYTEST) -m image

sbom: image ## Write what is installed in the image to sbom.cdx.json (CycloneDX)
	@PYTHON=$(PYTHON) image/run python - <image/sbom.py >sbom.cdx.json

clean: ## Remove the environments and all caches but the data
	rm -rf .venv .cache/links build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment is whole when its stamps are newer than what they are made of; a broken installation
# leaves no stamp, so the next call starts over. The interpreter could not be the stamp: it is a
# link to one that other clones share, and that only root may touch. The files name everything, so
# pip has nothing to resolve (older ones would look for the newest of what is asked for with extras,
# and then miss its hash); `pip check` tells if one were not whole.
PIP = .venv/$*/bin/python -m pip --disable-pip-version-check

.venv/%/installed: .venv/%/requirements pyproject.toml
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@$(PIP) check
	@touch $@

.PRECIOUS: .venv/%/requirements
.venv/%/requirements: requirements-build.txt requirements-%.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(not (3, 11) <= v[:2] <= (3, 14) and f"Python 3.11 to 3.14 is needed, for which there are wheels; $(PYTHON) is {v[0]}.{v[1]}. Say: make PYTHON=python3.13 ...")'
	@echo "Installing requirements-$*.txt into .venv/$* ..."
	@rm -rf .venv/$*
	@$(PYTHON) -m venv .venv/$*
	@$(PIP) install --quiet --require-hashes --only-binary :all: --no-deps -r requirements-build.txt -r requirements-$*.txt
	@touch $@
