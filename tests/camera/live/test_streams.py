"""A network camera on loopback that sends, stops, stalls and sends garbage."""

from dataclasses import replace
from itertools import pairwise

import pytest

from edgedigits.errors import SourceError
from edgedigits_camera.live.frames import SourceState
from edgedigits_camera.live.returning import Backoff
from edgedigits_camera.live.sources import Wishes, open_source

pytestmark = pytest.mark.slow


def test_a_stream_is_read_while_it_lasts(stream_url, hasty):
    with open_source(f"{stream_url}/good", Wishes(patience=hasty, backoff=None)) as source:
        frames = iter(source)
        indices = [next(frames).index for _ in range(20)]
    assert indices == sorted(set(indices))
    assert source.title == f"{stream_url}/good"


def test_a_stream_that_ends_is_one_clear_line(stream_url, hasty, capfd):
    with (
        open_source(f"{stream_url}/stops", Wishes(patience=hasty, backoff=None)) as source,
        pytest.raises(SourceError, match=r"/stops ended$"),
    ):
        list(source)
    assert capfd.readouterr().err == ""


def test_a_stream_that_stalls_is_one_clear_line(stream_url, hasty, capfd):
    with (
        open_source(f"{stream_url}/stalls", Wishes(patience=hasty, backoff=None)) as source,
        pytest.raises(SourceError, match=r"sent nothing|ended"),
    ):
        list(source)
    assert capfd.readouterr().err == ""


def test_a_stream_of_garbage_is_one_clear_line(stream_url, hasty, capfd):
    with (
        open_source(f"{stream_url}/garbage", Wishes(patience=hasty, backoff=None)) as source,
        pytest.raises(SourceError, match=stream_url),
    ):
        list(source)
    assert capfd.readouterr().err == ""


def test_a_stream_goes_on_after_a_few_broken_frames(stream_url, hasty):
    with open_source(f"{stream_url}/hiccup", Wishes(patience=hasty, backoff=None)) as source:
        frames = iter(source)
        levels = [int(next(frames).image[0, 0, 0]) for _ in range(30)]
    assert max(levels) > 15


@pytest.mark.parametrize(
    ("path", "line"),
    [("/missing", r"has nothing at this path; .* \(404 Not Found\)"), ("/silent", "sent nothing for 0.5 s")],
)
def test_a_stream_that_never_begins_is_one_clear_line(path, line, stream_url, hasty, capfd):
    wishes = Wishes(patience=replace(hasty, stall_s=0.5))
    with pytest.raises(SourceError, match=line), open_source(stream_url + path, wishes) as source:
        list(source)
    assert capfd.readouterr().err == ""


def test_an_address_where_nobody_listens_is_one_clear_line(capfd):
    with (
        pytest.raises(SourceError, match=r"http://127.0.0.1:9/x refused the connection"),
        open_source("http://127.0.0.1:9/x"),
    ):
        pass
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("path", ["/stops", "/stalls", "/garbage"])
def test_a_stream_that_fails_is_opened_again(path, stream_url, hasty):
    """Each connection sends ten pictures, whose levels count from zero, and then fails."""
    wishes = Wishes(patience=replace(hasty, stall_s=0.5), backoff=Backoff(first_s=0.01))
    levels, states = [], []
    with open_source(stream_url + path, wishes) as source:
        for item in source:
            if isinstance(item, SourceState):
                states.append(item)
            else:
                levels.append(int(item.image[0, 0, 0]))
            if sum(after < before for before, after in pairwise(levels)) == 3:
                break
    assert {state.title for state in states if state.waiting_s is not None} == {stream_url + path}
