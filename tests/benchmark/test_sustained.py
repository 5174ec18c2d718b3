"""One case for a long time: a curve, or one line that says why there is none."""

import shutil
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from edgedigits.benchmark import sustained as sustained_module
from edgedigits.benchmark.case import Case
from edgedigits.benchmark.sustained import sustain
from edgedigits.benchmark.watch import Watch
from edgedigits.cli import app
from edgedigits.errors import BackendError

pytestmark = pytest.mark.slow
CASE = Case("naming", "numpy", "npz")


def test_there_is_a_point_for_each_piece_of_time(random_bundle, monkeypatch):
    monkeypatch.setattr(sustained_module, "LEAST_PIECE_S", 0.05)
    told = []
    with Watch() as watch:
        found = sustain(random_bundle, CASE, duration_s=0.2, watch=watch, on_point=lambda: told.append(1))
    assert len(told) == 4
    assert len(found.at_s) == len(found.p50_us) == len(found.clock_mhz) == 4
    assert list(found.at_s) == sorted(found.at_s)
    assert all(0 < p50_us <= p99_us for p50_us, p99_us in zip(found.p50_us, found.p99_us, strict=True))
    assert found.processes >= 1


@pytest.mark.parametrize(("threads", "processes"), [(1, 4), (2, 2), (8, 1)])
def test_threads_and_processes_together_keep_every_core_busy(random_bundle, monkeypatch, threads, processes):
    monkeypatch.setattr(sustained_module, "LEAST_PIECE_S", 0.05)
    monkeypatch.setattr(sustained_module, "usable_cores", lambda: 4)
    with Watch() as watch:
        found = sustain(random_bundle, replace(CASE, threads=threads), duration_s=0.05, watch=watch)
    assert found.processes == processes


def test_a_case_that_answers_wrongly_is_one_line(random_bundle, falsified, tmp_path):
    folder = shutil.copytree(random_bundle, tmp_path / "bundle")
    falsified(folder, "golden.npz", "npz", lambda known: known[:, ::-1])
    with Watch() as watch, pytest.raises(BackendError, match=r"^answers differ by"):
        sustain(folder, CASE, duration_s=0.5, watch=watch)


def test_the_command_shows_the_curve(random_bundle, monkeypatch):
    monkeypatch.setattr(sustained_module, "LEAST_PIECE_S", 0.05)
    result = CliRunner().invoke(app, ["benchmark", str(random_bundle), "--time", "1", "--sustained", "0.01"])
    assert result.exit_code == 0
    assert "npz in numpy, sustained" in result.stdout
