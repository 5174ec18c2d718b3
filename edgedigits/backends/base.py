"""The seam between edgedigits and a runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from types import TracebackType

    from numpy.typing import NDArray


@runtime_checkable
class Backend(Protocol):
    """Runs one model file."""

    name: str

    def predict(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (N, 10) float32 of patches (N, 28, 28) uint8, ink 255 on 0."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Adapter:
    """What the adapters share: the check of the input, and a context manager that has nothing to release."""

    name: str

    def predict(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (N, 10) float32 of patches (N, 28, 28) uint8, ink 255 on 0.

        Raises:
            ValueError: the patches have another shape or dtype.

        """
        if patches.ndim != 3 or patches.shape[1:] != (28, 28) or patches.dtype != np.uint8:
            raise ValueError(f"patches must be uint8 of shape (N, 28, 28), got {patches.dtype} of {patches.shape}")
        if not len(patches):
            return np.zeros((0, 10), np.float32)
        return self._run(patches)

    def _run(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Runtimes free their memory when they are no longer referred to."""
