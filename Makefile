# make demo: read drawn pages with the shipped model, on any machine with Python 3.11 to 3.13.
# make quick: what neither trains nor converts, films or waits; 80 seconds on two cores.
# make test: every extra, the whole suite; then the built wheel with the newest, the lowest and Debian 12's libraries.
# make lint | coverage | docs | model | bench | figures | peers | guards | drawn | wild | cases | steadiness | arm | arm-all | pins: see CONTRIBUTING.md.

PYTHON ?= python3
PYTHON311 ?= $(shell command -v python3.11)
DEMO := .venv
TEST := .venv-test
PEERS := .venv-peers
WHEEL := .venv-wheel
LOWEST := .venv-lowest
LOWEST_EXPORT := .venv-lowest-export
BOOKWORM := .venv-bookworm
DATA := $(if $(EDGEDIGITS_MNIST),,EDGEDIGITS_MNIST is not set: accuracy on the full MNIST is left out)

# Tests start thousands of processes; what one of them compiled, the next ones need not.
unexport PYTHONDONTWRITEBYTECODE
# Two processes of tests share two cores: a library's own threads would only stand in each other's way.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1

# $(call environment,FOLDER,PYTHON): a fresh environment with a pip that knows dependency groups.
environment = rm -rf $(1) && $(2) -m venv $(1) && $(1)/bin/pip install --quiet 'pip>=25.1'
# $(call test_environment,FOLDER,PYTHON), then $(call install,FOLDER) WHAT: by uv, in half of the time of pip, which trusts
# the certificates that the system trusts, and compiles what it installs, as pip does.
test_environment = rm -rf $(1) && $(2) -m venv $(1) && $(1)/bin/pip install --quiet 'uv>=0.9'
install = UV_NATIVE_TLS=1 $(1)/bin/uv pip install --quiet --compile-bytecode --python $(1)/bin/python

