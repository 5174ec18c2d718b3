import os
import signal
import subprocess
import sys

import pytest

from edgedigits import files
from edgedigits.errors import WriteError
from edgedigits.files import check_place, replacing_folder, write_text


@pytest.fixture
def gone():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def folder(tmp_path):
    """A folder with one old file, alone where it lies."""
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "file").write_text("old")
    return tmp_path / "bundle"


def replace(folder, text="new"):
    with replacing_folder(folder) as temporary:
        (temporary / "file").write_text(text)


def fail_to_replace(folder):
    with replacing_folder(folder) as temporary:
        (temporary / "file").write_text("new")
        raise ValueError("no good")


def assert_alone(folder, text):
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert [path.name for path in folder.iterdir()] == ["file"]
    assert (folder / "file").read_text() == text


def test_a_folder_is_replaced_whole_and_nothing_is_left_beside_it(folder):
    replace(folder)
    assert_alone(folder, "new")


def test_a_folder_that_is_not_there_yet_is_made(tmp_path):
    replace(tmp_path / "bundle")
    assert_alone(tmp_path / "bundle", "new")


def test_a_failure_leaves_the_old_folder(folder):
    with pytest.raises(ValueError, match="no good"):
        fail_to_replace(folder)
    assert_alone(folder, "old")


def test_where_two_folders_cannot_be_exchanged_they_are_renamed(folder, monkeypatch):
    monkeypatch.setattr(files, "exchange", lambda *_: False)
    replace(folder)
    assert_alone(folder, "new")


def test_folders_are_exchanged_in_one_step_where_the_system_can(folder):
    (folder.parent / "other").mkdir()
    if not files.exchange(folder, folder.parent / "other"):
        pytest.skip("this file system cannot exchange two folders")
    assert (folder.parent / "other" / "file").read_text() == "old"
    assert not list(folder.iterdir())


def test_what_a_killed_process_left_is_removed_by_the_next_one(folder):
    code = (
        "import os, signal, sys; from pathlib import Path; from edgedigits.files import replacing_folder\n"
        "with replacing_folder(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code, folder], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list(folder.parent.iterdir())) == 2
    assert (folder / "file").read_text() == "old"
    replace(folder)
    assert_alone(folder, "new")


def test_a_process_that_is_still_at_work_keeps_its_folder(folder):
    with replacing_folder(folder) as first:
        (first / "file").write_text("first")
        replace(folder, "second")
        assert first.is_dir()
    assert_alone(folder, "first")


def test_folders_of_others_are_left_alone(folder, gone):
    others = [folder.parent / name for name in (f".bundle2.{gone}.ab", ".bundle.notes", f".bundle.{gone}")]
    for other in others:
        other.mkdir()
    replace(folder)
    assert all(other.is_dir() for other in others)


def test_a_kill_between_two_renames_is_mended_by_the_next_one(folder, gone):
    folder.rename(folder.with_name(f".bundle.{gone}.abcd.old"))
    with pytest.raises(ValueError, match="no good"):
        fail_to_replace(folder)
    assert_alone(folder, "old")


@pytest.mark.parametrize("write", [check_place, replace, lambda path: write_text(path, "new")])
def test_nothing_takes_the_place_of_a_pipe_or_device(tmp_path, write):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(WriteError, match=f"{name} is no file, but a device or pipe; choose another name"):
            write(tmp_path / name)
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()


def test_a_link_that_leads_to_itself_gives_way_to_what_is_written(tmp_path):
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    check_place(tmp_path / "ring")
    write_text(tmp_path / "ring", "new")
    assert (tmp_path / "ring").read_text() == "new"


def test_what_is_written_to_a_link_lies_where_it_leads(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    replace(tmp_path / "link")
    (tmp_path / "file.json").write_text("old")
    (tmp_path / "name.json").symlink_to("file.json")
    write_text(tmp_path / "name.json", "new")
    assert (folder / "file").read_text() == (tmp_path / "file.json").read_text() == "new"
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "name.json").is_symlink()
