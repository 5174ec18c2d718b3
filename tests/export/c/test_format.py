import re

import numpy as np
import pytest

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.errors import BackendError
from edgedigits_export.bundling import Settings, export_network
from edgedigits_export.c import conversion
from edgedigits_export.c.compiler import find_compiler
from edgedigits_export.c.footprint import MOST_FLASH_BYTES
from edgedigits_export.convert.calibration import Calibration
from edgedigits_export.formats import FORMATS
from edgedigits_export.making import write_files
from edgedigits_export.proof import prove_all
from edgedigits_export.selection import chosen

C = FORMATS["c"]


@pytest.fixture(scope="module")
def files(trained):
    """The files of the tiny network's folder."""
    return conversion.convert(trained.network, Calibration(trained.data, 100))


@pytest.fixture
def compiler():
    """A C compiler."""
    try:
        return find_compiler()
    except BackendError:
        pytest.skip("no C compiler: the C code is not compiled here")


def proof_of(files, folder, questions):
    paths = write_files(folder, files, main=C.file)
    (proof,) = prove_all({"c": paths}, formats={"c": C}, questions=questions)
    return proof


def failed(proof):
    return {finding.check for finding in proof.findings if not finding.passed}


def changed(files, name, pattern, to):
    """The files with the only group of a pattern replaced in one of them."""
    text = files[f"c/{name}"].decode()
    found = re.search(pattern, text)
    return files | {f"c/{name}": (text[: found.start(1)] + to(found[1]) + text[found.end(1) :]).encode()}


def test_an_export_of_c_alone_is_a_bundle_with_a_folder_of_proven_code(compiler, trained, tmp_path):
    settings = Settings(formats=chosen("c"), calibration_images=100)
    exported = export_network(trained.network, tmp_path / "bundle", data=trained.data, settings=settings)
    (artifact,), (proof,) = exported.bundle.artifacts, exported.proofs
    assert proof.passed
    assert (artifact.path, artifact.input.dtype) == ("c/edgedigits_model_data.c", "int8")
    assert {"c/edgedigits_net.c", "c/edgedigits_weights.c", "c/demo.c", "c/Makefile", "c/README.md"} <= set(
        artifact.files
    )
    assert {"c", "numpy-int8"} <= {report.backend for report in proof.reports}
    assert any(finding.check == "flash" and "of them code" in finding.measured for finding in proof.findings)
    assert any(finding.check == "RAM" and finding.measured.startswith("7,008 bytes") for finding in proof.findings)
    report = (exported.bundle.folder / "report.md").read_text()
    flash = next(finding.measured for finding in proof.findings if finding.check == "flash")
    assert f"| flash | {flash} | at most 100,000 bytes |\n| RAM | 7,008 bytes, static | at most 8,192 bytes |" in report
    (exported.bundle.folder / "c" / "edgedigits_net.c").write_text("another")
    with pytest.raises(ValueError, match=r"edgedigits_net.c has SHA-256"):
        Bundle.load(exported.bundle.folder)


def test_the_runtimes_of_the_folder_agree_bit_for_bit(compiler, files, tmp_path, questions):
    proof = proof_of(files, tmp_path, questions)
    assert "c and numpy-int8 apart 0 steps of 1/256 (at most 0 of 1/256)" in str(proof)
    assert np.array_equal(np.rint(256 * proof.golden), 256 * proof.golden)


def test_one_changed_multiplier_is_found(compiler, files, tmp_path, questions):
    wrong = changed(
        files, "edgedigits_weights.c", r"dense2_multiplier\[10\] = \{\s*(\d+)", lambda n: str(int(n) ^ 1 << 27)
    )
    assert "c and numpy-int8 apart" in failed(proof_of(wrong, tmp_path, questions))


def test_the_weights_of_another_network_are_found(compiler, files, tmp_path, questions):
    content = (default_bundle() / "model_int8.tflite").read_bytes()
    other = conversion.c_folder(content, patches=questions.golden, digits=questions.golden_labels)
    wrong = files | {"c/edgedigits_weights.c": other["edgedigits_weights.c"]}
    found = failed(proof_of(wrong, tmp_path, questions))
    assert {"c and numpy-int8 apart", "c agreement"} <= found


def test_code_that_does_not_compile_is_found(compiler, files, tmp_path, questions):
    proof = proof_of(files | {"c/edgedigits_net.c": b"int main(void) { return }"}, tmp_path, questions)
    assert {"compilation", "c run"} <= failed(proof)
    assert "the C code does not compile: " in str(proof)


def test_a_truncated_array_is_found(files, tmp_path, questions):
    wrong = files | {C.file: files[C.file][:300_000]}
    assert failed(proof_of(wrong, tmp_path, questions)) == {"file"}


def test_code_over_its_budget_is_found(compiler, files, tmp_path, questions):
    more = f"\nconst char edgedigits_more[{MOST_FLASH_BYTES}] = {{1}};\n".encode()
    more += b"char edgedigits_many[2000];\n"
    wrong = files | {"c/edgedigits_weights.c": files["c/edgedigits_weights.c"] + more}
    assert {"flash", "RAM"} <= failed(proof_of(wrong, tmp_path, questions))


def test_without_a_compiler_the_report_says_so_and_the_arithmetic_is_proven(files, tmp_path, questions, monkeypatch):
    monkeypatch.setenv("PATH", "")
    proof = proof_of(files, tmp_path, questions)
    assert proof.passed
    assert "c run not here: no C compiler (cc, gcc, clang); the C code was not compiled here" in str(proof)
    assert "flash and RAM not measured" in str(proof)
    assert "numpy-int8" in {report.backend for report in proof.reports}


def test_the_sources_are_part_of_the_package():
    from edgedigits_export.c.folder import FIXED, README, SOURCES

    assert {path.name for path in SOURCES.iterdir()} == {*FIXED, README}
