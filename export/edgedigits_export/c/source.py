"""Arrays and constants as C99 text, and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

LINE = 120


def constant(declaration: str, value: float) -> str:
    """A definition, for instance of ``int answer``; a float keeps all its digits."""
    return f"const {declaration} = {value if isinstance(value, int) else f'{value:.9g}f'};"


def array(values: NDArray[Any], *, declaration: str) -> str:
    """A definition, for instance of ``const uint8_t numbers[2]``; each row of 2-D values gets braces of its own."""
    rows = (f"    {{\n{_lines(row)}\n    }}" for row in values)
    inside = ",\n".join(rows) if values.ndim == 2 else _lines(values)
    return f"{declaration} = {{\n{inside}\n}};\n"


def bytes_of(text: str, *, name: str) -> bytes:
    """Bytes of the array of that name.

    Raises:
        ExportError: the text has none, or it does not hold bytes.

    """
    found = re.search(rf"\b{name}\[\] = \{{([\d,\s]*)\}};", text)
    values = np.array(found[1].split(","), np.int64) if found else np.array([-1])
    if values.min() < 0 or values.max() > 255:
        raise ExportError(f"no whole array {name} of bytes; export it again")
    return values.astype(np.uint8).tobytes()


def _lines(values: Iterable[Any]) -> str:
    lines, line = [], "   "
    for value in map(str, values):
        if len(line) + len(value) + 2 > LINE:
            lines.append(line)
            line = "   "
        line += f" {value},"
    return "\n".join([*lines, line.removesuffix(",")])
