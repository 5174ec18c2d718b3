"""The file of ``recognize --out``: a line of JSON for each picture, to which a later run may add."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgedigits.cli.telling import Told
from edgedigits.errors import WriteError
from edgedigits.files import target_of, writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import FileIO
    from pathlib import Path
    from typing import Self

    from edgedigits.cli.inputs import Input


BEGINNING = b'{"version": '


@dataclass(slots=True)
class AnswerFile:
    """A file that is held open and locked; what stood in it stays."""

    path: Path
    stream: FileIO
    told: Counter[str] = field(default_factory=Counter)
    """Pictures whose lines stood in it, each as often as it did."""
    stood: Counter[Told] = field(default_factory=Counter)
    """What these lines tell, and how many of them."""

    @classmethod
    @contextlib.contextmanager
    def opened(cls, path: Path, *, resume: bool) -> Iterator[Self]:
        """Open a new file; to resume, one that an earlier run wrote, without the half line that it may end in.

        Raises:
            WriteError: something lies there already, or what is to be gone on with is of another kind or in use.

        """
        if path.is_dir():
            raise WriteError(f"{path} is no file, but a folder; choose another name")
        target_of(path)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                stream = path.open("a+b" if resume else "xb", buffering=0)
            except FileExistsError:
                cure = "--resume goes on with what an earlier run wrote; or choose another name"
                raise WriteError(f"{path} is there already; {cure}") from None
        with stream:
            file = cls(path, stream)
            file.lock()
            if resume:
                file.take_up()
            yield file

    def lock(self) -> None:
        """Keep other runs from it.

        Raises:
            WriteError: one writes to it.

        """
        try:
            fcntl.flock(self.stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WriteError(f"another run writes to {self.path}; wait for it, or choose another name") from None

    def take_up(self) -> None:
        """Note which pictures are told of in it, and cut off half a line.

        Raises:
            WriteError: a line is none of ours.

        """
        end = 0
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.startswith(BEGINNING[: len(line)]):
                    raise self.foreign(number)
                if line.endswith(b"\n"):
                    self.note(line, number)
                    end = lines.tell()
        self.stream.truncate(end)

    def note(self, line: bytes, number: int) -> None:
        """Note one line, counted from 1."""
        try:
            answer = json.loads(line)
            self.told[answer["source"]] += 1
        except (ValueError, LookupError, TypeError):
            raise self.foreign(number) from None
        self.stood[Told.ERROR if "error" in answer else Told.DIGITS if answer.get("digits") else Told.NOTHING] += 1

    def foreign(self, number: int) -> WriteError:
        """What is said of a line of another kind."""
        cure = "choose another name"
        return WriteError(f"{self.path} was not written by `edgedigits recognize --out` (line {number}); {cure}")

    @property
    def summary(self) -> str:
        """What stood in it."""
        errors = self.stood[Told.ERROR]
        failed = f", {errors} of which could not be read" if errors else ""
        pictures = "1 picture" if self.told.total() == 1 else f"{self.told.total()} pictures"
        return f"{self.path}: goes on after {pictures}{failed}"

    def left(self, inputs: Iterable[Input]) -> list[Input]:
        """Those that are not told of yet."""
        told, left = self.told.copy(), []
        for one in inputs:
            if told[one.name]:
                told[one.name] -= 1
            else:
                left.append(one)
        return left

    def write(self, text: str) -> None:
        """Add whole lines, which outlive this process from then on.

        Raises:
            WriteError: the disk is full.

        """
        with writing(self.path):
            rest = memoryview(text.encode())
            while rest:
                rest = rest[self.stream.write(rest) :]
