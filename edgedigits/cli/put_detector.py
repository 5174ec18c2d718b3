"""``edgedigits put-detector``: the network that finds digits in pictures, proven and put into a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgedigits.errors import require
from edgedigits.files import check_place


def put_detector(
    bundle: Annotated[
        Path, typer.Argument(help="Bundle that `edgedigits export` wrote.", metavar="BUNDLE", show_default=False)
    ],
    run: Annotated[
        Path | None,
        typer.Argument(
            help="Folder that `edgedigits train-detector` wrote.", metavar="RUN", show_default="the shipped detector"
        ),
    ] = None,
) -> None:
    """Put a detector of digits into a bundle: a newly trained one, converted and proven, or the shipped one."""
    from rich.console import Console

    from edgedigits.bundle import Bundle
    from edgedigits.cli.steps import StepBar
    from edgedigits.silence import import_tensorflow, silence
    from edgedigits_export.given import check_detector_run

    Bundle.load(bundle)
    check_place(bundle)
    if run:
        check_detector_run(run)
    require("cv2", extra="headless")
    import_tensorflow()
    for module in ("onnx", "tf2onnx"):
        require(module, extra="export")
    from edgedigits_export.detecting import placing

    with StepBar("put the detector in") as bar, silence():
        placed = placing.put_detector(bundle, run, on_step=bar.show)
    console = Console(markup=False, highlight=False, soft_wrap=True)
    for file in placed.its_detector().files:
        parity = file.parity
        console.print(
            f"{file.format:8} {file.size_bytes / 1000:4.0f} kB  peaks alike {100 * parity.found:.2f} %, "
            f"overlap {parity.iou:.4f}, largest difference {parity.max_difference:.1e}"
        )
    if placed.judge_sha256:
        console.print(f"its judge was fitted with the detector before; fit it again: edgedigits fit-judge {bundle}")
    console.print(f"wrote {bundle}")
