"""Sections as Markdown."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from edgedigits_export.reporting.sections import numeric

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgedigits_export.reporting.sections import Section, Table

WIDTH = 120


def as_markdown(title: str, introduction: str, sections: Iterable[Section]) -> str:
    """A document, as UTF-8 text that ends with a line break."""
    parts = [f"# {title}", wrapped(introduction)]
    for each in sections:
        code = [
            part
            for caption, block in each.code
            for part in (caption and f"{caption}:", f"```{each.language}\n{block}\n```")
        ]
        parts += [f"## {each.title}", wrapped(each.before), *code, *map(as_table, each.tables), wrapped(each.after)]
    return "\n\n".join(filter(None, parts)) + "\n"


def wrapped(text: str) -> str:
    """A paragraph in lines."""
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def as_table(table: Table) -> str:
    """A table; numbers stand at the right."""
    rule = ["---:" if right else "---" for right in numeric(table)] or ["---"] * len(table.head)
    return "\n".join(map(as_row, [table.head, rule, *table.rows]))


def as_row(cells: Sequence[str]) -> str:
    """A row of a table; a stroke in a cell does not end it."""
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
