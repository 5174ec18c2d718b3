"""docs/ builds as a site without a warning, and the site needs no other."""

import importlib.util
import logging
import re
from pathlib import Path

import pytest

mkdocs = pytest.importorskip("mkdocs", reason="the group `docs` is not installed")
from mkdocs.commands.build import build  # noqa: E402
from mkdocs.config import load_config  # noqa: E402
from mkdocs.exceptions import Abort  # noqa: E402

import edgedigits  # noqa: E402
from edgedigits.cli.commands import COMMANDS  # noqa: E402

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("pages", ROOT / "docs/pages.py")
pages = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pages)
# What a page would load by itself.
LOADED = re.compile(r'<(script|img|iframe|link)[^>]* (src|href)="?(https?:)?//')


def built(site_dir, **changed):
    build(load_config(str(ROOT / "mkdocs.yml"), strict=True, site_dir=str(site_dir), **changed))
    return {path.name: path.read_text(encoding="utf-8") for path in site_dir.glob("*.html")}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Every page of the built site."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NO_MKDOCS_2_WARNING", "1")
        environment.chdir(ROOT)
        return built(tmp_path_factory.mktemp("site"))


def test_every_page_loads_from_the_site_alone(site):
    assert [name for name, page in site.items() if LOADED.search(page)] == []
    assert LOADED.search('<link rel="stylesheet" href="https://fonts.example/css">')


def test_every_command_has_a_section(site):
    for command in COMMANDS:
        assert f'id="edgedigits-{command}"' in site["commands.html"]
    assert "--min-confidence 0..1" in site["commands.html"]


def test_python_names_are_all_there_with_their_arguments(site):
    assert [name for name in edgedigits.__all__ if f'id="edgedigits.{name}"' not in site["python.html"]] == []
    assert "Parameters:" in site["python.html"]
    assert "still</code> looks closely" in site["python.html"]


def test_a_link_that_leads_nowhere_ends_the_build(tmp_path, caplog):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/page.md").write_text("[away](gone.md)\n")
    with caplog.at_level(logging.WARNING), pytest.raises(Abort):
        built(tmp_path / "site", docs_dir=str(tmp_path / "docs"), nav=None, plugins=[], hooks=[])
    assert "gone.md" in caplog.text


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("docs/json.md", "json.md"),
        ("ARCHITECTURE.md", "architecture.md"),
        ("docs/../README.md", "index.md"),
        ("LICENSE", "https://github.com/edgedigits/edgedigits/blob/main/LICENSE"),
        ("docs/gone.md", "gone.md"),
    ],
)
def test_a_link_of_the_repository_leads_to_its_page_or_its_file(target, place):
    assert pages.address(ROOT / target) == place
