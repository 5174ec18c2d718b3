"""What a command loads and an installation weighs."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
COUNT = """\
import sys
from edgedigits.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
    print(len(sys.modules), file=sys.stderr)
"""


def modules_of(arguments: Sequence[str]) -> int:
    """How many modules a process has imported that ran a command."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stderr.splitlines()[-1])


def wheel_sizes() -> tuple[int, int]:
    """Bytes of the wheel, and of what it unpacks to."""
    from hatchling.builders.wheel import WheelBuilder

    with tempfile.TemporaryDirectory() as folder:
        (wheel,) = map(Path, WheelBuilder(str(ROOT)).build(directory=folder, versions=["standard"]))
        with zipfile.ZipFile(wheel) as archive:
            return wheel.stat().st_size, sum(entry.file_size for entry in archive.infolist())


def environment_size(extra: str) -> int:
    """Bytes that the distributions take which an extra installs here, compiled files of Python left out."""
    found = {each.name: each for each in needed(distribution("edgedigits"), {extra})}
    return sum(map(installed_size, found.values()))


def needed(wanting: Distribution, extras: set[str], seen: frozenset[str] = frozenset()) -> Iterator[Distribution]:
    """What a distribution needs, and what that needs in turn."""
    for line in wanting.requires or ():
        need = Requirement(line)
        name = re.sub(r"[-_.]+", "-", need.name).lower()
        applies = not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in {"", *extras})
        if applies and name not in seen:
            found = distribution(substitute(name))
            yield found
            yield from needed(found, need.extras, seen | {name})


def substitute(name: str) -> str:
    """OpenCV's two packages differ in libraries of a screen; one of them is installed."""
    try:
        return distribution(name).name
    except ImportError:
        return {"opencv-python": "opencv-python-headless"}.get(name, "opencv-python")


def installed_size(installed: Distribution) -> int:
    """Bytes of its files."""
    paths = (Path(str(installed.locate_file(file))) for file in installed.files or () if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.is_file())
