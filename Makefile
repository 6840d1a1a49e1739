# make demo    sets up .venv and analyses the paper's text VAE
# make test    sets up .venv with everything and runs the whole suite
# make check   lint and types, in the same environment
# make proofs  installs Coq where it is missing (Debian) and checks every proof and what it assumes
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable
EXAMPLE := tightcheck/examples/text-vae-frequencies

.PHONY: demo test check proofs clean

demo: .venv/core
	$(BIN)/tightcheck analyze $(EXAMPLE)/encoder.yaml $(EXAMPLE)/decoder.yaml

test: .venv/all
	$(BIN)/python -m pytest --numprocesses auto

check: .venv/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

proofs:
	@proofs/install
	@$(MAKE) --no-print-directory -C proofs check

.venv/created:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("tightcheck needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/core: .venv/created pyproject.toml constraints.txt
	$(INSTALL) .
	@touch $@

.venv/all: .venv/created pyproject.toml constraints.txt
	$(INSTALL) '.[all]'
	@touch $@ .venv/core

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
