# Everything is done through these targets; `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON_FILES := requirements.lock pyproject.toml scripts/setup.sh

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.dev launcher ## Install everything that `make up` and `make test` need.

install: .venv/.runtime launcher ## Install only what running the judge takes.

up: .venv/.runtime launcher ## Run the whole judge here, in the foreground, on http://127.0.0.1:8080.
	@[ "$${JUDGE_ISOLATION:-}" != gvisor ] || scripts/gvisor.sh
	@exec .venv/bin/judge up

test: setup check ## Run every check and the test suite; a part of it: PYTEST_ARGS=tests/unit.
	$(if $(PYTEST_ARGS),.venv/bin/pytest $(PYTEST_ARGS),.venv/bin/python -m tests)

thorough: setup check ## Run also what takes long: every hostile program under gVisor, the whole corpus.
	.venv/bin/python -m tests --thorough

check: .venv/.dev ## Lint, formatting, types, layers.
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

gvisor: .venv/.runtime ## Install gVisor's runsc and tell Docker of it, for JUDGE_ISOLATION=gvisor.
	@scripts/gvisor.sh

launcher: .venv/.runtime ## Build the program that runs submissions.
	@$(MAKE) --silent --no-print-directory -C sandbox/launcher

fuzz: .venv/.dev ## Fuzz the launcher's readers, FUZZ_SECONDS (60) for each.
	@$(MAKE) --silent --no-print-directory -C sandbox/launcher fuzz
	@for harness in request stream unpack pack; do \
	  nice sandbox/launcher/fuzz/run.sh $$harness -max_total_time=$(or $(FUZZ_SECONDS),60) -print_final_stats=1 || exit; \
	done

chaos: setup ## Let a long storm rage: CHAOS_SECONDS (600), CHAOS_SEED, CHAOS_JUDGEHOSTS (2), CHAOS_BROKER (redis).
	@CHAOS_SEED=$(or $(CHAOS_SEED),$$RANDOM) CHAOS_SECONDS=$(or $(CHAOS_SECONDS),600) \
	  CHAOS_SUBMISSIONS=$(or $(CHAOS_SUBMISSIONS),400) CHAOS_TAKE_OVER_S=$(or $(CHAOS_TAKE_OVER_S),10) .venv/bin/pytest -s tests/chaos/test_storm.py

lock: .venv/.dev ## Pin the versions that are installed in .venv.
	.venv/bin/python scripts/lock.py

locales: .venv/.dev ## Bring the catalogues of pages' texts up to date with the sources.
	.venv/bin/python scripts/locales.py

clean: ## Remove what was built and installed; the data in var/ stays.
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info test-artefacts
	$(MAKE) --no-print-directory -C sandbox/launcher clean

# The files below say that a step was done; a change of what they depend on does it again.
.venv/.runtime: $(PYTHON_FILES)
	@scripts/setup.sh system
	@scripts/setup.sh python requirements.lock
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	@scripts/setup.sh system tests
	@scripts/gvisor.sh
	@scripts/setup.sh python requirements.lock requirements-dev.lock
	@touch $@

.PHONY: help gvisor setup install up test thorough check launcher fuzz chaos lock locales clean
