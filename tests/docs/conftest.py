"""A folder with all that README and docs speak of."""

import shutil

import pytest
from typer.testing import CliRunner

import edgedigits
from edgedigits.bundle import default_bundle
from edgedigits.cli import app


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """A folder with all that the pages speak of."""
    folder = tmp_path_factory.mktemp("drawn")
    image = pytest.importorskip("PIL.Image", reason="neither the extra `camera` nor `headless` is installed")
    assert CliRunner().invoke(app, ["demo", "--out", str(folder / "demo")]).exit_code == 0
    plain = image.open(folder / "demo/plain.png")
    for name in ("photo.jpg", "photos/page.jpg", "scans/page.jpg"):
        (folder / name).parent.mkdir(exist_ok=True)
        plain.save(folder / name, quality=95)
    x, y, width, height = edgedigits.read(plain).readings[0].box_xywh_px
    plain.crop((x - 4, y - 4, x + width + 4, y + height + 4)).save(folder / "seven.png")
    shutil.copy(folder / "demo/clip.avi", folder / "clip.avi")
    (folder / "mine").symlink_to(default_bundle())
    return folder


@pytest.fixture
def folder(drawn, tmp_path, monkeypatch):
    """A copy of it, to work in."""
    shutil.copytree(drawn, tmp_path, symlinks=True, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
