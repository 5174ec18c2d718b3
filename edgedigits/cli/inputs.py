"""What ``recognize`` is given: files, folders, patterns and standard input, as a list of pictures."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from edgedigits.bundle.manifest import NO_PICTURES, is_bundle

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """One picture, under the name that answers have; or what was wrong with what was given in its place."""

    name: str
    problem: str = ""

    def source(self) -> Path | bytes:
        """Its path, or its bytes where it comes from standard input."""
        return sys.stdin.buffer.read() if self.name == STANDARD_INPUT else Path(self.name)

    @property
    def stem(self) -> str:
        """What files that are made of it are called."""
        return "stdin" if self.name == STANDARD_INPUT else Path(self.name).stem


@dataclass(slots=True)
class Gathered:
    """Pictures in the order in which they are read, and what is to be said of what was left out."""

    inputs: list[Input] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def gather(names: Iterable[str], *, is_picture: Callable[[Path], bool]) -> Gathered:
    """Files as they are given; of folders, whatever is in them, and of patterns the pictures, sorted by name.

    A pattern is what no file is called; ``**`` goes through folders. Hidden files are passed over.

    Args:
        names: paths, patterns, or ``-`` for standard input.
        is_picture: whether a file that was not named is to be read.

    """
    gathered = Gathered()
    for name in names:
        if is_folder(name):
            take(gathered, name, below(name), is_picture=is_picture)
        elif glob.has_magic(name) and not os.path.lexists(name):
            take(gathered, name, matching(name), is_picture=is_picture)
        else:
            gathered.inputs.append(Input(name if name == STANDARD_INPUT else str(Path(name))))
    return gathered


def take(gathered: Gathered, name: str, found: list[Input], *, is_picture: Callable[[Path], bool]) -> None:
    """Take the pictures among what was found; say how many are none, and that there is none at all."""
    taken = [one for one in found if one.problem or is_picture(Path(one.name))]
    if not taken and is_bundle(name):
        taken = found = [Input(name, f"{name} {NO_PICTURES}")]
    elif not taken:
        what = "is a folder without pictures" if is_folder(name) else "matches no picture"
        taken, found = [Input(name, f"{name} {what}; name one that has some")], [*found, Input(name)]
    if left := len(found) - len(taken):
        gathered.notes.append(
            f"{name}: {left} {'file' if left == 1 else 'files'} left out: no picture, or one that shows what was read"
        )
    gathered.inputs += taken


def below(folder: str) -> list[Input]:
    """Files in a folder and in those below it, sorted by path; links to folders are not followed."""
    found: list[Input] = []

    def tell(error: OSError) -> None:
        name = str(error.filename)
        found.append(Input(name, f"{name} cannot be opened ({error.strerror}); make it readable or leave it out"))

    for where, folders, names in os.walk(folder, onerror=tell):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Input(str(Path(where, name))) for name in names if not name.startswith(".")]
    return sorted(found, key=by_path)


def matching(pattern: str) -> list[Input]:
    """Files that match a pattern, and those in folders that do, sorted by path, each once."""
    found: dict[str, Input] = {}
    for name in glob.iglob(pattern, recursive=True):  # noqa: PTH207  # of absolute patterns as well
        found.update((one.name, one) for one in (below(name) if is_folder(name) else [Input(str(Path(name)))]))
    return sorted(found.values(), key=by_path)


def by_path(one: Input) -> tuple[str, ...]:
    """What a folder's files are sorted by: its own before those of folders whose names go on."""
    return Path(one.name).parts


def is_folder(name: str) -> bool:
    """Whether it is one; of a name that is too long for a path it is not, where pathlib would raise."""
    return os.path.isdir(name)  # noqa: PTH112
