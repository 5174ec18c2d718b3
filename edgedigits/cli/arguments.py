"""Arguments given the way another command takes them are refused with the way that this one does."""

from __future__ import annotations

import shlex
from typing import Any

from typer.core import TyperCommand

from edgedigits.cli.notes import printable

# What a name is for that stands alone where an option is meant: the first of these that a command has.
MEANT = ("--out", "--name", "--bundle")


class Command(TyperCommand):
    """Tells how a name is given here: a bundle that is what the command treats without an option, others with one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments."""
        takes_one = any(each.param_type_name == "argument" for each in self.params)
        options = {name for each in self.params for name in each.opts}
        if takes_one and "--bundle" not in options and any(each.partition("=")[0] == "--bundle" for each in args):
            ctx.fail(f"No such option: --bundle; a bundle is named without it here, as in: {ctx.command_path} DIR")
        ctx.allow_extra_args = True
        left = super().parse_args(ctx, args)
        if left and not ctx.resilient_parsing:
            name = printable(shlex.quote(left[0]))
            meant = next((each for each in MEANT if each in options), None)
            cure = f"did you mean {meant} {name}?" if meant else f"{ctx.command_path} takes no more names"
            ctx.fail(f"unexpected argument {name}; {cure}")
        return left
