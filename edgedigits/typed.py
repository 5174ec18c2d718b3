"""Dataclasses from JSON that others may have written: every value is held against its field's annotation."""

from __future__ import annotations

import math
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def read_as(kind: Any, value: Any, *, at: str) -> Any:
    """A value of JSON as a type.

    Args:
        kind: a dataclass, a plain type, ``Any``, ``T | None``, ``tuple[T, ...]`` or ``dict[str, T]``.
        value: as ``json`` gives it.
        at: where it stands, for the error.

    Raises:
        ValueError: it is of another type, a field is missing or unknown, or a number is not finite.

    """
    origin, parts = get_origin(kind), get_args(kind)
    if kind is Any:
        return value
    if is_dataclass(kind):
        return _read_object(kind, value, at=at)
    if origin in (Union, UnionType):
        return None if value is None else read_as(parts[0], value, at=at)
    if origin is tuple:
        return tuple(read_as(parts[0], each, at=f"{at}[{n}]") for n, each in enumerate(_plain(list, value, at=at)))
    if origin is dict:
        return {name: read_as(parts[1], each, at=f"{at}.{name}") for name, each in _plain(dict, value, at=at).items()}
    return _plain(kind, value, at=at)


def _read_object(kind: Any, value: Any, *, at: str) -> Any:
    entries, hints = _plain(dict, value, at=at), _hints(kind)
    needed = {each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING}
    if missing := sorted(needed - set(entries)):
        raise ValueError(f"{at} lacks {', '.join(missing)}")
    if unknown := sorted(set(entries) - {each.name for each in fields(kind)}):
        raise ValueError(f"{at} has {', '.join(unknown)}, which nobody knows")
    return kind(**{name: read_as(hints[name], each, at=f"{at}.{name}") for name, each in entries.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _plain(kind: type, value: Any, *, at: str) -> Any:
    if kind is float and type(value) is int:
        value = float(value)
    # True is an int for isinstance.
    if not isinstance(value, kind) or (type(value) is bool) != (kind is bool):
        raise ValueError(f"{at} is {value!r:.40}, expected {kind.__name__}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{at} is {value}, expected a finite number")
    return value
