"""What the converters take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import tensorflow as tf


class Traceable(Protocol):
    """A network that can be traced."""

    def traced(self) -> tuple[tf.Module, Any]:
        """A function from inputs to outputs by name, with a signature, and the module that holds its weights."""
