PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo install test test-all check docs golden bench clean-kernels

demo: $(VENV)/.installed  ## train iris and show where the model lies
	$(BIN)/dl4py train specs/iris_mlp.yaml

install: $(VENV)/.dev  ## everything a developer needs
	$(BIN)/pre-commit install

test: $(VENV)/.dev  ## the quick suite
	$(BIN)/python -m pytest

test-all: $(VENV)/.dev  ## with slow, Spark and real-DL4J tests
	$(BIN)/python -m pytest -m "not bench" -n 2 --dist loadfile

check: $(VENV)/.dev  ## what continuous integration runs
	$(BIN)/ruff format --check dl4py tests
	$(BIN)/ruff check dl4py tests
	$(BIN)/mypy
	$(BIN)/python -m pytest

docs: $(VENV)/.dev  ## regenerates the reference pages
	$(BIN)/python docs/generate.py

bench: $(VENV)/.dev  ## steps and commands timed, beside PyTorch and DL4J where they are; writes docs/benchmarks.md
	$(BIN)/python benchmarks/run.py --write
	$(BIN)/python benchmarks/growth.py --write

clean-kernels:  ## forgets compiled kernels
	$(BIN)/python -c "import platformdirs, shutil; shutil.rmtree(platformdirs.user_cache_dir('dl4py'), ignore_errors=True)"

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e .
	touch $@

$(VENV)/.dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e ".[dev]"
	touch $@ $(VENV)/.installed

golden:  ## rewrites golden messages and tables, then shows what changed
	GOLDEN=1 $(BIN)/python -m pytest tests/cli/test_validate.py tests/formats/dl4j/test_case_table.py
	git diff --stat
