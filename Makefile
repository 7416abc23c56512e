# Everything a person or a machine does here. Needs Python 3.11 or newer with pip; nothing else is assumed.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo sandbox test test-lora crash check docs lock clean

VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
CODE := bot pipeline storage modelserver sandbox benchmarks
WORKERS ?= 2
# Two files named conftest.py cannot be checked in one mypy run.
CONFTESTS = $(sort $(shell find tests -name conftest.py))

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

setup: $(VENV)/.ready ## make .venv with understudy in it

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; PYTHON=/path/to/python3.11 names one." >&2; exit 1; }
	@# Some systems ship venv without its pip; then the system's pip installs one into the new environment.
	$(PYTHON) -m venv $(VENV) 2>/dev/null || { $(PYTHON) -m venv --clear --without-pip $(VENV) \
		&& $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }

$(VENV)/.ready: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## play the whole loop on examples/: sandbox, model server and bot over loopback
	$(BIN)/understudy demo

# Nothing of a sandbox outlives it, so the bot's database starts empty too. The SDK would send loopback to a proxy.
SANDBOX_PORT ?= 7001
MODELS_PORT ?= 8100
BOT_PORT ?= 8080
SANDBOX_STATE := var/sandbox
sandbox: export SLACK_API_URL = http://127.0.0.1:$(SANDBOX_PORT)/api/
sandbox: export SLACK_BOT_TOKEN = xoxb-sandbox
sandbox: export SLACK_APP_TOKEN = xapp-sandbox
sandbox: export UNDERSTUDY_STORAGE__DATABASE_URL = sqlite+aiosqlite:///$(SANDBOX_STATE)/understudy.sqlite3
sandbox: export UNDERSTUDY_STORAGE__ARTIFACTS_URL = $(SANDBOX_STATE)/artifacts
sandbox: export UNDERSTUDY_STORAGE__LOCKS_DIR = $(SANDBOX_STATE)/locks
sandbox: export UNDERSTUDY_SPEND__CHANNEL_ID = C0VOICESPEND
sandbox: export UNDERSTUDY_SPEND__APPROVERS = ["S0APPROVERS"]
sandbox: export UNDERSTUDY_MODELS__API_KEYS = {"private": "sandbox-key"}
sandbox: export UNDERSTUDY_MODELS__BASE_URLS = {"private": "http://127.0.0.1:$(MODELS_PORT)/v1"}
sandbox: export UNDERSTUDY_MODELS__POLL_S = 1
sandbox: export UNDERSTUDY_SERVER__PORT = $(BOT_PORT)
sandbox: export MODELSERVER_API_KEY = sandbox-key
sandbox: setup ## the same three, kept running, with a page to click through the loop by hand
	@unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY; rm -rf $(SANDBOX_STATE); mkdir -p $(SANDBOX_STATE); \
	trap 'exit 0' INT TERM; trap 'kill $$(jobs -p) 2>/dev/null || true; wait' EXIT; \
	$(BIN)/understudy modelserver --port $(MODELS_PORT) --state $(SANDBOX_STATE)/models 2>$(SANDBOX_STATE)/models.log & \
	$(BIN)/understudy sandbox --port $(SANDBOX_PORT) & slack=$$!; \
	until (exec 3<>/dev/tcp/127.0.0.1/$(SANDBOX_PORT)) 2>/dev/null; do kill -0 $$slack || exit 1; sleep 0.2; done; \
	$(BIN)/understudy serve 2>$(SANDBOX_STATE)/bot.log & \
	echo "Open http://127.0.0.1:$(SANDBOX_PORT) in a browser. Logs are in $(SANDBOX_STATE). Ctrl-C stops everything."; \
	wait -n || true; echo "One of the three has ended; stopping. Logs are in $(SANDBOX_STATE)." >&2; exit 1

test: setup ## run every test
	$(BIN)/python -m pytest -n $(WORKERS)

# The extra has an environment of its own, which finds everything else in the first one: torch alone is 700 MB.
LORA := .venv-lora
LORA_PACKAGES = $(shell $(BIN)/python -c 'import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["lora"])')
LORA_INSTALL = $(LORA)/bin/python -m pip install --quiet --disable-pip-version-check
$(LORA)/.ready: pyproject.toml constraints-lora.txt | $(VENV)/.ready
	$(BIN)/python -m venv --without-pip $(LORA)
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
		> "$$($(LORA)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/understudy-setup.pth"
	$(LORA_INSTALL) -c constraints-lora.txt '$(firstword $(LORA_PACKAGES))'
	$(LORA_INSTALL) -c constraints-lora.txt $(foreach package,$(LORA_PACKAGES),'$(package)')
	@touch $@

# Threads of models as small as these only wait for each other.
test-lora: export OMP_NUM_THREADS = 1
test-lora: setup $(LORA)/.ready ## run the tests that need torch, in an environment of their own
	$(LORA)/bin/python -m pytest -n $(WORKERS) -m lora tests/modelserver

SCHEDULES ?= 1000
LANES ?= 2
crash: setup ## kill and freeze bots in every way; SCHEDULES of processes per database, started again it goes on
	$(BIN)/python -m pytest -n $(LANES) tests/crash/every_place.py
	$(BIN)/python -m tests.crash --schedules $(SCHEDULES) --lanes $(LANES)

check: setup ## format, lint, types, import contracts, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE) tests docs/generate.py --exclude 'conftest\.py$$'
	@for file in $(CONFTESTS); do echo "$(BIN)/mypy $$file"; $(BIN)/mypy --no-error-summary "$$file"; done
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	$(BIN)/python -m pytest tests/docs

docs: setup ## write the generated pages of docs/reference
	$(BIN)/python docs/generate.py

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header
lock: setup $(LORA)/.ready ## renew the lock files from pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) pyproject.toml --extra postgres -o requirements.lock
	$(COMPILE) pyproject.toml --extra postgres --group dev -o requirements-dev.lock
	$(COMPILE) --group build -o requirements-build.lock
	$(LORA_INSTALL) --upgrade $(foreach package,$(LORA_PACKAGES),'$(package)')
	head -1 constraints-lora.txt > constraints-lora.new
	$(LORA)/bin/python -m pip freeze --path $(LORA)/lib/python3.*/site-packages | tr A-Z a-z | sed 's/+.*//' >> constraints-lora.new
	mv constraints-lora.new constraints-lora.txt

clean: ## remove what setup, tests and the sandbox made
	rm -rf $(VENV) $(LORA) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
