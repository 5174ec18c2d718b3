"""The detector in the reports of a bundle: one section, which is renewed when the bundle is given another detector."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from edgedigits.bundle.detector import GOLDEN
from edgedigits.files import write_json, write_text
from edgedigits_export.reporting.markdown import as_markdown
from edgedigits_export.reporting.page import as_parts
from edgedigits_export.reporting.sections import Section, Table, percent

if TYPE_CHECKING:
    from edgedigits.bundle import Bundle

KEY, TITLE = "detector", "Detector"
REPORTS = ("README.md", "report.md")
REPORT_HTML, REPORT_JSON = "report.html", "report.json"


def detector(bundle: Bundle) -> Section:
    """Its files and how they compare with the trained network."""
    if bundle.detector is None:
        return Section(KEY, TITLE, "None: this bundle names digits, and finds none in pictures.")
    rows = [
        (
            file.format,
            f"`{file.path}`",
            f"{file.size_bytes / 1000:.0f}",
            f"{file.parity.max_difference:.1e}",
            percent(file.parity.found),
            f"{file.parity.iou:.4f}",
            f"{file.parity.heat:.1e}",
        )
        for file in bundle.detector.files
    ]
    parity = bundle.detector.files[0].parity
    return Section(
        KEY,
        TITLE,
        "A second network, fully convolutional, says where in a picture digits stand; it names none. Every file was "
        f"run in its own runtime on {parity.scenes} drawn scenes, in which the trained network in Keras has "
        f"{parity.peaks} peaks of a heat of at least 0.3.",
        [Table(("format", "file", "kB", "largest difference", "peaks alike", "overlap", "heat"), rows)],
        "*Largest difference* is that of any value in any map. *Peaks alike* is the share of peaks that file and Keras "
        "both have, *overlap* the mean intersection over union of their boxes, *heat* the mean difference of their "
        f"heat, a probability. `{GOLDEN}` holds small canvases with each file's own maps. How it was trained is in "
        "`manifest.json` under `detector`.",
    )


def as_object(bundle: Bundle) -> dict[str, Any] | None:
    """The same for programs."""
    if bundle.detector is None:
        return None
    return asdict(bundle.detector)


def renew_reports(bundle: Bundle) -> None:
    """Have the reports in a bundle's folder tell of the detector that it has now; what is not there is not made."""
    section = detector(bundle)
    markdown = as_markdown("", "", [section]).partition("## ")[2]
    html = "\n".join(as_parts(section))
    for name in REPORTS:
        _renew(bundle, name, rf"^## {TITLE}\n.*?(?=^## |\Z)", f"## {markdown}\n", end=None)
    _renew(bundle, REPORT_HTML, rf'<h2 id="{KEY}">.*?(?=<h2 |</body>)', f"{html}\n", end="</body>")
    path = bundle.folder / REPORT_JSON
    if path.is_file():
        write_json(path, json.loads(path.read_text(encoding="utf-8")) | {KEY: as_object(bundle)})


def _renew(bundle: Bundle, name: str, pattern: str, text: str, *, end: str | None) -> None:
    """Put text in place of a section, or where there is none before the end."""
    path = bundle.folder / name
    if not path.is_file():
        return
    old = path.read_text(encoding="utf-8")
    new, count = re.subn(pattern, lambda _: text, old, count=1, flags=re.DOTALL | re.MULTILINE)
    if not count:
        new = old.replace(end, text + end) if end else f"{old.rstrip()}\n\n{text}"
    write_text(path, f"{new.rstrip()}\n")
