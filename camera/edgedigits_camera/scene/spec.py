"""What a drawn scene may be: named kinds, and the numbers that go with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

PAPERS = ("plain", "ruled", "grid", "newspaper", "cardboard", "whiteboard", "blackboard")
TEXTURES = ("wood", "gravel", "grass", "bricks", "fabric", "blobs", "specks")
FURTHER_TEXTURES = (
    *("fractal", "objects", "portrait", "skyline", "strands", "leaves", "mosaic", "stripes", "halftone"),
    *("keyboard", "dial", "barcode", "icons", "music", "poster", "frames"),
)
"""Surfaces that ``SceneSpec.without_digits`` does not draw; the second row shows things that people made."""
MADE = FURTHER_TEXTURES[9:]
VIEWS = ("any", "desk")
"""Near enough to fill the picture or nearly; from far, with a desk around the page."""
PENS = ("ballpoint", "fineliner", "marker", "pencil", "chalk")
LIGHTS = ("even", "gradient", "shadow", "vignette", "glare", "dim")
CAMERAS = ("good", "defocused", "shaken", "noisy", "tinted", "compressed", "coarse")
LAYOUTS = ("line", "lines", "columns", "table", "sums", "scattered", "touching", "mixed")
EMPTY_LAYOUTS = ("empty", "words", "doodles")
"""Layouts without a digit."""
READING_LAYOUTS = ("paragraphs",)
"""Layouts that are drawn when asked for alone: they try the order of reading, and no judge is fitted on them."""

FURTHER_LAYOUTS = ("single", "amounts", "tiles", "dense", "algebra", "marked", "notes", "form", "worksheet")
"""Layouts that ``SceneSpec.of`` does not draw: people hand them in, ``training_scene`` and benchmarks ask for them."""
FURTHER_EMPTY_LAYOUTS = ("handwriting", "letters")
"""Layouts without a digit, as ``FURTHER_LAYOUTS`` drawn when asked for: words of all letters, letters alone."""
SCREENS = ("white-screen", "black-screen", "coloured-screen")
"""What is drawn on with a mouse: no light falls on it and no camera looks at it."""
SCREEN_PENS = ("pixel", "hard-brush", "brush")
"""A line one pixel wide, a round brush without and with soft edges."""

KINDS = {
    "paper": PAPERS + TEXTURES + FURTHER_TEXTURES + SCREENS,
    "pen": PENS + SCREEN_PENS,
    "light": LIGHTS,
    "camera": CAMERAS,
    "layout": LAYOUTS + EMPTY_LAYOUTS + READING_LAYOUTS + FURTHER_LAYOUTS + FURTHER_EMPTY_LAYOUTS,
}


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """One kind of scene; what it leaves open is drawn from the seed.

    Attributes:
        paper: one of ``PAPERS``, or of ``TEXTURES`` or ``FURTHER_TEXTURES`` for scenes without a page, or of
            ``SCREENS``.
        pen: one of ``PENS``, or of ``SCREEN_PENS`` on a screen.
        light: one of ``LIGHTS``.
        camera: one of ``CAMERAS``, what ails it.
        layout: one of ``LAYOUTS``, ``READING_LAYOUTS`` or ``FURTHER_LAYOUTS``, or of ``EMPTY_LAYOUTS`` or
            ``FURTHER_EMPTY_LAYOUTS`` for scenes without a digit.
        digit_px: height of the digits in the picture.
        strength: how bad light and camera are, 0..1.
        tilt: how far the page is turned and leans away, 0..1 (1: up to 14 degrees, and a strong perspective).
        line: width of the line in heights of a digit, 0..0.25; 0 for what such a pen draws.
        view: one of ``VIEWS``, from where the page is seen.

    Raises:
        ValueError: a kind has an unknown name, or a number is out of its range.

    """

    paper: str = "plain"
    pen: str = "fineliner"
    light: str = "even"
    camera: str = "good"
    layout: str = "lines"
    digit_px: float = 48.0
    strength: float = 0.5
    tilt: float = 0.2
    line: float = 0.0
    view: str = "any"

    def __post_init__(self) -> None:
        for name, known in KINDS.items():
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, got {getattr(self, name)!r}")
        if self.digit_px < 8:
            raise ValueError(f"digit_px must be at least 8, got {self.digit_px:g}")
        if self.view not in VIEWS:
            raise ValueError(f"view must be one of {', '.join(VIEWS)}, got {self.view!r}")
        for name in ("strength", "tilt"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in 0..1, got {getattr(self, name):g}")
        if not 0 <= self.line <= 0.25:
            raise ValueError(f"line must lie in 0..0.25, got {self.line:g}")

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of its kinds, such as ``"paper:ruled"``, to group results by; a screen has no light or camera."""
        names = ("paper", "pen", "layout") if self.paper in SCREENS else tuple(KINDS)
        kinds = tuple(f"{name}:{getattr(self, name)}" for name in names)
        return kinds if self.view == "any" else (*kinds, f"view:{self.view}")

    @classmethod
    def of(cls, rng: np.random.Generator, *, size_px: tuple[int, int] = (640, 480)) -> SceneSpec:
        """Draw a kind of scene with digits, every kind of everything about equally often."""
        paper = pick(PAPERS, rng)
        # Digits under 14 pixels nobody reads; those over 400 do not fit most pictures.
        lowest, highest = np.log(14.0), np.log(np.clip(0.5 * min(size_px), 15.0, 400.0))
        return cls(
            paper=paper,
            pen=_pen_for(paper, rng),
            light=pick(LIGHTS, rng),
            camera=pick(CAMERAS, rng),
            layout=pick(LAYOUTS, rng),
            digit_px=float(np.exp(lowest + (highest - lowest) * rng.beta(1.6, 2.0))),
            strength=float(rng.random()),
            tilt=float(rng.random() ** 1.5),
        )

    @classmethod
    def without_digits(cls, rng: np.random.Generator, *, size_px: tuple[int, int] = (640, 480)) -> SceneSpec:
        """Draw a kind of scene in which there is no digit: papers and textures, empty, with words, with doodles."""
        spec = replace(cls.of(rng, size_px=size_px), layout=pick(EMPTY_LAYOUTS, rng))
        return replace(spec, paper=pick(TEXTURES, rng), layout="empty") if rng.random() < 0.4 else spec

    def on(self, paper: str) -> SceneSpec:
        """The same on another paper that is no screen, with a pen that shows there: chalk is for blackboards alone."""
        board = paper == "blackboard"
        return replace(self, paper=paper, pen="chalk" if board else "ballpoint" if self.pen == "chalk" else self.pen)


def pick(names: tuple[str, ...], rng: np.random.Generator) -> str:
    """Choose one name."""
    return names[int(rng.integers(len(names)))]


def _pen_for(paper: str, rng: np.random.Generator) -> str:
    """Choose a pen that people use there."""
    if paper == "blackboard":
        return "chalk"
    if paper in ("whiteboard", "cardboard"):
        return "marker" if rng.random() < 0.8 else "fineliner"
    return pick(("ballpoint", "ballpoint", "fineliner", "marker", "pencil"), rng)
