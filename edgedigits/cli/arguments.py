"""Arguments given the way another command takes them are refused with the way that this one does."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand


class Command(TyperCommand):
    """Tells who names a bundle by an option, where it is what the command treats, to name it without."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments."""
        takes_one = any(each.param_type_name == "argument" for each in self.params)
        by_option = any("--bundle" in each.opts for each in self.params)
        if takes_one and not by_option and any(each.partition("=")[0] == "--bundle" for each in args):
            ctx.fail(f"No such option: --bundle; a bundle is named without it here, as in: {ctx.command_path} DIR")
        return super().parse_args(ctx, args)
