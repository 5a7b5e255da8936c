# make run | test | check | bench | chaos | chaos-ci | install | messages | clean. Needs Python 3.11 to 3.13, Node 18 or later and make.
# Everything is installed into .venv and node_modules; a second call finds it there by the hash of the lock file.
.PHONY: run test check bench chaos chaos-ci install install-dev frontend translations messages clean
.DEFAULT_GOAL := run

VENV := .venv
PY := $(VENV)/bin/python
ARGS ?=
sum = $(shell cat $(1) 2>/dev/null | cksum | cut -d' ' -f1)
RUNTIME := $(VENV)/.runtime-$(call sum,requirements.lock)
DEV := $(VENV)/.dev-$(call sum,requirements-dev.lock)
TRANSLATIONS := locale/.compiled-$(call sum,locale/*/LC_MESSAGES/*.po scripts/messages.py)
FRONTEND := static/vendor/.built-$(call sum,package.json package-lock.json scripts/build_static.mjs)
# what a deployment sets; the values only have to be well-formed
PRODUCTION := DEBUG=0 SECURE_SSL_REDIRECT=1 BEHIND_PROXY=1 ALLOWED_HOSTS=112.example.go.id ADDRESS=0.0.0.0 \
	DATABASE_URL=postgres://siaga@db/siaga \
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
	FIELD_KEY=$$($(PY) -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())')

run: install
	@exec $(PY) manage.py up --demo $(ARGS)

test: install-dev frontend translations
	npm test --silent
	$(PY) -m pytest $(ARGS)

check: install-dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djade --check --target-version 5.2 $$(find templates -name '*.html')
	$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

bench: install-dev frontend
	$(PY) -m bench $(ARGS)

# every fault with its full counts (ARGS: rows by name), and a few small ones that CI has time for
chaos: install-dev frontend
	$(PY) -m bench.chaos $(ARGS)

chaos-ci: install-dev frontend
	$(PY) -m bench.chaos --ci $(ARGS)

install: $(RUNTIME) frontend translations
install-dev: $(DEV)
frontend: $(FRONTEND)
translations: $(TRANSLATIONS)

# The first Python that is new enough and can make environments; pyenv's shims exist but may not run.
$(PY):
	@for candidate in python3.13 python3.12 python3.11 python3 python; do \
	  if $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then \
	    $$candidate -m venv $(VENV) && exit 0; rm -rf $(VENV); \
	    echo "make: $$candidate cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; \
	  fi; \
	done; \
	echo "make: Python 3.11, 3.12 or 3.13 is needed and none was found (looked for python3.13 … python3)" >&2; exit 1

$(RUNTIME): $(PY)
	$(PY) -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock
	@rm -f $(VENV)/.runtime-*; touch $@

$(DEV): $(PY)
	$(PY) -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements-dev.lock
	@rm -f $(VENV)/.dev-*; touch $@

$(FRONTEND):
	@node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null || \
	  { echo "make: Node 18 or later is needed for the style sheet and the typeface" >&2; exit 1; }
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	npm run --silent build
	@rm -f static/vendor/.built-*; touch $@

# What the pages say in other languages than Indonesian, made from locale/*/LC_MESSAGES/*.po
$(TRANSLATIONS): | $(PY)
	$(PY) scripts/messages.py compile
	@rm -f locale/.compiled-*; touch $@

# After a change of words: collect them, and say which have no translation yet
messages: install-dev
	$(PY) scripts/messages.py update
	$(PY) scripts/messages.py missing

clean:
	rm -rf $(VENV) node_modules static/vendor locale/.compiled-* locale/*/LC_MESSAGES/*.mo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "The data in $${DATA_DIR:-var} was left alone."
