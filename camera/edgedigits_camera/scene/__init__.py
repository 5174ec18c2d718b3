"""Pages as a camera would see them, with the true digits and boxes, from a seed.

    scene = draw_scene(7)                                   any kind of page
    scene = draw_scene(7, spec=SceneSpec(paper="grid", pen="pencil", light="shadow"))
    scene.image, scene.digits, scene.lines                  picture, digits with boxes, lines of text

A page is laid out flat (``rows``, ``table``, ``writer``) on paper (``paper``, ``printed``), seen from somewhere
(``view``), inked (``ink``), lit (``light``) and photographed (``lens``). Lines of the pen are projected as lines: boxes
are exact.
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
]
