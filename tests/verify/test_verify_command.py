"""What people and programs are told."""

import json

import pytest

from tests.verify.checking import run

pytestmark = pytest.mark.slow


def test_the_command_says_it_to_people_and_exits_with_0_or_1(folder):
    result = run(folder)
    assert result.exit_code == 0, result.output
    assert "ok     model.npz        digest" in result.stdout
    assert "is whole and answers as it did" in result.stdout.splitlines()[-1]
    (folder / "README.md").write_text("changed")
    result = run(folder)
    assert result.exit_code == 1
    assert "WRONG  README.md        digest    SHA-256 is not the one in SHA256SUMS" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("do not use ")


def test_the_command_says_it_to_programs(folder):
    (folder / "README.md").write_text("changed")
    content = json.loads(run(folder, "--json").stdout)
    assert content["passed"] is False
    assert {"subject": "README.md", "check": "digest", "passed": False} in [
        {key: check[key] for key in ("subject", "check", "passed")} for check in content["checks"]
    ]


@pytest.mark.parametrize("name", ["none", "file", "empty"])
def test_what_is_no_bundle_is_one_line(tmp_path, name):
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / name)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "name a folder that `edgedigits export` wrote" in result.stderr
