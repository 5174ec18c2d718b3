"""Inputs and outputs of model files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output of a model file; ``value = (stored - zero_point) * scale`` where it is quantised."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float | None = None
    zero_point: int | None = None

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """Take it from a manifest; whatever is no entry of one raises KeyError or TypeError."""
        return cls(**{**entry, "shape": tuple(entry["shape"])})
