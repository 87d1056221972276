# The commands of this project. `make` alone lists them.

PYTHON ?= python3
SERVE := .venv/serve/bin/python
DEV := .venv/dev/bin/python

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test test-all test-browser test-hard test-image test-clients fuzz lint hooks format train score bench bench-score bench-stream bench-train bench-out-of-core bench-cluster bench-lock lock audit image run-image sbom clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

serve: .venv/serve/installed ## Start the server on PORT (default 8000), in the foreground
	@exec $(SERVE) -m addsup serve

# What needs more than Python, or much time, has a command of its own; .ci/run calls them all.
PLAIN := not browser and not hard and not image and not clients
QUICK := not slow and not data

test: .venv/dev/installed ## Run the tests that need nothing but Python, in three minutes
	$(DEV) -m pytest -m "$(PLAIN) and $(QUICK)"

test-all: .venv/dev/installed ## Run what `make test` leaves out: slow tests, and those that fetch data (needs npm)
	$(DEV) -m pytest -m "$(PLAIN) and not ($(QUICK))"

test-browser: .venv/dev/installed ## Test the page in a real browser (needs Debian's chromium)
	$(DEV) -m pytest -m browser tests/browser

test-hard: .venv/dev/installed ## Put the server under load, faults and hostile input (needs wrk, nginx, haproxy)
	KEEP_TABLE=1 $(DEV) -m pytest -m hard tests/hard tests/proxies tests/bench --reruns 3 --reruns-delay 30 --only-rerun Disturbed

test-clients: .venv/dev/installed ## Use standard clients, proxies and tools with the server (needs npm, java, nginx, haproxy, prometheus, systemd)
	$(DEV) -m pytest -m clients tests/clients tests/deploy

fuzz: .venv/dev/installed ## Fuzz the parser and the routes, guided by coverage, for SECONDS (default 1200; Linux on x86-64)
	$(DEV) -m tests.fuzz $(or $(SECONDS),1200)

lint: .venv/dev/installed ## Check style and types
	$(DEV) -m ruff check
	$(DEV) -m ruff format --check
	$(DEV) -m mypy
	$(DEV) -m mypy --platform darwin -p server -p train -p export

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

bench: .venv/dev/installed ## Measure the server beside plain Flask and its peers, in six minutes (needs wrk)
	$(DEV) -m bench

bench-score: .venv/dev/installed ## Measure scoring of files: one process, all, four times the files (OPTIONS="--spark --ray": Spark, which needs java, and Ray, too)
	$(DEV) -m bench.scale.scoring $(OPTIONS)

bench-stream: .venv/dev/installed ## Measure memory while ten million rows from standard input are scored (OPTIONS="--rows 1000000": fewer)
	$(DEV) -m bench.scale.streaming $(OPTIONS)

bench-train: .venv/dev/installed ## Measure tuning and export of 25,000 long reviews (OPTIONS=reviews.csv: your own)
	$(DEV) -m bench.scale.training $(OPTIONS)

bench-out-of-core: .venv/dev/installed ## Measure training in passes beside scikit-learn in memory, then on 2 GB of text
	$(DEV) -m bench.scale.out_of_core $(OPTIONS)

bench-cluster: .venv/dev/installed ## Measure scoring by 1, 2 and 4 workers of a Dask cluster on this machine
	$(DEV) -m bench.scale.cluster $(OPTIONS)

bench-lock: .venv/dev/installed ## Compile the hashed requirement files of the peers
	for peer in flask pickles fastapi litserve spark ray fasttext; do \
	  (cd bench/peers && ../../$(DEV) -m uv pip compile $$peer.in --output-file $$peer.txt \
	    --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url \
	    --emit-build-options --custom-compile-command "make bench-lock" --quiet) || exit 1; \
	done

lock: .venv/dev/installed ## Compile the hashed requirement files from the .in files
	for set in serve train score dev; do \
	  $(DEV) -m uv pip compile requirements-$$set.in --output-file requirements-$$set.txt \
	    --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url \
	    --custom-compile-command "make lock" --quiet $(NEWER) || exit 1; \
	done

audit: .venv/dev/installed ## Look up known vulnerabilities in what the requirement files pin
	@mkdir -p .cache
	@$(DEV) -m pip_audit --strict --disable-pip --require-hashes \
	  -r requirements-serve.txt -r requirements-train.txt -r requirements-dev.txt >.cache/audit.txt 2>&1 \
	&& echo "No vulnerability is known in what is pinned." \
	|| if grep -q "known vulnerabilit" .cache/audit.txt; then cat .cache/audit.txt; exit 1; \
	   else echo "No advisory service could be asked, so nothing is known: $$(tail -n 1 .cache/audit.txt)"; fi

image: ## Build the container image, with docker or buildah, and print its size
	@image/build
	@echo "What it adds to its base:"
	@PYTHON=$(PYTHON) image/run du --summarize --total --si --apparent-size /venv /pycache /app

run-image: ## Run the container image on PORT (default 8000), read-only and without rights
	@PYTHON=$(PYTHON) image/run

test-image: .venv/dev/installed ## Build the container image and test every claim about it (needs root, buildah, bwrap)
	$(DEV) -m pytest -m image

sbom: image ## Write what is installed in the image to sbom.cdx.json (CycloneDX)
	@PYTHON=$(PYTHON) image/run python - <image/sbom.py >sbom.cdx.json

clean: ## Remove the environments and all caches but the data
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment is whole when its stamp is newer than its requirement file; a broken installation
# leaves no stamp, so the next call starts over. The interpreter could not be the stamp: it is a
# link to one that other clones share, and that only root may touch. The files name everything, so
# pip has nothing to resolve (older ones would look for the newest of what is asked for with extras,
# and then miss its hash); `pip check` tells if one were not whole.
.venv/%/installed: requirements-%.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(not (3, 11) <= v[:2] <= (3, 14) and f"Python 3.11 to 3.14 is needed, for which there are wheels; $(PYTHON) is {v[0]}.{v[1]}. Say: make PYTHON=python3.13 ...")'
	@echo "Installing $< into .venv/$* ..."
	@rm -rf .venv/$*
	@$(PYTHON) -m venv .venv/$*
	@.venv/$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps -r $<
	@.venv/$*/bin/python -m pip --disable-pip-version-check check
	@touch $@
