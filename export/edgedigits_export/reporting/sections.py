"""Sections of text and tables, which every form of the report is made from."""

from __future__ import annotations

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
    """A title, paragraphs before and after the tables; ``key`` names it for what adds pictures."""

    key: str
    title: str
    before: str = ""
    tables: Sequence[Table] = ()
    after: str = ""


def percent(share: float) -> str:
    """A share in 0..1, for instance ``99.72 %``."""
    return f"{100 * share:.2f} %"
