"""Results as one HTML page that needs nothing else: no network, no script; light or dark as the reader has it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from edgedigits.benchmark.case import Network
from edgedigits.benchmark.charts import distributions, over_time, stacked
from edgedigits.benchmark.tables import TITLES, UNITS, course, latencies, notes, stages
from edgedigits.errors import WriteError
from edgedigits.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgedigits.benchmark.results import Results
    from edgedigits.benchmark.tables import Table

MARK = '<meta name="generator" content="edgedigits benchmark">'
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{mark}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --line: #8884; --warn: #e69f0033; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 56rem; padding: 1rem; }}
h1, h2 {{ line-height: 1.2; }}
h2 {{ margin-top: 2.5rem; }}
.doubtful {{ background: var(--warn); border-left: .3rem solid #e69f00; padding: .6rem 1rem; }}
.table {{ margin: 1rem 0; overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; width: 100%; }}
th, td {{ border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left; white-space: nowrap; }}
.number {{ text-align: right; }}
figure {{ margin: 1rem 0; overflow-x: auto; }}
svg {{ display: block; font: 13px system-ui, sans-serif; min-width: 34rem; width: 100%; }}
ul {{ overflow-wrap: anywhere; padding-left: 1.2rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def write_page(path: Path, results: Results) -> None:
    """Write the page whole.

    Raises:
        WriteError: it cannot be written, or something else lies there.

    """
    require_ours(path)
    write_text(path, as_page(results))


def require_ours(path: Path) -> None:
    """Make sure that nothing is lost when a page is written here.

    Raises:
        WriteError: a file lies there that is no page of ours.

    """
    if path.is_file() and path.stat().st_size and MARK.encode() not in path.read_bytes()[:400]:
        raise WriteError(f"{path} exists and is no page of `edgedigits benchmark`; choose another file")


def as_page(results: Results) -> str:
    """The whole page."""
    title = f"{results.bundle} on {results.machine.device.model}"
    return PAGE.format(mark=MARK, title=escape(title), body="\n".join(filter(None, parts(results))))


def parts(results: Results) -> Iterator[str]:
    """Warnings first, then figures, then what they rest on."""
    for warning in results.warnings:
        yield f'<p class="doubtful"><strong>Doubtful:</strong> {escape(warning)}</p>'
    when = f"Measured {escape(results.measured_at)} in {results.duration_s:.0f} s"
    yield f"<p>{when} by <code>edgedigits benchmark</code>.</p>"
    for network in Network:
        if cases := results.named(network):
            unit, factor = UNITS[network]
            shown = unit.replace("us", "µs")
            yield heading(f"{TITLES[network]}, {shown}")
            yield distributions(cases, unit=shown, factor=factor)
            yield table(latencies(cases, network))
    if results.camera:
        yield heading("from a frame to its answer, ms")
        yield stacked(results.camera)
        yield table(stages(results.camera))
    if results.sustained:
        found = results.sustained
        yield heading("sustained")
        yield over_time(found.at_s, found.p50_us, title="median, µs")
        yield over_time(found.at_s, found.temperature_c, title="temperature, C", colour=5)
        yield table(course(found))
    yield heading("the machine meanwhile")
    seen = results.machine.course
    yield over_time(seen.at_s, seen.temperature_c, title="temperature, C", colour=5)
    yield over_time(seen.at_s, seen.clock_mhz, title="clock, MHz")
    yield over_time(seen.at_s, seen.watts, title="power, W", colour=2)
    yield "<ul>" + "".join(f"<li>{escape(note)}</li>" for note in notes(results)) + "</ul>"


def heading(words: str) -> str:
    """A section's title."""
    return f"<h2>{escape(words[0].upper() + words[1:])}</h2>"


def table(of: Table) -> str:
    """A table that scrolls sideways where the screen is narrow."""
    rows = [cells(of.head, "th", words=of.words), *(cells(row, "td", words=of.words) for row in of.rows)]
    return f'<div class="table"><table>{"".join(f"<tr>{row}</tr>" for row in rows)}</table></div>'


def cells(row: tuple[str, ...], tag: str, *, words: int) -> str:
    """The cells of a row; numbers stand at the right."""
    return "".join(
        f"<{tag}{' class=number' if index >= words else ''}>{escape(cell)}</{tag}>" for index, cell in enumerate(row)
    )
