"""The C code on this computer: bit for bit TensorFlow Lite Micro, and what happens when a number in it is wrong."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from edgedigits.apart.answers import measure
from edgedigits.bundle import default_bundle
from edgedigits.errors import BackendError
from edgedigits.strokes import drawn_patches
from edgedigits_export.c.compiler import COMPILERS, NETWORK, STRICT, compile_network
from edgedigits_export.c.folder import ARENA_BYTES, RAM_BYTES, c_folder
from edgedigits_export.c.footprint import measure_footprint
from edgedigits_export.c.runtimes import Compiled, Micro, Reference, micro_interpreter

# Of the test set, what is enough where an image takes ten times as long; all 10,000 were equal once.
SLOW_ONES = 1000
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g")


@pytest.fixture(scope="module")
def compiler():
    """A C compiler."""
    found = next(filter(None, map(shutil.which, COMPILERS)), None)
    if not found or not shutil.which("make"):
        pytest.skip("no C compiler, or no make: the C code is not compiled here")
    return found


@pytest.fixture(scope="module")
def shipped():
    """The shipped int8 file."""
    return default_bundle() / "model_int8.tflite"


@pytest.fixture(scope="module")
def written(shipped, tmp_path_factory):
    """The folder of the shipped network."""
    folder = tmp_path_factory.mktemp("written") / "c"
    patches, digits = drawn_patches(64, seed=3)
    return write(folder, c_folder(shipped.read_bytes(), patches=patches, digits=digits))


@pytest.fixture(scope="module")
def hard():
    """Patches (400, 28, 28) that a network is unsure of: digits over digits, noise, nothing, full ink."""
    rng = np.random.default_rng(0)
    first, second = (drawn_patches(300, seed=seed)[0].astype(int) for seed in (1, 2))
    noise = rng.integers(0, 256, (98, 28, 28))
    blank, full = np.zeros((1, 28, 28), int), np.full((1, 28, 28), 255)
    return np.concatenate([np.maximum(first, second[::-1]) // 2, noise, blank, full]).astype(np.uint8)


@pytest.fixture(scope="module")
def tflm():
    """TensorFlow Lite Micro is there."""
    pytest.importorskip("tflite_micro", reason="tflite-micro is not installed: no look at its interpreter")


@pytest.fixture
def copy(written, tmp_path):
    """The folder, to be changed."""
    return Path(shutil.copytree(written, tmp_path / "copy"))


def write(folder, files):
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def change(path, pattern, to):
    """Replace the first match of the only group of a pattern."""
    text = path.read_text()
    found = re.search(pattern, text, re.DOTALL)
    path.write_text(text[: found.start(1)] + to(found[1]) + text[found.end(1) :])


def run_sanitized(folder, patches, out):
    """Answers (N, 10) of the code under AddressSanitizer and UndefinedBehaviorSanitizer."""
    compile_network(folder, "-O2", *SANITIZERS, str(Path(__file__).with_name("runner.c")), out=out)
    done = subprocess.run([out], input=patches.tobytes(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return np.frombuffer(done.stdout, np.int8).reshape(-1, 10)


def make_demo(folder, *settings):
    return subprocess.run(
        [shutil.which("make"), "-C", folder, "demo", *settings], capture_output=True, text=True, check=False
    )


def steps(answers, others):
    """For each image, how far apart two sets of answers lie, in steps of 1/256."""
    return np.rint(256 * np.abs(answers - others).max(axis=1)).astype(int)


@pytest.mark.parametrize("name", ["edgedigits_model_data.c", "edgedigits_golden.c", "demo.c", *NETWORK])
def test_every_source_compiles_by_itself_without_a_warning(compiler, written, tmp_path, name):
    command = [compiler, *STRICT, "-c", written / name, "-o", tmp_path / "out.o"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("header", ["edgedigits_model_data.h", "edgedigits_net.h", "edgedigits_golden.h"])
def test_every_header_is_c_plus_plus_too(compiler, written, header):
    if not (found := shutil.which("g++")):
        pytest.skip("no g++: the headers are not compiled as C++ here")
    done = subprocess.run([found, "-Wall", "-Werror", "-fsyntax-only", "-x", "c++", written / header], check=False)
    assert done.returncode == 0


def test_the_demo_shows_digits_and_knows_every_answer(compiler, copy):
    done = make_demo(copy)
    assert done.returncode == 0, done.stderr
    assert "64 of 64 answers are the known ones, bit for bit" in done.stdout
    assert done.stdout.count("read as") == 5
    assert "@@" in done.stdout


def test_the_demo_is_clean_under_sanitizers(compiler, copy):
    done = make_demo(copy, f"CFLAGS=-O1 {' '.join(SANITIZERS)}")
    assert (done.returncode, done.stderr) == (0, "")


WRONG = {
    "a multiplier": (
        "edgedigits_weights.c",
        r"conv2_multiplier\[64\] = \{\s*(\d+)",
        lambda n: str(int(n) // 2 + 2**29),
    ),
    "a shift": ("edgedigits_weights.c", r"dense2_shift\[10\] = \{\s*(\d+)", lambda n: str(int(n) + 1)),
    "a weight": ("edgedigits_weights.c", r"dense2_weights\[640\] = \{\s*(-?\d+)", lambda n: str(-int(n) or 99)),
    "a bias": ("edgedigits_weights.c", r"dense2_bias\[10\] = \{\s*(-?\d+)", lambda n: str(int(n) + 500)),
    "the zero point of the logits": ("edgedigits_weights.c", r"logit_zero_point = (-?\d+)", lambda _: "127"),
    "the scale of the softmax": ("edgedigits_weights.c", r"softmax_multiplier = (\d+)", lambda n: str(int(n) + 2**25)),
    "the rounding": ("edgedigits_net.c", r"(value >= 0 \? value \+ half : value - half)", lambda _: "value + 0 * half"),
    "the pooling": ("edgedigits_net.c", r"most = (sum > most)", lambda _: "sum < most"),
    "a known answer": (
        "edgedigits_golden.c",
        r"probabilities\[\]\[10\] = \{\s*\{\s*(-?\d+)",
        lambda n: str(int(n) ^ 1),
    ),
    "a known picture": (
        "edgedigits_golden.c",
        r"images\[\]\[784\] = \{\s*\{(.*?)\}",
        lambda n: n.replace(" 0,", " 90,"),
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_demo_fails_when_something_is_wrong(compiler, copy, wrong):
    name, pattern, to = WRONG[wrong]
    change(copy / name, pattern, to)
    done = make_demo(copy)
    assert done.returncode != 0
    assert re.search(r"\b(\d|[1-5]\d|6[0-3]) of 64 answers are the known ones", done.stdout)


def test_the_code_answers_as_the_kernels_in_numpy_do(compiler, written, hard):
    path = written / "edgedigits_model_data.c"
    answers = Compiled(path).predict(hard)
    assert np.array_equal(answers, Reference(path).predict(hard))
    assert np.mean(answers.max(axis=1) < 0.9) > 0.3  # no test of certainties alone


def test_the_code_answers_as_tensorflow_lite_micro_does(compiler, tflm, written, hard):
    path = written / "edgedigits_model_data.c"
    assert np.array_equal(Compiled(path).predict(hard), Micro(path).predict(hard))


def test_one_step_in_one_multiplier_is_seen_beside_tensorflow_lite_micro(compiler, tflm, copy, hard):
    change(copy / "edgedigits_weights.c", r"dense1_multiplier\[64\] = \{\s*(\d+)", lambda n: str(int(n) ^ (1 << 24)))
    path = copy / "edgedigits_model_data.c"
    assert steps(Compiled(path).predict(hard), Micro(path).predict(hard)).max() >= 1


def test_the_code_is_clean_under_sanitizers(compiler, written, hard, tmp_path):
    answers = run_sanitized(written, hard, tmp_path / "runner")
    assert np.array_equal(answers, Compiled(written / "edgedigits_model_data.c").stored(hard))


def test_the_sanitizers_see_a_step_too_far(compiler, copy, hard, tmp_path):
    change(copy / "edgedigits_net.h", r"LARGE_BYTES (\(13 \* 13 \* 32\))", lambda _: "(13 * 13 * 32 - 1)")
    with pytest.raises(AssertionError):
        run_sanitized(copy, hard[:1], tmp_path / "runner")


def test_litert_answers_the_same_within_a_step_but_for_its_roundings(compiler, written, shipped):
    pytest.importorskip("ai_edge_litert", reason="the extra `export` is not installed")
    patches = drawn_patches(500, seed=9)[0]
    compare_with_litert(Compiled(written / "edgedigits_model_data.c").predict(patches), shipped, patches)


def test_on_the_test_set_it_is_the_kernels_in_numpy_and_tensorflow_lite_micro_bit_for_bit(
    compiler, tflm, written, mnist_test
):
    images, labels = mnist_test
    path = written / "edgedigits_model_data.c"
    answers = Compiled(path).predict(images)
    assert np.mean(answers.argmax(axis=1) == labels) > 0.99
    assert np.array_equal(answers, Reference(path).predict(images))
    assert np.array_equal(answers[:SLOW_ONES], Micro(path).predict(images[:SLOW_ONES]))


def test_on_digits_of_the_test_set_it_is_clean_under_sanitizers(compiler, written, mnist_test, tmp_path):
    images = mnist_test[0][:SLOW_ONES]
    answers = run_sanitized(written, images, tmp_path / "runner")
    assert np.array_equal(answers, Compiled(written / "edgedigits_model_data.c").stored(images))


def test_on_the_whole_test_set_litert_is_within_a_step_but_for_its_roundings(compiler, written, shipped, mnist_test):
    pytest.importorskip("ai_edge_litert", reason="the extra `export` is not installed")
    images, _ = mnist_test
    compare_with_litert(Compiled(written / "edgedigits_model_data.c").predict(images), shipped, images)


def compare_with_litert(answers, shipped, patches):
    """litert's own kernels round the sums of the last layer once where these do it twice, XNNPACK those of every layer.

    Measured over MNIST's test set: its kernels at most 1 step and every digit the same; XNNPACK at most 5 steps, 44 of
    10,000 images by more than one, and two digits, one of which was between two equal probabilities.
    """
    builtin, xnnpack = (measure(shipped, patches, backend=backend) for backend in ("litert-builtin", "litert"))
    assert np.mean(steps(answers, builtin) <= 1) >= 0.999
    assert np.mean(answers.argmax(axis=1) == builtin.argmax(axis=1)) >= 0.9999
    assert np.mean(steps(answers, xnnpack) <= 1) >= 0.99
    assert np.mean(answers.argmax(axis=1) == xnnpack.argmax(axis=1)) >= 0.9995
    assert steps(answers, xnnpack).max() <= 16


def test_flash_and_ram_are_what_the_readme_says(compiler, written, shipped):
    if not shutil.which("size"):
        pytest.skip("no program `size`: flash and RAM are not measured here")
    found = measure_footprint(written)
    text = (written / "README.md").read_text()
    assert found.ram_bytes == RAM_BYTES
    assert f"{RAM_BYTES:,} bytes" in text
    assert 1000 < found.code_bytes < 2500
    (numbers,) = re.findall(r"flash \| ([\d,]+) bytes", text)
    # The sections hold five tables, a few constants and what aligns them besides.
    assert 0 <= found.numbers_bytes - int(numbers.replace(",", "")) < 500
    assert f"{shipped.stat().st_size:,} bytes" in text


def test_the_arena_is_as_large_as_tensorflow_lite_micro_says(tflm, shipped, capfd):
    interpreter = micro_interpreter(shipped.read_bytes())
    interpreter.print_allocations()
    output = "".join(capfd.readouterr())
    (arena,) = re.findall(r"Arena allocation total (\d+) bytes", output)
    assert int(arena) == ARENA_BYTES


def test_a_folder_whose_sources_are_wrong_is_a_failed_runtime(compiler, copy):
    change(copy / "edgedigits_weights.c", r"(const int32_t edgedigits_softmax_shift)", lambda _: "oops")
    with pytest.raises(RuntimeError, match=r"does not compile: .*error"):
        Compiled(copy / "edgedigits_model_data.c")


def test_without_a_compiler_the_runtime_is_absent(written, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BackendError, match=r"no C compiler \(cc, gcc, clang\)"):
        Compiled(written / "edgedigits_model_data.c")
