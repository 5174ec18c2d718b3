"""The public interface: names, imported when they are used, typed, and reading whatever a picture is held in."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import edgedigits
from edgedigits.errors import PictureError, SourceError
from edgedigits_camera.scene import SceneSpec, draw_scene


def test_every_public_name_is_there():
    for name in edgedigits.__all__:
        assert getattr(edgedigits, name).__name__


def test_every_public_name_is_listed_once_and_known_to_type_checkers():
    assert sorted(edgedigits.__all__) == sorted(edgedigits._PLACES)
    source = Path(edgedigits.__file__).read_text(encoding="utf-8")
    for name, (module, attribute) in edgedigits._PLACES.items():
        assert f"from {module} import {attribute} as {name}\n" in source


def test_an_unknown_name_is_told():
    with pytest.raises(AttributeError, match="no attribute 'reed'"):
        edgedigits.reed  # noqa: B018


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, edgedigits; print(sorted({'numpy', 'cv2', 'tensorflow', 'PIL'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def scene():
    return draw_scene(3, spec=SceneSpec(layout="line", digit_px=60.0, tilt=0.0, strength=0.0), size_px=(640, 240))


def as_file(image, folder):
    path = folder / "page.png"
    cv2.imwrite(str(path), image)
    return path


@pytest.mark.parametrize(
    "held",
    [
        as_file,
        lambda image, folder: str(as_file(image, folder)),
        lambda image, folder: as_file(image, folder).read_bytes(),
        lambda image, _: image,
        lambda image, _: cv2.cvtColor(image, cv2.COLOR_BGR2GRAY),
        lambda image, _: Image.fromarray(image[..., ::-1]),
        lambda image, _: Image.fromarray(image[..., ::-1]).convert("RGBA"),
        lambda image, _: Image.fromarray(image[..., ::-1]).convert("L"),
    ],
    ids=["path", "name", "bytes", "BGR", "grey", "Pillow RGB", "Pillow RGBA", "Pillow grey"],
)
def test_a_picture_is_read_whatever_it_is_held_in(scene, held, tmp_path):
    text = "".join(str(digit.digit) for digit in sorted(scene.digits, key=lambda digit: digit.box_xywh_px[0]))
    assert edgedigits.read(held(scene.image, tmp_path)).lines == (text,)


def test_a_clip_is_watched_and_each_digit_told_once(scene, tmp_path):
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, scene.image.shape[1::-1])
    for _ in range(20):
        writer.write(scene.image)
    writer.release()
    seen = list(edgedigits.watch(str(path)))
    told = [event for each in seen for event in each.events]
    assert [each.frame.index for each in seen] == list(range(20))
    assert {event.kind for event in told} == {"appeared"}
    assert sorted(event.digit for event in told) == sorted(digit.digit for digit in scene.digits)
    assert seen[-1].steady.lines == edgedigits.read(scene.image, profile="live").lines


def test_watching_what_is_not_there_is_told_at_the_first_step():
    seen = edgedigits.watch("gone.avi")
    with pytest.raises(SourceError, match="does not exist"):
        next(seen)


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.float32), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4), np.uint8)]
)
def test_an_array_of_another_form_is_told(wrong):
    with pytest.raises(PictureError, match="is no picture; expected"):
        edgedigits.read(wrong)


def test_a_pillow_image_is_turned_upright_by_its_tag(scene):
    lying = Image.fromarray(np.ascontiguousarray(np.rot90(scene.image[..., ::-1])))
    lying.getexif()[0x0112] = 6
    assert edgedigits.read(lying).lines == edgedigits.read(scene.image).lines
