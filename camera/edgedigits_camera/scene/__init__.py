"""Pages as a camera would see them, with the true digits and boxes, from a seed.

    scene = draw_scene(7)                                   any kind of page
    scene = draw_scene(7, spec=SceneSpec(paper="grid", pen="pencil", light="shadow"))
    draw_scene(7, spec=SceneSpec(paper="black-screen", pen="pixel", layout="single", digit_px=300))
    training_scene(7, glyphs=train)                         any kind of picture that people hand in, or of nothing
    scene.image, scene.digits, scene.lines                  picture, digits with boxes, lines of text
    scene.printed, scene.others, scene.unsure               what counts neither way, and what is no digit

A page is laid out flat (``rows``, ``table``, ``sheets``, ``formula``, ``forms``, ``writer``) on paper (``paper``,
``printed``), seen from somewhere (``view``), inked (``ink``), lit (``light``) and photographed (``lens``); or it is
drawn with a mouse (``screen``) or made of given glyphs (``tiles``). Where there is no page there is a surface
(``texture``, ``clutter``, ``signage``). ``finish`` and ``frames`` do what happens to pictures later, ``filmed`` holds
pages before a live camera; ``recipes`` and ``training`` draw what networks are trained on. ``exact`` and
``homography`` compute so that a seed gives the same bits everywhere, ``type`` has letters for print. Lines of the pen
are projected as lines: boxes are exact.
"""

from edgedigits_camera.scene.draw import draw_clip, draw_distractor_scene, draw_scene
from edgedigits_camera.scene.shot import DrawnDigit, Scene
from edgedigits_camera.scene.spec import (
    CAMERAS,
    EMPTY_LAYOUTS,
    FURTHER_EMPTY_LAYOUTS,
    FURTHER_LAYOUTS,
    FURTHER_TEXTURES,
    LAYOUTS,
    LIGHTS,
    PAPERS,
    PENS,
    READING_LAYOUTS,
    SCREEN_PENS,
    SCREENS,
    TEXTURES,
    VIEWS,
    SceneSpec,
)
from edgedigits_camera.scene.training import training_scene

__all__ = [
    "CAMERAS",
    "EMPTY_LAYOUTS",
    "FURTHER_EMPTY_LAYOUTS",
    "FURTHER_LAYOUTS",
    "FURTHER_TEXTURES",
    "LAYOUTS",
    "LIGHTS",
    "PAPERS",
    "PENS",
    "READING_LAYOUTS",
    "SCREENS",
    "SCREEN_PENS",
    "TEXTURES",
    "VIEWS",
    "DrawnDigit",
    "Scene",
    "SceneSpec",
    "draw_clip",
    "draw_distractor_scene",
    "draw_scene",
    "training_scene",
]
