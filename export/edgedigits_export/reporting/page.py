"""Sections as one HTML page that needs nothing else: no network, no script; light or dark as the reader has it."""

from __future__ import annotations

import base64
import io
import re
from html import escape
from typing import TYPE_CHECKING

from PIL import Image

from edgedigits_export.analysis.differences import differences_of
from edgedigits_export.reporting.charts import draw_differences, draw_layers, draw_trade
from edgedigits_export.reporting.results import MOST_CHANGED
from edgedigits_export.reporting.sections import numeric

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_export.analysis.differences import Changed, Differences
    from edgedigits_export.reporting.evidence import Evidence
    from edgedigits_export.reporting.sections import Section, Table

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --line: #8884; --shade: #8881; --wrong: #c0392b; }}
@media (prefers-color-scheme: dark) {{ :root {{ --wrong: #ff8a80; }} }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }}
h1, h2 {{ line-height: 1.2; }}
h2 {{ margin-top: 2.5rem; }}
code {{ font-size: .9em; overflow-wrap: anywhere; }}
.table {{ margin: 1rem 0; overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }}
th, td {{ border-bottom: 1px solid var(--line); padding: .3rem .7rem .3rem 0; text-align: left; white-space: nowrap; }}
.number {{ padding-left: .7rem; text-align: right; }}
.sentences td {{ white-space: normal; }}
pre {{ overflow-wrap: anywhere; white-space: pre-wrap; }}
figure {{ margin: 1rem 0; }}
figure > svg {{ display: block; height: auto; max-width: 42rem; width: 100%; }}
.answers {{ display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); padding: 0; }}
.answers li {{ background: var(--shade); border-radius: .4rem; font-size: .8125rem; list-style: none; padding: .6rem; }}
.answers img {{ display: block; height: 5.25rem; image-rendering: pixelated; margin-bottom: .4rem; width: 5.25rem; }}
.wrong {{ color: var(--wrong); font-weight: 600; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""
# Sections whose tables hold sentences.
SENTENCES = frozenset({"notes", "left_out"})


def as_page(title: str, introduction: str, sections: Iterable[Section], *, evidence: Evidence) -> str:
    """The whole page."""
    found = differences_of(evidence.proofs, questions=evidence.questions)
    pictures = {
        "measured": trade(evidence),
        "differences": differences(found),
        "changed": "".join(changed(each, evidence=evidence) for each in found if each.changed),
        "layers": layers(evidence),
    }
    parts = [paragraph(introduction)]
    for section in sections:
        parts += as_parts(section, picture=pictures.get(section.key, ""))
    return PAGE.format(title=escape(title), body="\n".join(filter(None, parts)))


def as_parts(section: Section, *, picture: str = "") -> list[str]:
    """A section, its picture above its tables; parts that have nothing to say are empty."""
    return [
        f'<h2 id="{section.key}">{escape(section.title)}</h2>',
        paragraph(section.before),
        *(f"{paragraph(caption)}<pre><code>{escape(block)}</code></pre>" for caption, block in section.code),
        picture,
        # Of the images that changed their answer, the pictures say all that the table does.
        *(table(each, sentences=section.key in SENTENCES) for each in section.tables if section.key != "changed"),
        paragraph(section.after),
    ]


def differences(found: Sequence[Differences]) -> str:
    """How far answers lie from Keras's; nothing where they were not compared."""
    return figure(draw_differences(found), "How far each format's probabilities are from Keras's") if found else ""


def trade(evidence: Evidence) -> str:
    """Accuracy against size against latency, each file in its preferred runtime; nothing where no time was measured."""
    points = [
        (proof.format, report.accuracy, evidence.bundle.artifact(proof.format).size_bytes / 1000, report.p50_us)
        for proof in evidence.proofs
        for report in proof.reports[:1]
        if report.p50_us is not None
    ]
    return figure(draw_trade(points), "Size against latency of each format, with its accuracy") if points else ""


def layers(evidence: Evidence) -> str:
    """Signal and noise over the layers."""
    if not evidence.layers:
        return ""
    order = [proof.format for proof in evidence.proofs]
    return figure(draw_layers(evidence.layers, order=order), "Signal to noise of each layer's output, in decibels")


def changed(differences: Differences, *, evidence: Evidence) -> str:
    """The images that a file names otherwise."""
    shown = differences.changed[:MOST_CHANGED]
    items = "\n".join(answer(one, evidence=evidence) for one in shown)
    of = f", {len(shown)} of them" if len(shown) < len(differences.changed) else ""
    return (
        f'<h3>{escape(differences.format)}: {len(differences.changed)}{of}</h3>\n<ul class="answers">\n{items}\n</ul>'
    )


def answer(one: Changed, *, evidence: Evidence) -> str:
    """An image with the truth, Keras's answer and the file's."""
    source = data_url(evidence.questions.test.images[one.image])
    said = [
        f"<span{'' if digit == one.label else ' class=wrong'}>{who} {digit}</span> {100 * probability:.1f} %"
        for who, digit, probability in (
            ("Keras", one.keras, one.keras_probability),
            ("file", one.file, one.file_probability),
        )
    ]
    picture = f'<img src="{source}" alt="test image {one.image}" width="84" height="84">'
    return f"<li>{picture}{one.image:,}: a {one.label}<br>{'<br>'.join(said)}</li>"


def figure(svg: str, label: str) -> str:
    """A chart with words for those who do not see it."""
    described = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)
    return f"<figure>{described}</figure>"


def paragraph(text: str) -> str:
    """Text with code and emphasis; nothing for no text."""
    return f"<p>{inline(text)}</p>" if text else ""


def table(of: Table, *, sentences: bool = False) -> str:
    """A table that scrolls sideways where the screen is narrow; one of sentences has lines broken."""
    right = numeric(of) or [False] * len(of.head)
    head = cells(of.head, "th", right=right)
    rows = "\n".join(f"<tr>{cells(row, 'td', right=right)}</tr>" for row in of.rows)
    kind = "table sentences" if sentences else "table"
    return f'<div class="{kind}"><table>\n<tr>{head}</tr>\n{rows}\n</table></div>'


def cells(row: Sequence[str], tag: str, *, right: Sequence[bool]) -> str:
    """The cells of a row; numbers stand at the right."""
    return "".join(
        f"<{tag}{' class=number' if number else ''}>{inline(cell)}</{tag}>"
        for cell, number in zip(row, right, strict=True)
    )


def inline(text: str) -> str:
    """Escape text; backticks become code, asterisks emphasis."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text)


def data_url(patch: NDArray[np.uint8]) -> str:
    """A patch (H, W) uint8 as the address of an image."""
    stream = io.BytesIO()
    Image.fromarray(patch).save(stream, format="PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"
