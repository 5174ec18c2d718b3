"""C for microcontrollers, which is never compiled here."""

from dataclasses import replace

import numpy as np
import pytest

from edgedigits.bundle import Bundle
from edgedigits.files import sha256
from edgedigits.verify.bundle import verify_bundle
from tests.verify.checking import run, wrong

pytestmark = pytest.mark.slow


def test_a_bundle_of_c_alone_is_asked_in_numpy(c_alone):
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed: it reads the file that C holds")
    result = verify_bundle(c_alone)
    assert result.passed
    (answers,) = [check for check in result.checks if check.check == "answers"]
    assert (answers.subject, answers.found) == (
        "c in numpy-int8",
        "64 of 64 the same, difference 0 (at most 0.002)",
    )


@pytest.mark.parametrize("missing", ["ai_edge_litert", "edgedigits_export"])
def test_a_bundle_of_c_alone_passes_where_nothing_runs_it_and_says_how_to_check_it(
    c_alone, tmp_path, monkeypatch, missing
):
    (tmp_path / f"{missing}.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    result = run(c_alone)
    assert result.exit_code == 0
    assert f"whole; it is C for microcontrollers, which make -C {c_alone}/c demo checks" in result.stdout
    assert "- c in numpy-int8 answers not here: " in " ".join(result.stdout.split())


def test_c_code_with_one_flipped_bit_does_not_pass(c_alone):
    path = c_alone / "c" / "edgedigits_weights.c"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert wrong(c_alone) == {("c/edgedigits_weights.c", "digest")}
    assert run(c_alone).exit_code == 1


def test_c_code_that_answers_otherwise_by_one_step_is_found(c_alone):
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed: it reads the file that C holds")
    golden = Bundle.read(c_alone).golden
    moved = golden["c"].copy()
    moved[5, golden["labels"][5]] -= np.float32(1 / 256)
    np.savez(c_alone / "golden.npz", **{**golden, "c": moved})
    replace(Bundle.read(c_alone), golden_sha256=sha256(c_alone / "golden.npz")).save()
    assert wrong(c_alone) == {("c in numpy-int8", "answers")}
