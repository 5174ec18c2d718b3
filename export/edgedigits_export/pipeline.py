"""From what was asked for to a bundle: what can be refused is refused first, and MNIST is loaded last."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from edgedigits.bundle.manifest import MANIFEST
from edgedigits.errors import ExportError
from edgedigits.training.data import load_mnist, load_test
from edgedigits.training.runs import Run, check_data, recorded_recipe
from edgedigits_export.bundling import Exported, Settings, check_replaceable, export_network, steps_of
from edgedigits_export.convert.calibration import IMAGES
from edgedigits_export.gates.limits import Wishes
from edgedigits_export.given import check_detector_run, check_kind, is_taken
from edgedigits_export.networks.bundled import formats_of, load_bundled
from edgedigits_export.networks.ending import check_ends
from edgedigits_export.networks.imported import load_foreign
from edgedigits_export.networks.network import load_network
from edgedigits_export.networks.pixels import parse
from edgedigits_export.networks.taken import TakenNetwork, load_taken
from edgedigits_export.networks.tflite_files import opened
from edgedigits_export.reporting.refusal import refused
from edgedigits_export.selection import as_taken, check_kind_wanted, chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from edgedigits.training.data import Mnist
    from edgedigits_export.formats import Format
    from edgedigits_export.networks.network import Network

# Of the training images, where nothing tells which were kept for validation.
VALIDATION = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an export is asked for, in paths and words.

    Attributes:
        source: a run folder, a bundle to be made anew, or, if ``foreign``, a network that others trained.
        out: folder of the bundle.
        pixels: how a network that others trained wants them, in the words of
            :func:`edgedigits_export.networks.pixels.parse`; None to find out.
        formats: names and profiles with commas between them; None for what every export has, or the bundle had.
        quantize: the int8 file too.
        data: MNIST; None looks where :func:`edgedigits.training.data.load_mnist` does.
        also: further labelled images to measure on, by name.
        wishes: limits in place of the formats' own.
        detector: folder that `edgedigits train-detector` wrote.

    """

    source: Path
    foreign: bool = False
    out: Path
    pixels: str | None = None
    formats: str | None = None
    quantize: bool = False
    data: Path | None = None
    also: Mapping[str, Path] = field(default_factory=dict)
    wishes: Wishes = field(default_factory=Wishes)
    calibration_images: int = IMAGES
    seed: int = 0
    detector: Path | None = None

    @property
    def bundled(self) -> bool:
        """Whether the source is a bundle."""
        return not self.foreign and (self.source / MANIFEST).is_file()

    @property
    def taken(self) -> bool:
        """Whether the source is a converted file, which is taken as it is."""
        return self.foreign and is_taken(self.source)

    @property
    def name(self) -> str:
        """What to call the bundle: as its folder, or as the run whose folder it lies in."""
        inside = self.out.resolve().parent == self.source.resolve()
        return (self.source if inside else self.out).resolve().name


def export(request: Request, *, on_step: Callable[[str, int], None] = lambda _step, _total: None) -> Exported:
    """Export a run, a bundle or a network that others trained into a bundle.

    Examples:
        >>> import edgedigits
        >>> from pathlib import Path
        >>> request = edgedigits.ExportRequest(source=Path("runs/fast"), out=Path("mine"), quantize=True)
        >>> exported = edgedigits.export(request)  # doctest: +SKIP

    Args:
        request: what is wanted.
        on_step: told what is begun, and how often it will be told in all.

    Raises:
        RunError: the run or the detector's run holds no network, or it was trained on other data.
        BundleError: the bundle to be made anew is broken.
        DataError: MNIST or another set of images is not there, or is something else.
        GateError: no file passed, or ``out`` has one of a format that failed; it is as it was.
        ExportError: a format is not known, the network cannot be read, or there is something else at ``out``. What does
            not fit in a line is in a report beside ``out``, which the line names.
        WriteError: the disk is full, or ``out`` may not be written.

    """
    check(request)
    try:
        return _export(request, on_step=on_step)
    except ExportError as error:
        line = refused(error, out=request.out)
        if line is error:
            raise
        raise line from error


