# make demo: read drawn pages with the shipped model, on any machine with Python 3.11 to 3.13.
# make test: every extra, the whole suite; then the built wheel and tflite-runtime, each in an environment of its own.
# make lint | model | bench | drawn | wild | cases | pins: see CONTRIBUTING.md.

PYTHON ?= python3
PYTHON311 ?= $(shell command -v python3.11)
DEMO := .venv
TEST := .venv-test
WHEEL := .venv-wheel
TFLITE := .venv-tflite
DATA := $(if $(EDGEDIGITS_MNIST),,EDGEDIGITS_MNIST is not set: accuracy on the full MNIST is left out)

# $(call environment,FOLDER,PYTHON): a fresh environment with a pip that knows dependency groups.
environment = rm -rf $(1) && $(2) -m venv $(1) && $(1)/bin/pip install --quiet 'pip>=25.1'

.PHONY: demo test test-suite test-wheel test-tflite lint format model bench drawn wild cases pins clean

demo: $(DEMO)/ready
	$(DEMO)/bin/edgedigits demo --out demo

test: test-suite test-wheel test-tflite
	@echo "$(DATA)"

test-suite: $(TEST)/ready
	$(TEST)/bin/python -m pytest -n 2 --dist loadfile

# The tests of the device's side, against the wheel alone: no checkout on the path, no TensorFlow.
test-wheel: $(WHEEL)/ready
	EDGEDIGITS_EXPECT_WHEEL=1 $(WHEEL)/bin/pytest -o pythonpath= -p no:cacheprovider tests/device

test-tflite: $(if $(PYTHON311),$(TFLITE)/ready)
ifeq ($(PYTHON311),)
	@echo "tflite-runtime is left out: its last release is for Python 3.11, and there is no python3.11 here"
else
	EDGEDIGITS_EXPECT_WHEEL=1 EDGEDIGITS_EXPECT_BACKEND=tflite-runtime $(TFLITE)/bin/pytest -o pythonpath= -p no:cacheprovider tests/device
endif

lint: $(TEST)/ready
	$(TEST)/bin/ruff check .
	$(TEST)/bin/ruff format --check .
	$(TEST)/bin/mypy

format: $(TEST)/ready
	$(TEST)/bin/ruff check --fix .
	$(TEST)/bin/ruff format .

# What models/mnist-cnn holds, from nothing but MNIST and what the project draws.
model: $(TEST)/ready
	$(TEST)/bin/edgedigits train --recipe robust --out runs/robust --seed 0
	$(TEST)/bin/edgedigits train-detector --out runs/detector --seed 0
	$(TEST)/bin/edgedigits export runs/robust --formats all --detector runs/detector --out models/mnist-cnn
	$(TEST)/bin/edgedigits fit-judge models/mnist-cnn

bench: $(TEST)/ready
	$(TEST)/bin/edgedigits benchmark --out benchmarks/results/latency.json
	$(TEST)/bin/python benchmarks/recipes.py
	$(TEST)/bin/python -m benchmarks.stages

drawn: $(TEST)/ready
	$(TEST)/bin/python -m benchmarks.drawn
	$(TEST)/bin/python -m benchmarks.mnist_in_scenes --digits 10000

# Photos with boxes, in the folder that EDGEDIGITS_WILD names.
wild: $(TEST)/ready
	$(TEST)/bin/python -m benchmarks.wild

# Pictures whose digits are known, but not their places, in the folders that EDGEDIGITS_CASES names.
cases: $(TEST)/ready
	$(TEST)/bin/python -m benchmarks.cases

# backports.strenum: its newest release is not for every Python; pip finds the right one.
pins:
	uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --no-annotate --no-header --quiet \
	    --extra export --extra camera --extra headless --group test --group lint --group micro --no-emit-package backports-strenum -o constraints.txt
	uv pip compile pyproject.toml --python-version 3.11 --upgrade --no-annotate --no-header --quiet \
	    --extra tflite-runtime --extra headless --group test --no-emit-package backports-strenum -o constraints-tflite-runtime.txt
	sed -i -E "s/ and \(\(.*//; s/ and python_full_version < '3.14'//; s/ ; python_full_version < '3.14'$$//" constraints.txt

clean:
	rm -rf $(DEMO) $(TEST) $(WHEEL) $(TFLITE) dist demo .mypy_cache .pytest_cache .ruff_cache

$(DEMO)/ready: pyproject.toml constraints.txt
	$(call environment,$(DEMO),$(PYTHON))
	$(DEMO)/bin/pip install --quiet -c constraints.txt -e '.[headless]'
	touch $@

# A machine without the system libraries of a screen gets OpenCV without windows; their tests are left out there.
$(TEST)/ready: pyproject.toml constraints.txt
	$(call environment,$(TEST),$(PYTHON))
	$(TEST)/bin/pip install --quiet -c constraints.txt -e '.[export,camera]' --group test --group lint --group micro
	$(TEST)/bin/python -c 'import cv2' || { $(TEST)/bin/pip uninstall --quiet --yes opencv-python \
	    && $(TEST)/bin/pip install --quiet -c constraints.txt -e '.[headless]'; }
	touch $@

$(WHEEL)/ready: pyproject.toml constraints.txt $(shell git ls-files edgedigits export camera models)
	$(call environment,$(WHEEL),$(PYTHON))
	rm -rf dist && $(WHEEL)/bin/pip wheel --quiet --no-deps --wheel-dir dist .
	$(WHEEL)/bin/pip install --quiet -c constraints.txt "$$(ls -d "$$PWD"/dist/*.whl)[headless]" --group test
	touch $@

$(TFLITE)/ready: pyproject.toml constraints-tflite-runtime.txt $(WHEEL)/ready
	$(call environment,$(TFLITE),$(PYTHON311))
	$(TFLITE)/bin/pip install --quiet -c constraints-tflite-runtime.txt \
	    "$$(ls -d "$$PWD"/dist/*.whl)[headless,tflite-runtime]" --group test
	touch $@
