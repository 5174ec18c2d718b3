"""Whole JPEGs are told from cut ones, wherever they are cut and however their bytes come."""

import cv2
import numpy as np
import pytest

from edgedigits_camera.live import whole
from edgedigits_camera.live.whole import decode, is_whole, jpegs

THUMBNAIL_SEGMENT = 0xE1


def picture(seed=0, size_px=(64, 48)):
    noise = np.random.default_rng(seed).integers(0, 256, (size_px[1] // 4, size_px[0] // 4, 3)).astype(np.uint8)
    return cv2.resize(noise, size_px, interpolation=cv2.INTER_CUBIC)


def jpeg(seed=0, *options):
    return cv2.imencode(".jpg", picture(seed), [cv2.IMWRITE_JPEG_QUALITY, 95, *options])[1].tobytes()


def with_thumbnail(outer, inner):
    segment = b"\xff" + bytes([THUMBNAIL_SEGMENT]) + (2 + len(inner)).to_bytes(2, "big") + inner
    return outer[:2] + segment + outer[2:]


KINDS = {
    "plain": jpeg(),
    "progressive": jpeg(0, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "restarts": jpeg(0, cv2.IMWRITE_JPEG_RST_INTERVAL, 1),
    "thumbnail": with_thumbnail(jpeg(0), jpeg(1)),
    "fill bytes": jpeg().replace(b"\xff\xda", b"\xff\xff\xff\xda", 1),
    "grey": cv2.imencode(".jpg", picture()[..., 0])[1].tobytes(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_jpeg_is_whole_with_all_its_bytes_and_padding_and_at_no_cut(kind):
    data = KINDS[kind]
    assert is_whole(data)
    assert is_whole(data + bytes(16))
    assert not any(is_whole(data[:end]) for end in range(len(data)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunk", [1, 7, 100_000])
def test_whole_jpegs_are_found_however_their_bytes_come(kind, chunk):
    sent = [KINDS[kind], jpeg(2), KINDS[kind]]
    stream = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n".join([b"", *sent, b""])
    assert list(jpegs(stream[at : at + chunk] for at in range(0, len(stream), chunk))) == sent


def test_a_jpeg_is_there_with_its_last_byte_before_anything_follows():
    def chunks():
        yield jpeg(1)
        pytest.fail("more was asked for than the picture needs")

    assert next(jpegs(chunks())) == jpeg(1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_jpeg_is_never_handed_out_and_what_follows_is(kind):
    data, after = KINDS[kind], [jpeg(number) for number in range(2, 5)]
    between = b"\r\n--f\r\nContent-Type: image/jpeg\r\n\r\n"
    followed = between.join([b"", *after])
    for end in (*range(3, 700), *range(700, len(data), 19)):
        found = list(jpegs([data[:end] + followed]))
        assert set(found) <= {None, *after}
        assert None in found
        assert found[-2:] == after[-2:]


def test_data_lost_in_the_middle_shows_in_restart_markers():
    data = KINDS["restarts"]
    places = [match.start() for match in whole.RESTART.finditer(data)]
    assert not is_whole(data[: places[3]] + data[places[6] :])


def test_data_lost_in_the_middle_shows_in_the_picture():
    data = jpeg()
    lost = data[: len(data) // 2] + b"\xff\xd9"
    assert is_whole(lost)
    assert decode(lost) is None
    assert decode(data).shape == (48, 64, 3)


def test_a_picture_of_middle_grey_is_a_picture():
    grey = np.full((48, 64, 3), whole.FILLED, np.uint8)
    assert decode(cv2.imencode(".jpg", grey)[1].tobytes()) is not None


def test_few_bytes_that_declare_a_huge_picture_are_not_decoded():
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = (20_000).to_bytes(2, "big") * 2
    assert not is_whole(bytes(data))


def test_bytes_without_a_picture_are_not_kept():
    feed = whole.Feed(bytes(1000) for _ in range(1000))
    with pytest.raises(EOFError):
        feed.begin()
    assert len(feed.data) < 3000


def test_a_picture_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(whole, "MOST_BYTES", 10_000)
    endless = jpeg()[:-2] + bytes(20_000)
    assert list(jpegs([endless[at : at + 500] for at in range(0, len(endless), 500)] + [jpeg(3)])) == [None, jpeg(3)]


def test_bytes_that_are_no_picture_decode_to_nothing():
    assert decode(b"\xff\xd8\xff" + bytes(range(200))) is None
    assert decode(b"") is None