def _export(request: Request, *, on_step: Callable[[str, int], None]) -> Exported:
    told: list[str] = []
    also = {name: load_test(path, tell=told.append) for name, path in request.also.items()}
    network, data = network_and_data(request, tell=told.append)
    formats = _formats(request, network, tell=told.append)
    settings = Settings(
        formats=formats,
        calibration_images=request.calibration_images,
        seed=request.seed,
        name=request.name,
        also=also,
        wishes=request.wishes,
        detector=request.detector,
    )
    total = steps_of(formats)
    made = export_network(network, request.out, data=data, settings=settings, on_step=lambda step: on_step(step, total))
    return replace(made, notes=(*told, *made.notes))


def _formats(request: Request, network: Network, *, tell: Callable[[str], None]) -> dict[str, Format]:
    """What to make; ``tell`` hears what cannot be made of a converted file."""
    if isinstance(network, TakenNetwork):
        others = check_kind_wanted(network.format, request.formats, quantize=request.quantize, path=request.source)
        if others:
            tell(f"{', '.join(others)} left out: {request.source} is converted already, and taken as it is")
        return as_taken(network)
    wanted = request.formats or (formats_of(request.source) if request.bundled else None)
    return chosen(wanted, quantize=request.quantize, documented=network.documented)


def check(request: Request) -> None:
    """Refuse what needs neither the network nor the data to be refused.

    Raises:
        ExportError: a format is not known, there is no network to read, or something else lies at ``out``.
        RunError: the detector's run is not finished.

    """
    chosen(request.formats, quantize=request.quantize)
    check_replaceable(request.out)
    if request.taken:
        check_taken(request)
    elif request.foreign:
        check_kind(request.source)
    if request.pixels:
        parse(request.pixels)
    if request.detector:
        check_detector_run(request.detector)


def check_taken(request: Request) -> None:
    """Refuse what cannot be done with a file that is converted already.

    Raises:
        ExportError: it is none, or what was asked for does nothing to it: another format, calibration, limits.

    """
    check_kind_wanted(opened(request.source).format, request.formats, quantize=request.quantize, path=request.source)
    idle = {
        "--int8-drop": request.wishes.accuracy_loss is not None,
        "--agreement": request.wishes.agreement is not None,
        "--calibration-images": request.calibration_images != IMAGES,
        "--seed": request.seed != 0,
    }
    if any(idle.values()):
        raise ExportError(
            f"{request.source} is taken as it is: nothing is calibrated, and there is no original to compare it with; "
            f"leave {' and '.join(name for name, given in idle.items() if given)} out"
        )


def network_and_data(request: Request, *, tell: Callable[[str], None]) -> tuple[Network, Mnist]:
    """The network, and MNIST split as it was trained; ``tell`` hears what was done to the images.

    Raises:
        RunError: the run holds no network of the documented architecture, or was trained on other data.
        BundleError: the bundle is broken.
        DataError: MNIST is not there, or is something else.
        ExportError: the network that others trained does not take MNIST's pixels, gives no ten numbers or comes to no
            end; or a bundle holds no weights, or was measured on other data.

    """
    if request.foreign:
        data = load_mnist(request.data, validation_split=VALIDATION, tell=tell)
        if request.taken:
            return load_taken(request.source, data=data, pixels=request.pixels), data
        check_ends(request.source)
        return load_foreign(request.source, data=data, pixels=request.pixels), data
    if request.bundled:
        network, data_sha256 = load_bundled(request.source)
        split = network.numbers.get("validation_split", VALIDATION)
        data = load_mnist(request.data, validation_split=split, tell=tell)
        if data.sha256 != data_sha256:
            raise ExportError(
                f"{request.source} was made with data of SHA-256 {data_sha256[:12]}..., {data.source} has "
                f"{data.sha256[:12]}...; name the same data"
            )
        return network, data
    run = Run(request.source)
    network = load_network(run)
    data = load_mnist(request.data, validation_split=recorded_recipe(run).validation_split, tell=tell)
    check_data(run, data=data)
    return network, data
