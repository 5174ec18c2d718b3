"""Sections of text and tables, which every form of the report is made from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of text; what stands between backticks is code."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A title, paragraphs before and after the code and the tables; ``key`` names it for what adds pictures.

    ``code`` are blocks in a language, each with a line that says what it is, or none.
    """

    key: str
    title: str
    before: str = ""
    tables: Sequence[Table] = ()
    after: str = ""
    code: Sequence[tuple[str, str]] = ()
    language: str = "python"


def numeric(table: Table) -> list[bool]:
    """Which columns hold numbers, or nothing, in every row."""
    columns = zip(*table.rows, strict=True)
    return [all(re.match(r"[-+]?\d|$", cell) for cell in column) and any(column) for column in columns]


def percent(share: float) -> str:
    """A share in 0..1, for instance ``99.72 %``."""
    return f"{100 * share:.2f} %"
