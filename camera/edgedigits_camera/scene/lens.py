"""The camera: blur, exposure, white balance, noise, sharpening, JPEG. From (H, W, 3) float32 BGR to uint8."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.exact import blurred, enlarged, on_grid, shaken, shrunk
from edgedigits_camera.scene.texture import fine

if TYPE_CHECKING:
    from numpy.typing import NDArray


SHOULDER = 0.8
"""Tones above this are compressed."""
GAINS = (0.5, 2.2)
"""What an automatic exposure can do: in the dark the picture stays dark."""


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera on one day.

    Attributes:
        blur_px: deviation of the lens' blur.
        shake_px: length of the movement during an exposure, and its direction ``shake_turn`` in radians.
        brightness: what the exposure brings the mean to, 0..1, as far as it can.
        balance: gains of blue, green and red.
        noise: deviation of the brightness in the dark, 0..1; colours have half of it, in larger grains.
        sharpening: 0 for none.
        shrink: 1, or by how much the sensor is coarser than the picture.
        jpeg: quality, 1..100.

    """

    blur_px: float
    shake_px: float
    shake_turn: float
    brightness: float
    balance: tuple[float, float, float]
    noise: float
    sharpening: float
    shrink: float
    jpeg: int

    @classmethod
    def of(cls, kind: str, rng: np.random.Generator, *, strength: float, digit_px: float) -> Camera:
        """Draw a camera with one ailment of ``CAMERAS``; blur grows with the digits, which stay legible."""
        camera = cls(
            blur_px=float(rng.uniform(0.35, 0.8)),
            shake_px=0.0,
            shake_turn=float(rng.uniform(0, np.pi)),
            brightness=float(rng.uniform(0.5, 0.78)),
            balance=_gains(rng.normal(1.0, 0.03, 3)),
            noise=float(rng.uniform(0.004, 0.014)),
            sharpening=float(rng.uniform(0.3, 1.2)) if rng.random() < 0.4 else 0.0,
            shrink=1.0,
            jpeg=int(rng.integers(75, 97)),
        )
        # Small digits drown sooner; nobody could read them otherwise.
        ease = float(np.clip(digit_px / 48, 0.35, 1.0))
        ailments = {
            "good": camera,
            "defocused": replace(camera, blur_px=0.5 + (0.015 + 0.025 * strength) * digit_px, sharpening=0.0),
            "shaken": replace(camera, shake_px=0.8 + (0.05 + 0.1 * strength) * digit_px),
            "noisy": replace(camera, noise=(0.02 + 0.05 * strength) * ease),
            "tinted": replace(camera, balance=_gains(rng.uniform(1 - 0.35 * strength, 1.1, 3))),
            "compressed": replace(camera, jpeg=int(85 - (30 + 40 * strength) * ease)),
            "coarse": replace(camera, shrink=float(np.clip(digit_px / (30 - 14 * strength), 1.0, 1 + 3 * strength))),
        }
        return ailments[kind]

    def shoot(self, picture: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Take a picture."""
        size = picture.shape[1::-1]
        if self.shrink > 1:
            small = (max(8, round(size[0] / self.shrink)), max(8, round(size[1] / self.shrink)))
            picture = shrunk(picture, small)
        picture = self._focused(picture) * np.array(self.balance, np.float32)
        gain = self._gain(picture)
        picture = self._developed(picture * np.float32(gain), gain, rng)
        raw = np.clip(_shouldered(picture) * 255 + 0.5, 0, 255).astype(np.uint8)
        code = cv2.imencode(".jpg", raw, [cv2.IMWRITE_JPEG_QUALITY, self.jpeg])[1]
        stored = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)
        return np.asarray(cv2.resize(stored, size, interpolation=cv2.INTER_LINEAR_EXACT), np.uint8)

    def _gain(self, picture: NDArray[np.float32]) -> float:
        """Exposure that reaches the brightness wanted, but does not burn the brightest tenth out."""
        sample = on_grid(picture[::4, ::4])
        tenth = round(0.9 * (sample.size - 1))
        most = 1.05 / max(float(np.partition(sample, tenth, axis=None)[tenth]), 1e-3)
        mean = float(sample.sum(dtype=np.float64)) / sample.size
        return float(np.clip(min(self.brightness / max(mean, 1e-3), most), *GAINS))

    def _focused(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """Blur by lens and movement."""
        picture = blurred(picture, self.blur_px)
        if self.shake_px >= 1:
            way = np.array([np.cos(self.shake_turn), np.sin(self.shake_turn)]) * self.shake_px
            picture = shaken(picture, way)
        return np.asarray(picture, np.float32)

    def _developed(self, picture: NDArray[np.float32], gain: float, rng: np.random.Generator) -> NDArray[np.float32]:
        """Add noise, which grows with the gain and is coarser in the colours, then sharpen."""
        shape = (picture.shape[0], picture.shape[1])
        deviation = self.noise * max(gain, 0.7)
        half = (-(-shape[0] // 2), -(-shape[1] // 2))
        grains = cv2.merge([fine(rng, half) for _ in range(3)])
        picture = picture + 0.5 * deviation * enlarged(grains, 2, shape)
        picture += cv2.cvtColor(deviation * fine(rng, shape), cv2.COLOR_GRAY2BGR)
        if self.sharpening:
            picture = picture + self.sharpening * (picture - blurred(picture, 1.3))
        return np.asarray(picture, np.float32)


def _shouldered(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Let the brightest tones run out softly towards white instead of cutting them off, as cameras do."""
    over = np.maximum(picture - SHOULDER, 0)
    over /= 1 + over / (1 - SHOULDER)
    over += np.minimum(picture, SHOULDER)
    return over


def _gains(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Gains of blue, green and red."""
    blue, green, red = (float(value) for value in values)
    return blue, green, red
