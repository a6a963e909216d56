# Every target does its own set-up; `make demo` and `make test` work on a fresh clone.

PYTHON ?= python3

venv := .venv
bin := $(venv)/bin
install := $(bin)/python -m pip install -qq --no-compile --no-build-isolation --constraint constraints.txt
node := tests/node/node_modules

.PHONY: help venv demo test lint audit docs coverage bench wheel constraints clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 13

# One environment, filled in two steps: what the auditor needs, then what its developers need.

$(venv)/runtime: pyproject.toml constraints.txt
	@echo "Installing the auditor into $(venv) …"
	@test -x $(bin)/python || $(PYTHON) -m venv $(venv)
	@$(install) hatchling
	@$(install) --editable .
	@touch $@

$(venv)/development: $(venv)/runtime
	@echo "Installing the development tools into $(venv) …"
	@$(install) --editable '.[dev]'
	@touch $@

# The judges that run on Node. Without npm their tests skip with a word; CI has to have them.
$(node)/installed: tests/node/package.json
	@echo "Installing the judges that run on Node …"
	@{ cd tests/node && npm install --loglevel=error && touch node_modules/installed; } || \
	  { echo "They could not be installed: tests that need them skip, and fail in CI." >&2; test -z "$$CI"; }

venv: $(venv)/development  ## make .venv with everything a developer needs

demo: $(venv)/runtime  ## audit the bundled sample estate and leave demo/report.html
	@status=0; $(bin)/auditor demo --directory demo || status=$$?; \
	test $$status -le 1 && test -s demo/report.html && echo "The report is in demo/report.html"

test: $(venv)/development $(node)/installed  ## run all tests
	@$(bin)/python -m pytest -n 2 --dist loadgroup

lint: $(venv)/development  ## check style, types, imports, constraints, deploy/, the documentation's links, and known vulnerabilities
	@$(bin)/ruff check
	@$(bin)/ruff format --check
	@$(bin)/mypy
	@$(bin)/lint-imports --no-logo
	@! grep -nvE '^(#.*|[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+)$$' constraints.txt || \
	  { echo "constraints.txt: only NAME==VERSION and comments, please" >&2; exit 1; }
	@$(bin)/python -m tests.deploy.linters
	@NO_MKDOCS_2_WARNING=1 $(bin)/mkdocs build --site-dir $(venv)/site
	@$(bin)/python tools/audit_dependencies.py

audit: $(venv)/development  ## ask whether dependencies are known to be vulnerable; what was not checked fails
	@$(bin)/python tools/audit_dependencies.py --complete

docs: $(venv)/development  ## build the documentation as a site into site/
	@NO_MKDOCS_2_WARNING=1 $(bin)/mkdocs build && echo "Open site/index.html"

coverage: $(venv)/development $(node)/installed  ## run all tests and hold every branch to account
	@$(bin)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term

bench: $(venv)/development  ## run every benchmark
	@set -e; for script in $(sort $(wildcard benchmarks/*.py)); do echo "== $$script"; $(bin)/python $$script; done

wheel: $(venv)/development  ## build the wheel into dist/
	@$(bin)/python -m build --wheel --no-isolation --outdir dist .

constraints:  ## renew constraints.txt with the newest versions
	@set -e; scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	$(PYTHON) -m venv "$$scratch/venv"; \
	"$$scratch/venv/bin/python" -m pip install -qq '.[dev]'; \
	{ grep '^#' constraints.txt; "$$scratch/venv/bin/python" -m pip freeze --exclude docintel-auditor; } > "$$scratch/new"; \
	cp "$$scratch/new" constraints.txt

clean:  ## remove everything that make has made
	@rm -rf $(venv) $(node) demo dist site htmlcov .coverage .coverage.* .hypothesis .import_linter_cache \
	  .mypy_cache .pytest_cache .ruff_cache
	@find auditor tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
