"""A network camera on loopback that sends, stops, stalls and sends garbage."""

import pytest

from edgedigits.errors import SourceError
from edgedigits_camera.live.sources import open_source


def test_a_stream_is_read_while_it_lasts(stream_url, hasty):
    with open_source(f"{stream_url}/good", patience=hasty) as source:
        frames = iter(source)
        indices = [next(frames).index for _ in range(20)]
    assert indices == sorted(set(indices))
    assert source.title == f"{stream_url}/good"


def test_a_stream_that_ends_is_one_clear_line(stream_url, hasty, capfd):
    with (
        open_source(f"{stream_url}/stops", patience=hasty) as source,
        pytest.raises(SourceError, match=r"its stream ended"),
    ):
        list(source)
    assert capfd.readouterr().err == ""


def test_a_stream_that_stalls_is_one_clear_line(stream_url, hasty, capfd):
    with (
        open_source(f"{stream_url}/stalls", patience=hasty) as source,
        pytest.raises(SourceError, match=r"sent nothing|ended"),
    ):
        list(source)
    assert capfd.readouterr().err == ""


def test_a_stream_of_garbage_is_one_clear_line(stream_url, hasty, capfd):
    with open_source(f"{stream_url}/garbage", patience=hasty) as source, pytest.raises(SourceError, match=stream_url):
        list(source)
    assert capfd.readouterr().err == ""


def test_a_stream_goes_on_after_a_few_broken_frames(stream_url, hasty):
    with open_source(f"{stream_url}/hiccup", patience=hasty) as source:
        frames = iter(source)
        levels = [int(next(frames).image[0, 0, 0]) for _ in range(30)]
    assert max(levels) > 15


@pytest.mark.parametrize("path", ["/missing", "/silent"])
def test_a_stream_that_never_begins_is_one_clear_line(path, stream_url, hasty, capfd):
    patience = type(hasty)(open_s=0.5)
    with (
        pytest.raises(SourceError, match=r"did not open|cannot be opened"),
        open_source(stream_url + path, patience=patience),
    ):
        pass
    assert capfd.readouterr().err == ""


def test_an_address_where_nobody_listens_is_one_clear_line(capfd):
    with (
        pytest.raises(SourceError, match=r"http://127.0.0.1:9/x cannot be opened"),
        open_source("http://127.0.0.1:9/x"),
    ):
        pass
    assert capfd.readouterr().err == ""
