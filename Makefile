# make demo   sets up what is missing and runs a whole shop        (DEMO_MINUTES DEMO_ORDERS DEMO_OUT DEMO_CHAOS)
# make test   sets up what is missing and runs every test          (TORTURE_SECONDS)
# make check  ruff, format, mypy strict, import rules
# make bench  the budgets, as ratios
# make pictures   every state of the kitchen's screens, in docs/screens/states
# make fuzz   half a million broken tokens     make torture  the floor under SIGKILL (TORTURE_SECONDS)
# make image      the disk image and the update bundle, in image/out        (IMAGE_OPTIONS, as in --release KEY)
# make run-image  a station in QEMU                                         (ROLE=till|prep|expediter)
# make test-image boots it, updates it, breaks it                           (TESTS)
# make lock   compiles requirements*.txt from requirements*.in

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_MINUTES ?= 3
DEMO_ORDERS ?= 12
DEMO_OUT ?= demo-out
DEMO_CHAOS ?= 0
TORTURE_SECONDS ?= 60
export DEMO_MINUTES DEMO_ORDERS DEMO_OUT DEMO_CHAOS TORTURE_SECONDS

.PHONY: setup demo test check bench pictures fuzz torture lock clean image run-image test-image image-tools
.NOTPARALLEL:

APT := $(shell sed 's/\#.*//' packages.apt)

setup: $(VENV)/.apt-ready $(VENV)/.ready

$(VENV)/.apt-ready: packages.apt
	@missing=""; for p in $(APT); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" != 0 ]; then echo "Missing Debian packages:$$missing. Run as root: apt-get install$$missing"; exit 1; fi; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi
	@mkdir -p $(VENV) && touch $@

$(VENV)/.ready: requirements-dev.txt pyproject.toml | $(VENV)/.apt-ready
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version)'
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@$(BIN)/station demo

test: setup
	$(BIN)/pytest

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	@$(BIN)/station bench floor
	@$(BIN)/station bench order
	@$(BIN)/station bench login
	@$(BIN)/station bench render
	@$(BIN)/station bench till
	@$(BIN)/station bench link
	@$(BIN)/station bench replica

pictures: setup
	@$(BIN)/python tests/screens/pictures.py

fuzz: setup
	FUZZ_TOKENS=500000 $(BIN)/pytest tests/domain/test_token.py --timeout=0
	@if $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.txt; then \
	  corpus=$$(mktemp -d) && $(BIN)/python tests/fuzz/token_coverage.py $$corpus -runs=300000 -max_len=4096; \
	else echo "atheris does not install here: the coverage-guided half was not run"; fi

torture: setup
	$(BIN)/pytest tests/process/test_torture.py -s --timeout=0

lock:
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 requirements-fuzz.in -o requirements-fuzz.txt

IMAGE_APT := $(shell sed 's/\#.*//' packages-image.apt)
IMAGE_OPTIONS ?= --dev
ROLE ?= till
TESTS ?= tests/image

image-tools: setup
	@missing=""; for p in $(IMAGE_APT); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" != 0 ]; then echo "Missing Debian packages:$$missing. Run as root: apt-get install$$missing"; exit 1; fi; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi

image: image-tools
	@./build-image.sh $(IMAGE_OPTIONS)

run-image: image-tools
	@test -e image/out/station.img || ./build-image.sh --dev
	@$(BIN)/python image/run.py $(ROLE)

test-image: image-tools
	@./build-image.sh --dev
	STATION_IMAGE=$(CURDIR)/image/out STATION_IMAGE_CACHE=$(CURDIR)/image/cache $(BIN)/pytest $(TESTS) --timeout=0

clean:
	rm -rf $(VENV) demo-out image/out image/cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
