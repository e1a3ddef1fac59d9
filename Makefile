# One environment per VENV folder, from one lock file. PYTHON and VENV may be set: make test PYTHON=python3.13 VENV=.venv-3.13
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup demo test lab lint types levels lock bench clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml .ci/setup_env.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" bash .ci/setup_env.sh

demo: $(READY)
	@$(BIN)/python notebooks/demo.py

test: $(READY)
	@bash .ci/find_browser.sh
	@$(BIN)/python .ci/run_tests.py

lab: $(READY)
	@$(BIN)/jupyter lab --LabApp.news_url=None --notebook-dir=notebooks

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

levels: $(READY)
	@$(BIN)/python -m pytest -q tests/test_levels.py

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --group dev --extra verify --extra mcp pyproject.toml -o requirements.lock

bench: $(READY)
	@$(BIN)/python tests/benchmarks/overhead.py

clean:
	rm -rf .venv .venv-* demo-report.html tests/artefacts
