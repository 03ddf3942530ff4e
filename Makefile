# make reports   set up the environment and regenerate every result and report
# make test      every test
# make lint      style, types, workflow
# make bench     speed and memory, as ratios within one run; how many planted misprints are found
# make schema    the JSON schema and reference page of the study file, from the models
# make lock      renew requirements.lock and environment.yml
# make clean     remove everything that a run made
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CORES ?= 4

.PHONY: reports test lint bench schema lock clean

reports: $(READY)
	@$(BIN)/snakemake --cores $(CORES) --quiet host reason
	@echo "Open reports/index.html in a browser."

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "peritrace needs Python 3.11 or newer; set PYTHON=…")'
	@echo "Setting up the environment in $(VENV) (a minute or two, once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -c 'import pathlib, sysconfig; \
	    pathlib.Path(sysconfig.get_path("purelib"), "peritrace.pth").write_text(str(pathlib.Path("workflow").resolve()))'
	@touch $@

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy workflow/peritrace
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

bench: $(READY)
	$(BIN)/python tests/bench/bench.py
	@$(BIN)/python tests/bench/records.py
	@$(BIN)/python tests/bench/many.py
	@$(BIN)/python tests/bench/large.py
	@$(BIN)/python tests/bench/planted.py
	@$(BIN)/python tests/bench/kills.py
	@$(BIN)/python tests/bench/full.py
	@$(BIN)/python tests/bench/cells.py

schema: $(READY)
	PYTHONPATH=workflow $(BIN)/python -m peritrace.study_reference

lock: $(READY)
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/python -m piptools compile --quiet --upgrade --output-file requirements.lock pyproject.toml
	PYTHONPATH=workflow $(BIN)/python -m peritrace.environment

clean:
	rm -rf results reports logs .snakemake
