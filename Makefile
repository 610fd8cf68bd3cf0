# `make` alone tells what there is. Every target makes the Python environment that it needs.

PYTHON ?=
WORKERS ?= 2
ARGS ?=
export PYTHON

BIN = .venv/bin
CODE = src adapters cli tests $(wildcard benchmarks examples)
LINK = $(HOME)/.local/bin/pmbridge

.DEFAULT_GOAL = help
.PHONY: help demo test install setup check format cover bench record lock wheel changelog clean run-set

help: ## show this list
	@echo "make TARGET, where TARGET is one of:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "PYTHON=PATH names the Python (3.11 or newer) that the environment is made with."

demo: ## a client report out of four local servers, without an account, in demo-output/
	@printf '[1/3] Python environment … '; start=$$(date +%s); requirements/install run && \
	  echo "ready ($$(( $$(date +%s) - start )) s)"
	@$(BIN)/pmbridge demo $(ARGS)

test: setup ## all tests; ARGS="-k words" for some, WORKERS=N for more at once
	@requirements/peer pingcode-mcp || true
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

install: run-set ## put the command pmbridge on your PATH (a link in ~/.local/bin)
	@if [ -e "$(LINK)" ] && [ ! -L "$(LINK)" ]; then \
	  echo "$(LINK) is a file of its own and stays as it is. Next: remove it, then make install" >&2; exit 1; fi
	@mkdir -p "$(dir $(LINK))" && ln -sfn "$(CURDIR)/$(BIN)/pmbridge" "$(LINK)" && echo "pmbridge → $(LINK)"
	@case ":$$PATH:" in *":$(HOME)/.local/bin:"*) ;; *) \
	  echo "~/.local/bin is not on your PATH. Next: add this line to your shell's profile:"; \
	  echo '  export PATH="$$HOME/.local/bin:$$PATH"' ;; esac

setup: ## the Python environment for development, in .venv
	@requirements/install dev

run-set:
	@requirements/install run

check: setup ## what a change must pass besides the tests: format, lint, types, walls, dependencies, addresses
	$(BIN)/ruff format --check --quiet $(CODE)
	$(BIN)/ruff check --quiet $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry --no-ansi src adapters cli
	@echo "Lock files: the dev set contains the run set, no address of a package index"
	@! grep -vxFf requirements/dev.txt requirements/run.txt
	@! grep -nE 'https?:|file:|index-url|find-links' requirements/*.txt
	@echo "Committed files: no path of a developer's machine"
	@! git grep -nIE '(^|[^A-Za-z0-9_.{}-])/(ro[o]t|ho[m]e|Us[e]rs|wo[r]k)/[A-Za-z]'

format: setup ## format the code and mend what ruff can mend
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

cover: setup ## the tests with branch coverage
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --cov --cov-report=term $(ARGS)

bench: setup ## the benchmark, with its peers beside it
	@$(BIN)/python -m benchmarks $(ARGS)

record: setup ## TOOL=jira: record the cassettes again, against a real account
	@test -n "$(TOOL)" || { echo "Which tool? Next: make record TOOL=jira" >&2; exit 2; }
	@$(BIN)/python -m tests.contract.record $(TOOL) $(ARGS)

lock: setup ## write the lock files again; ARGS=--upgrade for newer versions
	@requirements/lock $(ARGS)

wheel: setup ## the wheel, in dist/
	@rm -rf dist
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist

changelog: setup ## what the next release's changelog will say
	@$(BIN)/towncrier build --draft --version next

clean: ## remove everything that make made
	rm -rf .venv build dist demo-output htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
