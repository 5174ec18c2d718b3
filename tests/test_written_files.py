"""No command that writes pictures takes the place of anything that edgedigits did not write."""

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.cli import app

Image = pytest.importorskip("PIL.Image", reason="neither the extra `camera` nor `headless` is installed")
written = pytest.importorskip("edgedigits_camera.written", reason="as above")
demo = pytest.importorskip("edgedigits_camera.demo", reason="neither the extra `camera` nor `headless` is installed")

# Command -> the first file that it writes.
WRITERS = {
    ("recognize", "page.png", "--save", "out"): "out/page.jpg",
    ("explain", "page.png"): "page-explained.jpg",
    ("explain", "page.png", "--out", "page.png"): "page.png",
    ("demo", "--out", "."): "ruled.png",
    ("demo", "--out", "out"): "out/clip.avi",
}
EACH = pytest.mark.parametrize(("command", "written"), WRITERS.items(), ids=map(" ".join, WRITERS))
NUMBERED = {"out/page.jpg"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder that commands run in, with a page in it."""
    Image.fromarray(np.full((60, 80), 225, np.uint8)).save(tmp_path / "page.png")
    monkeypatch.chdir(tmp_path)
    # One page and a few frames are enough to be written.
    monkeypatch.setattr(demo, "PAGES", {"ruled": demo.PAGES["ruled"]})
    monkeypatch.setattr(demo, "CLIP_FRAMES", 2)
    return tmp_path


def run(command):
    return CliRunner().invoke(app, list(command))


@EACH
def test_what_edgedigits_did_not_write_is_left_as_it_is(folder, command, written):
    path = folder / written
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        Image.new("RGB", (50, 40), "red").save(path, "jpeg" if path.suffix == ".jpg" else "png")
    before = path.read_bytes()
    result = run(command)
    assert path.read_bytes() == before
    if written in NUMBERED:
        assert result.exit_code == 0
        assert path.with_name(f"{path.stem}-2.jpg").is_file()
    else:
        assert result.exit_code == 1
        assert result.stderr.splitlines() == [
            f"edgedigits: {written} is there already, and not written by edgedigits; choose another name or place"
        ]


@EACH
def test_a_link_that_leads_nowhere_is_not_written_through(folder, command, written):
    path = folder / written
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        pytest.skip("the page itself")
    path.symlink_to(folder / "elsewhere")
    assert run(command).exit_code == (0 if written in NUMBERED else 1)
    assert not (folder / "elsewhere").exists()
    assert path.is_symlink()


@EACH
def test_what_edgedigits_wrote_is_written_anew(folder, command, written):
    if written == "page.png":
        pytest.skip("the page itself")
    for _ in range(2):
        assert run(command).exit_code == 0
        before = {path for path in folder.rglob("*") if path.is_file()}
    assert before == {path for path in folder.rglob("*") if path.is_file()}
    assert folder / written in before


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("why.xyz", "why.xyz has no name of a picture that is written; let it end in .png or .jpg"),
        ("why", "why has no name of a picture that is written; let it end in .png or .jpg"),
        (".", ". is a folder; name a picture in it, such as page.png"),
    ],
)
def test_a_name_that_is_none_of_a_picture_is_one_line(folder, out, said):
    result = run(("explain", "page.png", "--out", out))
    assert (result.exit_code, result.stderr.splitlines()) == (1, [f"edgedigits: {said}"])
    assert list(folder.iterdir()) == [folder / "page.png"]


def test_a_folder_is_read_without_what_shows_what_was_read_there(folder):
    for command in (("recognize", "page.png", "--save", "."), ("explain", "page.png")):
        assert run(command).exit_code == 0
    assert run(("recognize", ".")).stdout == "page.png: no digits\n"


def test_a_page_of_the_demo_is_not_written_over_by_what_explains_it(tmp_path):
    page = tmp_path / "page.png"
    written.save_picture(page, np.full((60, 80, 3), 220, np.uint8), mark=written.DRAWN)
    before = page.read_bytes()
    result = CliRunner().invoke(app, ["explain", str(page), "--out", str(page)])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "page.png is the picture itself; choose another name" in result.stderr
    assert page.read_bytes() == before
