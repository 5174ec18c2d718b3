"""``edgedigits cameras``: what is plugged in, what it offers, and what keeps it from being read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgedigits.cli.notes import printable

if TYPE_CHECKING:
    from edgedigits_camera.live.cameras import Camera
    from edgedigits_camera.live.v4l2 import Format

NONE = "no camera is plugged in; edgedigits camera --source demo needs none"


def cameras(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List cameras with their formats, sizes and rates, who holds them, and the command that mends what is wrong."""
    from edgedigits_camera.live.cameras import survey

    found = survey()
    if as_json:
        typer.echo(json.dumps({"version": 1, "cameras": [as_object(camera) for camera in found]}, indent=2))
    else:
        typer.echo("\n".join(printable(line) for camera in found for line in lines(camera)) or NONE)


def lines(camera: Camera) -> list[str]:
    """What is told of a camera: its name, what it offers, what is asked for by default, and what is wrong."""
    from edgedigits_camera.live.v4l2 import best_mode

    device = camera.device
    told = [f"{camera.path}  {device.card} ({device.bus}, {device.driver})" if device else f"{camera.path}"]
    if device:
        told += [f"  {form.fourcc:5}  {sizes_of(form)}" for form in device.formats]
    if camera.trouble:
        told.append(f"  WRONG  {camera.trouble}")
    elif device and (mode := best_mode(device)):
        told.append(f"  read as {mode}")
    if camera.command:
        told.append(f"         run: {camera.command}")
    if camera.holders:
        told.append(f"  opened by {', '.join(map(str, camera.holders))}")
    return told


def sizes_of(form: Format) -> str:
    """Its sizes with the highest rate of each."""
    return ", ".join(f"{size} at {size.rates[0]:.3g}" if size.rates else f"{size}" for size in form.sizes)


def as_object(camera: Camera) -> dict[str, Any]:
    """What ``--json`` prints of a camera; what is not known is null."""
    from edgedigits_camera.live.v4l2 import best_mode

    device = camera.device
    mode = best_mode(device) if device else None
    return {
        "path": str(camera.path),
        "card": device.card if device else None,
        "bus": device.bus if device else None,
        "driver": device.driver if device else None,
        "formats": [_format(form) for form in device.formats] if device else [],
        "default": {"format": mode.fourcc, "size": mode.size_px, "fps": mode.frames_per_s} if mode else None,
        "readable": not camera.trouble,
        "trouble": camera.trouble or None,
        "command": camera.command or None,
        "holders": [{"pid": holder.pid, "name": holder.name, "streams": holder.streams} for holder in camera.holders],
    }


def _format(form: Format) -> dict[str, Any]:
    sizes = [
        {"least": size.least_px, "most": size.most_px, "step": size.step_px, "fps": size.rates} for size in form.sizes
    ]
    return {"format": form.fourcc, "name": form.name, "compressed": form.compressed, "sizes": sizes}
