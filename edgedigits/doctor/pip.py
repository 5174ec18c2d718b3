"""The command that installs packages into the Python that runs this program, whichever way it was set up."""

from __future__ import annotations

import importlib.util
import json
import platform
import shlex
import shutil
import struct
import sys
import sysconfig
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

VENV = "~/edgedigits-venv"


def is_32_bit_on_64(*, pointer_bytes: int = struct.calcsize("P"), machine: str | None = None) -> bool:
    """Whether a 32-bit Python runs under a 64-bit kernel, whose name misleads pip."""
    return pointer_bytes == 4 and (machine or platform.machine()) == "aarch64"


def is_managed(*, prefix: str = sys.prefix, base: str = sys.base_prefix, stdlib: str = "") -> bool:
    """Whether this is the system's own Python, into which pip installs nothing."""
    folder = Path(stdlib or sysconfig.get_path("stdlib"))
    return prefix == base and (folder / "EXTERNALLY-MANAGED").exists()


def own_source(*, direct_url: str | None = None) -> str:
    """What pip takes to install this project again: the folder or address that it came from, else its name."""
    text = direct_url
    if text is None:
        with suppress(PackageNotFoundError):
            text = distribution("edgedigits").read_text("direct_url.json")
    url = json.loads(text or "{}").get("url", "")
    parts = urlsplit(url)
    return unquote(parts.path) if parts.scheme == "file" else url or "edgedigits"


@dataclass(frozen=True, slots=True)
class Pip:
    """How packages get into this Python.

    Attributes:
        python: of this program.
        has_pip: whether it has pip itself; environments of uv do not.
        uv: whether uv is there.
        managed: it is the system's own, and pip refuses.
        linux32: pip must be told that this is a 32-bit system.
        source: what installs this project.

    """

    python: str
    has_pip: bool = True
    uv: bool = False
    managed: bool = False
    linux32: bool = False
    source: str = "edgedigits"

    @classmethod
    def here(cls) -> Pip:
        """Look at this Python."""
        return cls(
            python=sys.executable,
            has_pip=importlib.util.find_spec("pip") is not None,
            uv=shutil.which("uv") is not None,
            managed=is_managed(),
            linux32=is_32_bit_on_64(),
            source=own_source(),
        )

    def with_extra(self, name: str) -> str:
        """This project with an extra, as a requirement."""
        return f"{self.source}[{name}]" if "://" not in self.source else f"edgedigits[{name}] @ {self.source}"

    def command(self, install: Iterable[str] = (), *, uninstall: Iterable[str] = (), again: bool = False) -> str:
        """The command line that uninstalls packages, then installs requirements.

        Args:
            install: requirements.
            uninstall: names.
            again: install also what is there already, without what it needs.

        """
        if self.managed:
            requirement = shlex.quote(self.with_extra("headless"))
            return f"python3 -m venv --system-site-packages {VENV} && {VENV}/bin/pip install {requirement}"
        more = ["--force-reinstall", "--no-deps"] if again else []
        steps = [
            self._step("uninstall", [*([] if self._by_uv else ["-y"]), *uninstall]) if uninstall else "",
            self._step("install", [*more, *install]) if install else "",
        ]
        before = [] if self.has_pip or self._by_uv else [shlex.join([self.python, "-m", "ensurepip"])]
        return " && ".join([*before, *filter(None, steps)])

    @property
    def _by_uv(self) -> bool:
        return self.uv and not self.has_pip

    def _step(self, verb: str, arguments: list[str]) -> str:
        if self._by_uv:
            line = ["uv", "pip", verb, "--python", self.python, *arguments]
        else:
            line = [self.python, "-m", "pip", verb, *arguments]
        return shlex.join([*(["linux32"] if self.linux32 else []), *line])
