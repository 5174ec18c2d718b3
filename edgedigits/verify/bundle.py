"""Is a bundle whole, and does it answer here as it did when it was proven?

Digests first, then what the files say about themselves, then the golden patches in every runtime that is here, each in
a process of its own: a runtime that crashes is a failed check. A damaged file is given to no runtime. Then the same for
the detector, and a page of golden patches for the judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits.bundle import GOLDEN, Bundle
from edgedigits.bundle.checksums import SUMS, files_of, lies_in, read_sums
from edgedigits.bundle.manifest import MANIFEST
from edgedigits.bundle.metadata import manifest_sha256, read_metadata
from edgedigits.errors import BundleError, MissingExtraError
from edgedigits.files import sha256
from edgedigits.verify.answers import C, answers_check, check_answers, runs_of
from edgedigits.verify.checks import Check, brief
from edgedigits.verify.detector import INSCRIBED, check_detector
from edgedigits.verify.ends import TFLITE, check_ends
from edgedigits.verify.judge import check_judge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgedigits.backends import Candidate
    from edgedigits.bundle import Artifact


@dataclass(frozen=True, slots=True)
class Verification:
    """All checks of a bundle; ``only_c``: it holds nothing but C for microcontrollers."""

    folder: Path
    checks: tuple[Check, ...]
    only_c: bool = False

    @property
    def answered(self) -> bool:
        """True if at least one runtime gave the known answers."""
        return any(check.passed for check in self.checks if check.check == "answers")

    @property
    def detects(self) -> bool:
        """True if at least one runtime gave the known maps of the detector, or there is none."""
        maps = [check for check in self.checks if check.check == "maps"]
        return not maps or any(check.passed for check in maps)

    @property
    def passed(self) -> bool:
        """True if nothing failed and, where a runtime could, at least one gave the known answers and maps."""
        answered = (self.answered or self.only_c) and self.detects
        return answered and all(check.passed is not False for check in self.checks)

    def verdict(self) -> str:
        """One line."""
        wrong = list(dict.fromkeys(check.subject for check in self.checks if check.passed is False))
        if wrong:
            return f"do not use {self.folder}: {', '.join(wrong)} failed; copy or export the bundle again"
        if not self.answered and self.only_c:
            return f"{self.folder} is whole; it is C for microcontrollers, which make -C {self.folder}/c demo checks"
        if not self.passed:
            return f"{self.folder} is whole, but nothing here can run it; pip install 'edgedigits[headless]'"
        files = sum(check.check == "digest" and check.passed is True for check in self.checks)
        runs = sum(check.check in ("answers", "maps") and check.passed is True for check in self.checks)
        return f"{self.folder} is whole and answers as it did when it was proven: {files} files, {runs} runs"


def verify_bundle(folder: Path, *, on_step: Callable[[str], None] = lambda _: None) -> Verification:
    """Check everything that can be checked here.

    Examples:
        >>> import edgedigits
        >>> from pathlib import Path
        >>> print(edgedigits.verify_bundle(Path("mine")).verdict())  # doctest: +SKIP
        mine is whole and answers as it did when it was proven: 32 files, 16 runs

    Args:
        folder: the bundle.
        on_step: told what begins.

    Raises:
        BundleError: there is no bundle at all.

    """
    if not (folder / MANIFEST).exists() and not (folder / SUMS).exists():
        raise BundleError(f"no {MANIFEST} in {folder}; name a folder that `edgedigits export` wrote")
    on_step("digests")
    try:
        bundle = Bundle.read(folder)
    except BundleError as error:
        return Verification(folder, (Check(MANIFEST, "content", str(error), passed=False), *check_digests(folder, {})))
    digests = check_digests(folder, bundle.digests())
    damaged = {check.subject for check in digests if check.passed is False}
    sound = [artifact for artifact in bundle.artifacts if not damaged & set(artifact.digests())]
    metadata = [check_metadata(bundle, artifact) for artifact in sound if artifact.path.endswith(INSCRIBED)]
    metadata += [
        check_ends(folder, artifact.path, (artifact.input, artifact.output))
        for artifact in sound
        if artifact.path.endswith(TFLITE)
    ]
    answers = []
    for candidate in runs_of(bundle):
        on_step(f"{candidate.format} in {candidate.backend}")
        whole = GOLDEN not in damaged and bundle.artifact(candidate.format) in sound
        answers.append(check_answers(bundle, candidate) if whole else _left_out(candidate))
    detector = (*check_detector(bundle, damaged, on_step=on_step), *check_judge(bundle, damaged, on_step=on_step))
    only_c = {artifact.format for artifact in bundle.artifacts} == {C.format}
    return Verification(folder, (*digests, *metadata, *answers, *detector), only_c)


def check_digests(folder: Path, in_manifest: dict[str, str]) -> tuple[Check, ...]:
    """Compare every file with ``SHA256SUMS``, and with the manifest where that names it."""
    try:
        in_sums = read_sums(folder)
    except BundleError as error:
        sums, in_sums = Check(SUMS, "content", str(error), passed=False), {}
    else:
        unlisted = sorted({MANIFEST, *in_manifest} - set(in_sums))
        found = f"does not list {', '.join(unlisted)}" if unlisted else f"{len(in_sums)} files"
        sums = Check(SUMS, "content", found, passed=not unlisted)
    names = sorted({*in_sums, *in_manifest, *files_of(folder)})
    sources = {SUMS: in_sums, MANIFEST: in_manifest}
    return (sums, *(_digest(folder, name, sources=sources) for name in names))


def _digest(folder: Path, name: str, *, sources: dict[str, dict[str, str]]) -> Check:
    path = folder / name
    known = {source: digests[name] for source, digests in sources.items() if name in digests}
    if not known:
        return Check(name, "digest", f"in neither {SUMS} nor {MANIFEST}", passed=None)
    if not lies_in(folder, name):
        return Check(name, "digest", "lies outside the bundle's folder", passed=False)
    try:
        if not path.is_file():
            return Check(name, "digest", "is missing", passed=False)
        digest = sha256(path)
    except OSError as error:
        return Check(name, "digest", f"cannot be read ({error.strerror})", passed=False)
    differs = [source for source, expected in known.items() if expected != digest]
    found = f"SHA-256 is not the one in {' and '.join(differs)}" if differs else f"{digest[:12]}..."
    return Check(name, "digest", found, passed=not differs)


def check_metadata(bundle: Bundle, artifact: Artifact) -> Check:
    """Compare what a file says about itself with the manifest."""
    try:
        metadata = read_metadata(bundle.folder / artifact.path)
    except MissingExtraError as error:
        return Check(artifact.path, "metadata", f"not read: {brief(error)}", passed=None)
    except BundleError as error:
        return Check(artifact.path, "metadata", str(error), passed=False)
    expected = {
        "format": artifact.format,
        "labels": list(bundle.labels),
        "manifest_sha256": manifest_sha256(bundle.content()),
    }
    wrong = [key for key, value in expected.items() if metadata.get(key) != value]
    found = f"{', '.join(wrong)} not as in {MANIFEST}" if wrong else f"tied to {MANIFEST}"
    return Check(artifact.path, "metadata", found if metadata else "the file holds none", passed=not wrong)


def _left_out(candidate: Candidate) -> Check:
    return answers_check(candidate, "not asked, since its file or the golden patches are damaged", passed=None)
