"""The page: everything in it, nothing around it, and nothing else written over."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from edgedigits.benchmark import charts
from edgedigits.benchmark.page import MARK, as_page, write_page
from edgedigits.benchmark.results import Course, Sustained
from edgedigits.cli import app
from edgedigits.errors import WriteError


class Elements(HTMLParser):
    """Counts elements, and holds that each is closed in its order."""

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def elements_of(page):
    parser = Elements()
    parser.feed(page)
    assert parser.open == []
    return parser.found


def test_the_page_is_whole_and_loads_nothing(measured):
    page = as_page(measured)
    elements = elements_of(page)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in elements}
    assert "http" not in page
    labels = [attrs["aria-label"] for tag, attrs in elements if tag == "svg"]
    assert any("Distribution" in label for label in labels)
    assert any("stage" in label for label in labels)
    for case in measured.cases:
        assert f"{case.format} {case.backend}" in page


def test_warnings_stand_on_top_and_none_where_there_are_none(measured):
    page = as_page(replace(measured, warnings=("it was <busy>",)))
    assert page.index("it was &lt;busy&gt;") < page.index("<h2>")
    assert "Doubtful" not in as_page(replace(measured, warnings=()))


def test_names_of_others_are_text(measured):
    page = as_page(replace(measured, bundle="<script>alert(1)</script>"))
    assert "<script" not in page


def test_what_the_machine_tells_over_time_is_drawn_and_what_it_does_not_is_left_out(measured):
    course = Course((0.0, 0.5, 1.0), (50.0, None, 60.0), (None,) * 3, (4.0, 5.0, 6.0))
    page = as_page(replace(measured, machine=replace(measured.machine, course=course)))
    assert "temperature, C over time" in page
    assert "power, W over time" in page
    assert "clock, MHz over time" not in page


def test_a_sustained_run_has_a_curve(measured):
    found = Sustained(
        "naming", "litert", "int8", 1, 2, (1.0, 2.0), (14.0, 20.0), (15.0, 30.0), (50.0, 80.0), (None, None)
    )
    page = as_page(replace(measured, sustained=found))
    assert "median, µs over time" in page
    assert "Sustained" in page


def test_the_stages_fill_the_bar(measured):
    widths = [float(width) for width in re.findall(r'width="([\d.]+)" height="36"', charts.stacked(measured.camera))]
    assert len(widths) == len(measured.camera.stages)
    assert sum(widths) == pytest.approx(charts.WIDTH, abs=1)


def test_every_distribution_stands_in_its_row_around_the_median(measured):
    cases = measured.named("naming")
    drawn = charts.distributions(cases, unit="µs", factor=1.0)
    shapes = re.findall(r'polygon points="([^"]+)"', drawn)
    assert len(shapes) == len(cases)
    for row, shape in enumerate(shapes):
        points = [tuple(map(float, point.split(","))) for point in shape.split()]
        assert all(charts.LEFT - 1 <= x <= charts.WIDTH - charts.RIGHT + 1 for x, _ in points)
        assert all(charts.ROW * row <= y <= charts.ROW * (row + 1) for _, y in points)
    assert "100 %" in drawn


def test_a_page_replaces_a_page_and_nothing_else(measured, tmp_path):
    path = tmp_path / "page.html"
    write_page(path, measured)
    write_page(path, replace(measured, bundle="another"))
    assert "another" in path.read_text(encoding="utf-8")
    path.write_text("<html>mine</html>")
    with pytest.raises(WriteError, match="is no page of `edgedigits benchmark`"):
        write_page(path, measured)
    assert path.read_text() == "<html>mine</html>"


def test_a_file_of_others_is_refused_before_anything_is_measured(random_bundle, tmp_path, monkeypatch):
    monkeypatch.setattr("edgedigits.benchmark.run.run_benchmark", lambda *_, **__: pytest.fail("it was measured"))
    path = tmp_path / "page.html"
    path.write_text("<html>mine</html>")
    result = CliRunner().invoke(app, ["benchmark", str(random_bundle), "--html", str(path)])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert MARK not in path.read_text()
