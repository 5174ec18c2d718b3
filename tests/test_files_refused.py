"""Files that the system does not let be written: one line, and nothing lost."""

import errno
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edgedigits.bundle import default_bundle
from edgedigits.cli import app
from edgedigits.cli.commands import OnDemand
from edgedigits.errors import WriteError
from edgedigits.files import check_place, replacing, replacing_folder, write_text


def half_written(path, number):
    with replacing(path) as temporary:
        temporary.write_text("half")
        raise OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, r"result\.txt cannot be written \(no space left on device\); free space there or in /"),
        (errno.EACCES, r"result\.txt cannot be written \(permission denied\); choose another place"),
        (errno.EROFS, r"result\.txt cannot be written \(read-only file system\); choose another place"),
    ],
)
def test_why_a_file_cannot_be_written_is_one_line_and_the_old_one_stays(tmp_path, number, said):
    path = tmp_path / "result.txt"
    path.write_text("old")
    with pytest.raises(WriteError, match=said) as caught:
        half_written(path, number)
    assert "\n" not in str(caught.value)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_of_a_folder_the_folder_is_named_and_not_the_temporary_one(tmp_path):
    with (
        pytest.raises(WriteError, match=r"bundle cannot be written") as caught,
        replacing_folder(tmp_path / "bundle") as folder,
    ):
        half_written(folder / "manifest.json", errno.ENOSPC)
    assert "manifest" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_file_where_a_folder_should_be_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match=r"file/below/a\.txt cannot be written \(not a directory\)"):
        write_text(tmp_path / "file" / "below" / "a.txt", "")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no folder here in which nothing can be made")
@pytest.mark.parametrize(
    "write", [lambda path: write_text(path, ""), lambda path: replacing_folder(path).__enter__(), check_place]
)
@pytest.mark.parametrize("name", ["/proc/result.json", "/proc/new/result.json"])
def test_where_the_system_makes_no_file_the_line_names_the_path_that_was_asked_for(write, name):
    with pytest.raises(WriteError) as caught:
        write(Path(name))
    assert str(caught.value) == f"{name} cannot be written (no such file or directory); choose another place"


def test_a_place_that_can_be_written_is_left_as_it_was(tmp_path):
    (tmp_path / "there").write_text("old")
    for name in ("there", "new", "folder/new", "folder/in/new"):
        check_place(tmp_path / name)
    for name in ("folder", "folder/in", "."):
        check_place(tmp_path / name, inside=True)
    assert (tmp_path / "there").read_text() == "old"
    assert {path.name for path in tmp_path.rglob("*")} == {"there"}


# What takes long to import, and must not be there yet.
HEAVY = ("tensorflow", "keras", "sklearn", "onnx", "cv2")
# Command -> its options that name what is written; of bundles, the argument.
PLACES = {
    ("train",): ["--out"],
    ("train", "--resume"): ["--out"],
    ("export", "run"): ["--out"],
    ("export", "--from", "network.onnx"): ["--out"],
    ("train-detector",): ["--out"],
    ("benchmark",): ["--out", "--html"],
    ("recognize", "page.png"): ["--out", "--save"],
    ("explain", "page.png"): ["--out"],
    ("demo",): ["--out"],
    ("camera", "demo"): ["--record"],
    ("fit-judge",): [],
    ("put-detector",): [],
}
EACH = [(*command, *option) for command, options in PLACES.items() for option in [[each] for each in options] or [[]]]


@pytest.mark.parametrize("command", EACH, ids=" ".join)
def test_a_place_that_cannot_be_written_is_told_before_anything_heavy_is_imported(command, tmp_path, monkeypatch):
    for name in HEAVY:
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "file").touch()
    result = CliRunner().invoke(app, [*command, str(tmp_path / "file" / "x.jpg")])
    what = "x.jpg cannot be written" if command[-1].startswith("--") else "x.jpg/manifest.json cannot be read"
    assert (result.exit_code, result.stdout) == (1, "")
    assert what in result.stderr
    assert result.stderr.count("\n") == 1


def test_every_option_that_names_what_is_written_is_held_by_the_test_above():
    named = {
        (name, option)
        for name, command in OnDemand().items()
        for parameter in command.params
        for option in parameter.opts
        if option in {"--out", "--html", "--save", "--record"}
    }
    assert named == {(command[0], command[-1]) for command in EACH if command[-1].startswith("--")}


@pytest.mark.parametrize(
    "command",
    [
        ("train", "--data", "GONE", "--out", "run"),
        ("train-detector", "--data", "GONE", "--out", "run"),
        ("put-detector", str(default_bundle()), "GONE"),
        ("export", "GONE"),
        ("export", "--from", "GONE", "--out", "mine"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_told_before_anything_heavy_is_imported(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in HEAVY:
        monkeypatch.setitem(sys.modules, name, None)
    result = CliRunner().invoke(app, command)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert result.stderr.startswith("edgedigits: GONE ")
    assert not list(tmp_path.iterdir())


def test_errors_of_other_kinds_come_through(tmp_path):
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "a.txt"):
        Path(tmp_path, "absent").read_text()
