"""What an export that was refused has to tell: one line on the terminal, all of it in a file beside the bundle's place.

The bundle's own reports are written with the bundle; a refusal leaves that as it was.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from edgedigits.errors import WriteError
from edgedigits.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgedigits.errors import ExportError

MOST_LETTERS = 300
TITLE = "edgedigits export: refused"


def refused(error: ExportError, *, out: Path) -> ExportError:
    """The error in one line that names its report; the error itself, where it says all in one line that is short.

    Args:
        error: why nothing was exported to ``out``.
        out: where the bundle should have gone; the report lies beside.

    """
    text = whole(error)
    if text == str(error) and len(text) <= MOST_LETTERS and "\n" not in text:
        return error
    line = shortened(text.partition("\n")[0], MOST_LETTERS)
    path = free_path(out)
    with contextlib.suppress(WriteError):  # the line matters more
        write_text(path, f"{TITLE}\n\n{text}\n")
        return type(error)(f"{line}; see {path}")
    return type(error)(line)


def whole(error: BaseException) -> str:
    """The message of an error, and those of its causes that say more, each as it was said."""
    parts = [str(error)]
    for cause in _causes(error):
        if " ".join(str(cause).split()) not in " ".join(parts[0].split()):
            parts.append(f"{type(cause).__name__}:\n{cause}")
    return "\n\n".join(parts)


def shortened(text: str, letters: int) -> str:
    """A text of at most so many letters, cut between words."""
    if len(text) <= letters:
        return text
    return f"{text[: letters - 3].rpartition(' ')[0] or text[: letters - 3]}..."


def free_path(out: Path) -> Path:
    """Where the report goes: over an earlier one, never over another file."""
    names = (f"{out.name}-refused{number}.txt" for number in ("", *(f"-{count}" for count in range(2, 1000))))
    paths = (out.with_name(name) for name in names)
    return next(path for path in paths if not path.exists() or _is_report(path))


def _is_report(path: Path) -> bool:
    try:
        return path.read_text(encoding="utf-8").startswith(TITLE)
    except (OSError, ValueError):
        return False


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__
