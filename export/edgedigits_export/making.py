"""Files made and proven. One that cannot be made is a proof that did not pass, as one that fails its gate is."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits.errors import ExportError, GateError
from edgedigits_export.convert.metadata import inscribe
from edgedigits_export.gates.findings import Finding, Stage
from edgedigits_export.proof import Proof, prove_all
from edgedigits_export.reporting.refusal import shortened, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from edgedigits.bundle import Bundle
    from edgedigits_export.convert.calibration import Calibration
    from edgedigits_export.evaluation import Questions
    from edgedigits_export.formats import Format
    from edgedigits_export.networks.network import Network

# Of a converter's message; the report has all of it.
MOST_LETTERS = 150


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes files of a network in the folder of a bundle that is known as far as its files' metadata need it."""

    network: Network
    draft: Bundle
    questions: Questions
    on_step: Callable[[str], None] = lambda _: None

    def make(self, formats: Mapping[str, Format], calibration: Calibration) -> list[Proof]:
        """Make and prove a file of each of these formats, in their order."""
        files: dict[str, tuple[Path, ...]] = {}
        unmade: dict[str, Proof] = {}
        for name, wanted in formats.items():
            self.on_step(f"convert {name}")
            try:
                files[name] = self.write(wanted, calibration, name=name)
            except ExportError as error:
                unmade[name] = self._unmade(error, wanted, name=name)
        proofs = prove_all(
            files, formats=formats, questions=self.questions, on_run=lambda run: self.on_step(f"prove {run}")
        )
        made = {proof.format: proof for proof in proofs} | unmade
        return [made[name] for name in formats]

    def write(self, format: Format, calibration: Calibration, *, name: str) -> tuple[Path, ...]:
        """Convert to this format and write its files, with metadata; the main one comes first.

        Raises:
            ExportError: the converter failed.

        """
        folder = self.draft.folder
        files = write_files(folder, convert(format, self.network, calibration), main=format.file)
        inscribe(folder / format.file, read=format.contents, format=name, bundle=self.draft, form=self.network.form)
        return files

    def _unmade(self, error: ExportError, format: Format, *, name: str) -> Proof:
        said = Finding(
            "conversion", shortened(str(error), MOST_LETTERS), "must succeed", passed=False, stage=Stage.FILE
        )
        return Proof(name, self.draft.folder / format.file, None, (said,), trouble=whole(error.__cause__ or error))


def convert(format: Format, network: Network, calibration: Calibration) -> Mapping[str, bytes]:
    """Bytes of the files of this format, by their paths in the bundle.

    Raises:
        ExportError: the converter failed.

    """
    try:
        made = format.convert(network, calibration)
    except Exception as error:  # each converter raises its own
        raise ExportError(f"ended with: {' '.join(str(error).split())}") from error
    return {format.file: made} if isinstance(made, bytes) else made


def write_files(folder: Path, files: Mapping[str, bytes], *, main: str) -> tuple[Path, ...]:
    """Write the files of a format into the bundle's folder; the main one comes first."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tuple(folder / name for name in (main, *(name for name in files if name != main)))


def sorted_out(proofs: Sequence[Proof], *, old: Sequence[str], out: Path) -> tuple[list[Proof], list[Proof]]:
    """Proofs that passed and those that did not, whose files are removed.

    Args:
        proofs: of all files.
        old: formats that the bundle at ``out`` has, none where there is no bundle.
        out: where the new one should go.

    Raises:
        GateError: none passed, or the old bundle would lose a file; the first line says what failed with its number and
            limit, those that follow have every number.

    """
    passed, failed = [proof for proof in proofs if proof.passed], [proof for proof in proofs if not proof.passed]
    if failed and (not passed or {proof.format for proof in failed} & set(old)):
        stays = f"{out} stays as it was, name another --out for the rest" if passed else "nothing was exported"
        numbers = "\n\n".join(proof.as_lines() for proof in (*failed, *passed))
        raise _error(failed[0])(f"{headline(failed)}; {stays}\n{numbers}")
    for proof in failed:
        _remove(proof)
    return passed, failed


def headline(failed: Sequence[Proof]) -> str:
    """What failed first, with its number and limit, and what else did."""
    first, *others = failed
    more = f"; {', '.join(proof.format for proof in others)} failed too" if others else ""
    return f"{first.format} failed: {first.failure}{more}"


def _error(failed: Proof) -> type[GateError]:
    return next(finding.error for finding in failed.findings if not finding.passed)


def _remove(proof: Proof) -> None:
    for path in (proof.path, *proof.further):
        path.unlink(missing_ok=True)
    if proof.further:
        with contextlib.suppress(OSError):
            shutil.rmtree(proof.path.parent)
