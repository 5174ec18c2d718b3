"""The commands by name, each imported when it is asked for: one need not wait for what sixteen others import."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer
from typer.main import get_command

from edgedigits.cli.arguments import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

# In the order of the help, with the line that each has there.
COMMANDS = {
    "recognize": "Read the digits in photos.",
    "camera": "Read digits live, from a webcam, a clip or a stream.",
    "cameras": "List cameras, what they offer, and what is wrong with them.",
    "doctor": "Look at this device: what is wrong, and what mends it.",
    "demo": "Draw pages, read them, and compare.",
    "explain": "Show every stage of reading one photo in a picture.",
    "train": "Train the network that names digits.",
    "evaluate": "Measure its accuracy on MNIST's test set.",
    "export": "Convert it to TFLite, ONNX and more; prove each file.",
    "train-detector": "Train the network that finds digits; takes hours.",
    "put-detector": "Put such a network into a bundle.",
    "fit-judge": "Fit what tells digits from other ink, for a bundle.",
    "verify": "Check that a bundle is whole and answers rightly here.",
    "inspect": "Show what is in a model file or a bundle.",
    "benchmark": "Measure how fast each file runs here.",
    "service": "Run the camera at boot, and again when it ends.",
}


class OnDemand(Mapping[str, Any]):
    """click's commands by their names."""

    def __getitem__(self, name: str) -> Any:
        """The command, from the module of its name; a group there is a typer app, a command a function.

        Raises:
            KeyError: there is none.

        """
        line = COMMANDS[name]
        word = name.replace("-", "_")
        module = importlib.import_module(f"edgedigits.cli.{word}")
        app = getattr(module, word)
        if not isinstance(app, typer.Typer):
            function, app = app, typer.Typer(add_completion=False, rich_markup_mode=None)
            app.command(name, short_help=line, cls=getattr(module, "COMMAND", Command))(function)
        built = get_command(app)
        built.name = name
        for each in built.params:
            if hasattr(each.type, "readable"):
                each.type.readable = False  # who reads it says in one line what is wrong with it
        return built

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)
