"""Options of ``edgedigits camera`` alone; those that it shares are in ``options``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Display(StrEnum):
    """Where the picture is shown."""

    WINDOW = "window"
    WEB = "web"
    NONE = "none"


Place = Annotated[str | None, typer.Argument(metavar="SOURCE", help="The same as --source.")]
Source = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="SOURCE",
        envvar="EDGEDIGITS_SOURCE",
        show_default="0",
        help="Camera number or device, clip, picture, folder or pattern of pictures, recording, URL of a stream, "
        "picamera2, rpicam, demo or demo:SEED.",
    ),
]
Shown = Annotated[
    Display | None,
    typer.Option("--display", help="A window by default, where there is a screen and no --json.", show_default=False),
]
Listen = Annotated[
    str | None,
    typer.Option("--listen", metavar="HOST:PORT", show_default="127.0.0.1:8080", help="Where --display web is served."),
]
ListenAs = Annotated[
    list[str] | None,
    typer.Option("--listen-as", metavar="HOST", help="A further name of that place, such as a proxy's."),
]
MaxFrames = Annotated[int | None, typer.Option("--max-frames", min=1, metavar="N", help="End after N frames.")]
AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON object per line for each event; --json=frames for each frame.")
]
JsonFrames = Annotated[bool, typer.Option("--json-frames", hidden=True)]
Size = Annotated[str | None, typer.Option("--size", metavar="WxH", help="Ask a camera for this size, in pixels.")]
Realtime = Annotated[
    bool | None,
    typer.Option(
        "--realtime/--no-realtime",
        help="Clips, pictures and the demo at their own pace; by default where the picture is shown.",
        show_default=False,
    ),
]
NoWait = Annotated[bool, typer.Option("--no-wait", help="End when the camera goes, instead of waiting.")]
Mirror = Annotated[bool, typer.Option("--mirror", help="Show the window's picture as a mirror does.")]
Record = Annotated[
    Path | None,
    typer.Option("--record", metavar="DIR", help="Keep frames and readings there; DIR is a source then."),
]
RecordLimit = Annotated[
    str, typer.Option("--record-limit", metavar="SIZE", help="What --record may take; the oldest goes first.")
]
Mqtt = Annotated[
    str | None,
    typer.Option(
        "--mqtt",
        metavar="URL",
        envvar="EDGEDIGITS_MQTT",
        help="Publish to the broker mqtt[s]://[USER@]HOST[:PORT][/TOPIC]; its password: EDGEDIGITS_MQTT_PASSWORD.",
    ),
]
