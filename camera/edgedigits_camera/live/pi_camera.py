"""The Raspberry Pi's CSI camera through picamera2, which comes from apt and not from PyPI."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from edgedigits.errors import SourceError

if TYPE_CHECKING:
    from edgedigits_camera.live.capture import Device

SIZE_PX = (1280, 720)
FRAMES_PER_S = 30.0
# Named after the order of the bytes in a little-endian number: arrays have blue first.
BGR = "RGB888"


class PiCamera:
    """A ``picamera2.Picamera2`` that runs."""

    period_s = 0.0

    def __init__(self, camera: Any, *, title: str) -> None:
        self.title = title
        self._camera = camera

    def read(self) -> object:
        """Wait for the next image, (H, W, 3) uint8 BGR."""
        return self._camera.capture_array("main")

    def release(self) -> None:
        """Give the camera back."""
        try:
            self._camera.stop()
        finally:
            self._camera.close()


def open_pi_camera(*, size_px: tuple[int, int] | None = None) -> Device:
    """Start the first camera; the title holds the size that it grants.

    Args:
        size_px: width and height to ask for.

    Raises:
        SourceError: picamera2 is not here, there is no camera, or another program uses it.

    """
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:ERROR")  # it tells of every start on stderr
    module = load()
    try:
        camera = module.Picamera2()
    except IndexError:
        raise SourceError("picamera2 finds no camera; rpicam-hello --list-cameras shows which are there") from None
    except RuntimeError as error:
        raise SourceError(
            f"the Pi's camera cannot be opened ({one_line(error)}); is another program using it?"
        ) from None
    try:
        wish = {"size": size_px or SIZE_PX, "format": BGR}
        camera.configure(camera.create_video_configuration(main=wish, controls={"FrameRate": FRAMES_PER_S}))
        camera.start()
        width_px, height_px = camera.camera_configuration()["main"]["size"]
    except BaseException:
        camera.close()
        raise
    return PiCamera(camera, title=f"picamera2, {width_px}x{height_px}")


def load() -> Any:
    """Import picamera2.

    Raises:
        SourceError: it is not here, or does not work here.

    """
    try:
        return importlib.import_module("picamera2")
    except ModuleNotFoundError as error:
        raise SourceError(
            f"picamera2 cannot be imported ({error}); run: sudo apt install python3-picamera2, "
            "and make the environment anew with: python3 -m venv --system-site-packages"
        ) from None
    except (ImportError, ValueError) as error:  # ValueError: built for another NumPy than the environment's
        raise SourceError(
            f"picamera2 is here and does not load ({one_line(error)}); it needs the NumPy of apt: pip uninstall numpy"
        ) from None


def one_line(error: BaseException) -> str:
    """What an error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