# The tests of the device's side, against the wheel alone: no checkout on the path, no TensorFlow.
device_tests = EDGEDIGITS_EXPECT_WHEEL=1 $(2) $(1)/bin/pytest -o pythonpath= -p no:cacheprovider tests/installed
wheel = $$(ls -d "$$PWD"/dist/*.whl)

.PHONY: demo quick test test-suite test-wheel test-old test-lowest test-lowest-export test-bookworm lint coverage docs format model bench figures peers guards drawn wild cases steadiness arm arm-all pins clean

demo: $(DEMO)/ready
	$(DEMO)/bin/edgedigits demo --out demo

# The suite has two processes of its own; what follows it, one each.
test: test-suite
	$(MAKE) --jobs 2 --output-sync=target test-wheel test-old
	@echo "$(DATA)"

# Without what is marked as slow, and what needs TensorFlow.
quick: $(TEST)/ready
	$(TEST)/bin/python -m pytest -n 2 --dist loadfile -m 'not slow' -q --ignore tests/export --ignore tests/training

# In the order of the files; else those with few tests, which are the long ones, come last, and one core waits for them.
test-suite: $(TEST)/ready
	$(ONE_THREAD) $(TEST)/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-wheel: $(WHEEL)/ready
	$(call device_tests,$(WHEEL))

ifeq ($(PYTHON311),)
test-old:
	@echo "old versions and tflite-runtime are left out: they are for Python 3.11, and there is no python3.11 here"
else
test-old: test-lowest test-lowest-export test-bookworm
endif

# The lowest versions that pyproject.toml names, and tflite-runtime.
test-lowest: $(LOWEST)/ready
	$(call device_tests,$(LOWEST),EDGEDIGITS_EXPECT_BACKEND=tflite-runtime)

test-lowest-export: $(LOWEST_EXPORT)/ready
	$(LOWEST_EXPORT)/bin/python -m pytest -p no:cacheprovider tests/export/convert/test_onnx.py tests/export/convert/test_tflite.py

# What 32-bit Raspberry Pi OS Bookworm has: Debian's NumPy, OpenCV and Pillow, the last tflite-runtime.
test-bookworm: $(BOOKWORM)/ready
	$(call device_tests,$(BOOKWORM),EDGEDIGITS_EXPECT_BACKEND=tflite-runtime)

lint: $(TEST)/ready
	$(TEST)/bin/ruff check .
	$(TEST)/bin/ruff format --check .
	$(TEST)/bin/mypy
	$(TEST)/bin/deptry .
	$(TEST)/bin/lint-imports
	$(TEST)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(TEST)/bin/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*.yml
	$(TEST)/bin/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	$(TEST)/bin/zizmor --offline --quiet .github

# The pages of docs/ as a site, in site/; the suite builds it too.
docs: $(TEST)/ready
	NO_MKDOCS_2_WARNING=1 $(TEST)/bin/mkdocs build --strict --quiet

# The whole suite once more, so not a part of `make test`: its floor is in pyproject.toml, and MNIST is downloaded for it.
coverage: $(TEST)/ready
	EDGEDIGITS_MNIST="$$($(TEST)/bin/python -c 'from edgedigits.training.data import find_source; print(find_source(None))')" \
	    $(TEST)/bin/python -m pytest -n 2 --dist loadfile --cov --cov-report=term

format: $(TEST)/ready
	$(TEST)/bin/ruff check --fix .
	$(TEST)/bin/ruff format .

# What models/mnist-cnn holds, from nothing but MNIST and what the project draws.
model: $(TEST)/ready
	$(TEST)/bin/edgedigits train --recipe robust --out runs/robust --seed 0
	$(TEST)/bin/edgedigits train-detector --out runs/detector --seed 0
	$(TEST)/bin/edgedigits export runs/robust --formats all --detector runs/detector --out models/mnist-cnn
	$(TEST)/bin/edgedigits fit-judge models/mnist-cnn
	$(TEST)/bin/python -m benchmarks.unmeasured models/mnist-cnn

bench: $(TEST)/ready
	$(TEST)/bin/edgedigits benchmark --time 120 --out benchmarks/results/latency.json
	$(TEST)/bin/python -m benchmarks.stages

figures: $(TEST)/ready
	$(TEST)/bin/python -m benchmarks.figures

# Side by side with others (half an hour): bare runtimes, Keras, the textbook's recipe, RapidOCR, Tesseract.
peers: $(PEERS)/ready
	for name in inference startup reading scale training export; do \
	    $(PEERS)/bin/python -m benchmarks.peers.$$name || exit 1; done

# What may not grow unseen; counts, so that it does not matter how busy the machine is.
guards: $(TEST)/ready
	$(TEST)/bin/python -m benchmarks.guards

drawn: $(TEST)/ready
	$(TEST)/bin/python -m benchmarks.drawn
	$(TEST)/bin/python -m benchmarks.mnist_in_scenes --digits 10000

# How steady the live answers are, on drawn films, and whether the loop keeps up.
steadiness: $(TEST)/ready
	$(TEST)/bin/python -m benchmarks.steadiness
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(TEST)/bin/python -m benchmarks.live_loop

# Photos with boxes, in the folder that EDGEDIGITS_WILD names.
wild: $(TEST)/ready
	$(TEST)/bin/python -m benchmarks.wild

# Pictures whose digits are known, but not their places, in the folders that EDGEDIGITS_CASES names.
cases: $(TEST)/ready
	$(TEST)/bin/python -m benchmarks.cases

# The device's side on an emulated Raspberry Pi; what is downloaded stays in .arm.
arm: $(DEMO)/ready
	$(DEMO)/bin/python -m benchmarks.arm --short

# On four of them, with the instructions that Pi 3, 4 and 5 need, and a webcam that is unplugged and comes back.
arm-all: $(DEMO)/ready
	$(DEMO)/bin/python -m benchmarks.arm --out benchmarks/results/arm.json
	$(DEMO)/bin/python -m benchmarks.arm.uvc

DEBIAN12 := numpy==1.24.2 opencv-python-headless==4.6.0.66 pillow==9.4.0 tflite-runtime==2.14.0
old_pins = uv pip compile pyproject.toml --python-version 3.11 --upgrade --no-annotate --no-header --quiet \
    --group test --no-emit-package backports-strenum

# backports.strenum: its newest release is not for every Python; pip finds the right one.
pins:
	uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --no-annotate --no-header --quiet \
	    --extra export --extra camera --extra headless --extra web --extra mqtt --extra cluster \
	    --group test --group lint --group micro --group docs --group browser --group peers --no-emit-package backports-strenum -o constraints.txt
	$(old_pins) --resolution lowest-direct --extra tflite-runtime --extra headless --extra camera --extra web --extra mqtt --extra cluster -o constraints-lowest.txt
	$(old_pins) --resolution lowest-direct --extra export --extra headless --extra camera -o constraints-lowest-export.txt
	printf '%s\n' $(DEBIAN12) | $(old_pins) - -o constraints-bookworm.txt
	sed -i -E "s/ and \(\(.*//; s/ and python_full_version < '3.14'//; s/ ; python_full_version < '3.14'$$//" constraints.txt

clean:
	rm -rf $(DEMO) $(TEST) $(PEERS) $(WHEEL) $(LOWEST) $(LOWEST_EXPORT) $(BOOKWORM) .arm dist demo site .mypy_cache .pytest_cache .ruff_cache

$(DEMO)/ready: pyproject.toml constraints.txt
	$(call environment,$(DEMO),$(PYTHON))
	$(DEMO)/bin/pip install --quiet -c constraints.txt -e '.[headless]'
	touch $@

# A machine without the system libraries of a screen gets OpenCV without windows; their tests are left out there.
$(TEST)/ready: pyproject.toml constraints.txt
	$(call test_environment,$(TEST),$(PYTHON))
	$(call install,$(TEST)) -c constraints.txt -e '.[export,camera,web,mqtt,cluster]' \
	    --group test --group lint --group micro --group docs --group browser
	$(TEST)/bin/python -c 'import cv2' || { $(TEST)/bin/pip uninstall --quiet --yes opencv-python \
	    && $(call install,$(TEST)) -c constraints.txt -e '.[headless]'; }
	touch $@

$(PEERS)/ready: pyproject.toml constraints.txt
	$(call test_environment,$(PEERS),$(PYTHON))
	$(call install,$(PEERS)) -c constraints.txt -e '.[export,camera]' --group peers
	touch $@

$(WHEEL)/ready: pyproject.toml constraints.txt $(shell git ls-files edgedigits export camera models)
	$(call test_environment,$(WHEEL),$(PYTHON))
	rm -rf dist && $(WHEEL)/bin/pip wheel --quiet --no-deps --wheel-dir dist .
	$(call install,$(WHEEL)) -c constraints.txt "$(wheel)[headless]" --group test
	touch $@

$(LOWEST)/ready: pyproject.toml constraints-lowest.txt $(WHEEL)/ready
	$(call test_environment,$(LOWEST),$(PYTHON311))
	$(call install,$(LOWEST)) -c constraints-lowest.txt "$(wheel)[headless,tflite-runtime]" --group test
	touch $@

$(LOWEST_EXPORT)/ready: pyproject.toml constraints-lowest-export.txt
	$(call test_environment,$(LOWEST_EXPORT),$(PYTHON311))
	$(call install,$(LOWEST_EXPORT)) -c constraints-lowest-export.txt -e '.[export,headless]' --group test
	touch $@

# Not by the extra: on x86-64 it asks for an OpenCV that Debian does not have.
$(BOOKWORM)/ready: constraints-bookworm.txt $(WHEEL)/ready
	$(call test_environment,$(BOOKWORM),$(PYTHON311))
	$(call install,$(BOOKWORM)) -r constraints-bookworm.txt
	$(call install,$(BOOKWORM)) --no-deps "$(wheel)"
	touch $@
