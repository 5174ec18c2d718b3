"""Two benchmarks compared: what differs by chance is not said to differ."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.benchmark.compare import compare
from edgedigits.benchmark.results import as_json
from edgedigits.cli import app
from edgedigits.errors import ResultsError

CASES = 12


def results_of(measured, *, seed, slower=1.0, processes=5):
    """A benchmark of twelve cases, the first of which takes so many times as long."""
    rng, cases = np.random.default_rng(seed), []
    for number in range(CASES):
        centre = 20.0 * (slower if number == 0 else 1)
        blocks = centre * np.exp(rng.normal(0, 0.02, (processes, 1)) + rng.normal(0, 0.02, (processes, 16)))
        named = tuple(tuple(process) for process in blocks.tolist())
        cases.append(replace(measured.cases[0], backend=str(number), p50_us=centre, p50_blocks_us=named))
    return replace(measured, cases=tuple(cases), warnings=())


def test_the_same_thing_twice_is_hardly_ever_said_to_differ(measured):
    first = [results_of(measured, seed=seed) for seed in range(0, 16, 2)]
    second = [results_of(measured, seed=seed) for seed in range(1, 16, 2)]
    wrong = sum(row.real for one, other in zip(first, second, strict=True) for row in compare(one, other).rows)
    assert wrong <= 2  # of 96 rows, where intervals of each alone would be wrong in five and more


def test_what_takes_a_fifth_longer_is_slower_and_the_other_way_round_faster(measured):
    one, other = results_of(measured, seed=1), results_of(measured, seed=2, slower=1.2)
    slower, *rest = compare(one, other).rows
    assert (slower.verdict, slower.ratio) == ("slower", pytest.approx(1.2, rel=0.05))
    assert compare(other, one).rows[0].verdict == "faster"
    assert {row.verdict for row in rest} == {"no difference shown"}


@pytest.mark.parametrize(("processes", "words"), [(1, "1 process"), (2, "2 processes"), (3, "3 processes")])
def test_of_few_processes_nothing_is_said(measured, processes, words):
    one, other = (results_of(measured, seed=seed, processes=processes, slower=seed) for seed in (1, 2))
    rows = compare(one, other).rows
    assert {row.verdict for row in rows} == {f"not known: {words}"}
    assert not any(row.real for row in rows)


def test_what_else_differs_is_said_first(measured):
    device = replace(measured.machine.device, model="Raspberry Pi 5", versions={"numpy": "1.24.2"})
    one = results_of(measured, seed=1)
    other = replace(one, machine=replace(one.machine, device=device), warnings=("it was busy",))
    other = replace(other, cases=tuple(replace(case, sha256="0" * 64) for case in other.cases))
    assert compare(one, one).cautions == ()
    cautions = "\n".join(compare(one, other).cautions)
    for word in ("B: it was busy", "B on Raspberry Pi 5", "other versions", "other model files"):
        assert word in cautions


def test_what_only_one_has_is_named_and_nothing_in_common_is_an_error(measured):
    one = results_of(measured, seed=1)
    fewer = replace(one, cases=one.cases[:1])
    assert len(compare(one, fewer).notes) == CASES - 1
    with pytest.raises(ResultsError, match="no case in common"):
        compare(fewer, replace(one, cases=one.cases[1:]))


def test_the_command_prints_rows_or_json_and_measures_nothing(measured, tmp_path, monkeypatch):
    monkeypatch.setattr("edgedigits.benchmark.run.run_benchmark", lambda *_, **__: pytest.fail("it was measured"))
    paths = [tmp_path / name for name in ("a.json", "b.json")]
    for seed, path in enumerate(paths):
        path.write_text(as_json(results_of(measured, seed=seed, slower=1 + seed)), encoding="utf-8")
    result = CliRunner().invoke(app, ["benchmark", "--compare", *map(str, paths)])
    assert result.exit_code == 0
    assert "B / A" in result.stdout
    assert "slower" in result.stdout
    rows = json.loads(CliRunner().invoke(app, ["benchmark", "--compare", *map(str, paths), "--json"]).stdout)["rows"]
    assert len(rows) == CASES


@pytest.mark.parametrize("option", [["--out", "c.json"], ["--html", "c.html"], ["--choose"]], ids=" ".join)
def test_what_needs_a_measurement_is_refused_beside_it(measured_file, option):
    result = CliRunner().invoke(app, ["benchmark", "--compare", str(measured_file), str(measured_file), *option])
    assert result.exit_code == 2
    assert "it measures nothing" in result.stderr


def test_a_file_that_holds_no_results_is_one_line(tmp_path, measured_file):
    (tmp_path / "photo.json").write_text("a photo")
    result = CliRunner().invoke(app, ["benchmark", "--compare", str(measured_file), str(tmp_path / "photo.json")])
    assert result.exit_code == 1
    assert "photo.json holds no results" in result.stderr
    assert result.stderr.count("\n") == 1
