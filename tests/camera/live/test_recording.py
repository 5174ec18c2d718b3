"""What is recorded comes back: whole, in bounds, from killed programs, and the loop never waits for the disk."""

import errno
import itertools
import json
import os
import resource
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import suppress

import cv2
import numpy as np
import pytest

from edgedigits.errors import SourceError, WriteError
from edgedigits_camera.live import recording, segments
from edgedigits_camera.live.frames import Frame, SourceState
from edgedigits_camera.live.recorded import Recorded
from edgedigits_camera.live.recording import Recording
from edgedigits_camera.live.seen import Event, EventKind, Seen, Steady
from edgedigits_camera.live.segments import LEAST_BYTES, Segments, numbers_in, paths_of
from edgedigits_camera.live.stream import JpegFrame
from edgedigits_camera.reader import Page

SETTINGS = {"source": "camera 0", "size": [64, 48]}


def picture(level, size_px=(64, 48)):
    noise = np.random.default_rng(level).integers(0, 60, (size_px[1], size_px[0], 3))
    return (noise + level).astype(np.uint8)


def seen(index, *, time_s=None, frame=None, events=()):
    frame = frame or Frame(picture(index % 190), 100 + index / 30 if time_s is None else time_s, index)
    return Seen(frame, Page((), ("12",)), Steady((), ("12",)), tuple(events), 1.0, 2.0, 30.0)


def record(folder, shown, **options):
    """Record what is shown, each as fast as the disk takes it."""
    notes = []
    with Recording(folder, note=notes.append, settings=SETTINGS, **options) as sink:
        for one in shown:
            assert sink.show(one)
            while sink._waiting.qsize():
                time.sleep(0.001)
    sink._thread.join()
    return notes


def replay(folder):
    with Recorded(folder, clock=lambda: 0.0) as source:
        return list(source)


def lines_of(folder, number=1):
    return [json.loads(line) for line in paths_of(folder, number)[1].read_text().splitlines()]


def size_of(folder):
    """Bytes of all files, some of which may go while they are counted."""
    sizes = []
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            sizes.append(path.stat().st_size)
    return sum(sizes)


def test_frames_come_back_with_their_pictures_numbers_and_distances_in_time(tmp_path):
    shown = [seen(index, time_s=100 + index**2 / 10) for index in (0, 1, 4, 5)]
    assert record(tmp_path / "new", shown) == []
    frames = replay(tmp_path / "new")
    assert [frame.index for frame in frames] == [0, 1, 4, 5]
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.1, 1.6, 2.5])
    for one, frame in zip(shown, frames, strict=True):
        difference = cv2.absdiff(one.frame.image, frame.image)
        assert difference.mean() < 12


def test_a_frame_that_came_as_a_jpeg_is_kept_as_it_came(tmp_path):
    jpeg = cv2.imencode(".jpg", picture(3), [cv2.IMWRITE_JPEG_QUALITY, 30])[1].tobytes()
    shown = seen(0, frame=JpegFrame(picture(3), 1.0, 0, jpeg))
    record(tmp_path, [shown])
    assert [frame.jpeg for frame in replay(tmp_path)] == [jpeg]
    assert paths_of(tmp_path, 1)[0].read_bytes() == jpeg


def test_readings_events_and_settings_are_lines_beside_the_pictures(tmp_path):
    event = Event(EventKind.CHANGED, 7, 2, 0.8, (1, 2, 3, 4), "12", 5.0, before=3)
    record(tmp_path, [seen(0, events=[event])])
    header, line = lines_of(tmp_path)
    assert header["settings"] == SETTINGS
    assert header["recording"] == 1
    assert (line["lines"], line["page"], line["index"]) == (["12"], ["12"], 0)
    assert (line["events"][0]["kind"], line["events"][0]["before"]) == ("changed", 3)


def test_a_source_that_is_waited_for_is_one_line_for_each_reason(tmp_path):
    with Recording(tmp_path, note=print, settings=SETTINGS) as sink:
        for waiting_s, reason in ((None, ""), (0.5, "unplugged"), (1.0, "unplugged"), (1.5, "busy")):
            assert sink.wait(SourceState("camera 0", waiting_s, reason))
    assert [line["reason"] for line in lines_of(tmp_path)[1:]] == ["unplugged", "busy"]


def test_the_oldest_go_first_and_the_limit_is_kept_at_every_moment(tmp_path):
    large = [seen(index, frame=Frame(picture(index, (320, 240)), index / 30, index)) for index in range(60)]
    limit_bytes, sizes = 400_000, []
    record(tmp_path, (sizes.append(size_of(tmp_path)) or one for one in large), limit_bytes=limit_bytes)
    indices = [frame.index for frame in replay(tmp_path)]
    assert max(sizes) <= limit_bytes + 100
    assert min(sizes[-20:]) > 0.7 * limit_bytes
    assert indices[0] > 0
    assert indices == list(range(indices[0], 60))


def test_a_recording_goes_on_in_the_same_folder_and_time_never_goes_back(tmp_path):
    record(tmp_path, [seen(index, time_s=1000 + index) for index in range(3)])
    record(tmp_path, [seen(index, time_s=5 + index) for index in range(3)])
    frames = replay(tmp_path)
    assert [frame.index for frame in frames] == [0, 1, 2, 0, 1, 2]
    assert [frame.time_s for frame in frames] == pytest.approx([0, 1, 2, 3, 4, 5])


def test_in_real_time_frames_come_at_their_times(tmp_path):
    record(tmp_path, [seen(index, time_s=10 + 2 * index) for index in range(3)])
    now_s, slept = [50.0], []

    def sleep(duration_s):
        slept.append(duration_s)
        now_s[0] += duration_s

    with Recorded(tmp_path, realtime=True, clock=lambda: now_s[0], sleep=sleep) as source:
        assert [frame.time_s for frame in source] == pytest.approx([50, 52, 54])
    assert slept == pytest.approx([2, 2])


def test_a_folder_with_other_things_is_refused_and_left_as_it_was(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    (tmp_path / "recording.json").write_text('{"recording": "of a band"}')
    with pytest.raises(WriteError, match=r"is no recording and holds .*; name a new or an empty folder"):
        record(tmp_path, [])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["holiday.jpg", "recording.json"]


def test_a_folder_that_cannot_be_made_and_one_that_is_a_file_are_one_line(tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        with pytest.raises(WriteError, match="cannot be written") as refused:
            record(folder, [])
        assert "\n" not in str(refused.value)


def test_two_programs_do_not_record_to_one_folder(tmp_path):
    with (
        Recording(tmp_path, note=print, settings=SETTINGS),
        pytest.raises(WriteError, match="another program records to"),
    ):
        record(tmp_path, [])
    record(tmp_path, [seen(0)])


@pytest.fixture
def almost_full():
    """Files that grow beyond this size are refused by the system, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def almost_full(size_bytes):
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size_bytes is None else size_bytes, hard))

    yield almost_full
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_said_once_and_recording_goes_on_when_there_is_room(tmp_path, almost_full, monkeypatch):
    monkeypatch.setattr(recording, "RETRY_S", 0.0)
    jpeg = len(recording.jpeg_of(seen(0).frame))
    notes = []
    with Recording(tmp_path, note=notes.append, settings=SETTINGS) as sink:
        for index in range(40):
            if index in (5, 30):
                almost_full(int(6.5 * jpeg) if index == 5 else None)
            assert sink.show(seen(index))
            while sink._waiting.qsize():
                time.sleep(0.001)
    assert len(notes) == 1
    assert f"takes no more frames ({os.strerror(errno.EFBIG).lower()}); reading goes on" in notes[0]
    indices = [frame.index for frame in replay(tmp_path)]
    assert indices == sorted(indices)
    assert {*range(5), *range(31, 40)} <= {*indices}


def test_a_disk_that_stays_full_is_tried_now_and_then_and_leaves_no_empty_files(tmp_path, almost_full):
    now_s = [0.0]
    notes = []
    with Recording(tmp_path, note=notes.append, settings=SETTINGS, clock=lambda: now_s[0]) as sink:
        almost_full(0)
        for index in range(50):
            now_s[0] += 1.0
            sink.show(seen(index))
            while sink._waiting.qsize():
                time.sleep(0.001)
        sink._waiting.put(None)
        sink._thread.join()
        almost_full(None)
    assert len(notes) == 1
    assert numbers_in(tmp_path) == []


def test_a_disk_that_hangs_holds_nobody_up(tmp_path, monkeypatch):
    stuck = threading.Event()
    monkeypatch.setattr(segments, "write_all", lambda *_: stuck.wait(20))
    monkeypatch.setattr(recording, "END_S", 0.1)
    begin_s = time.monotonic()
    with Recording(tmp_path, note=print, settings=SETTINGS) as sink:
        for index in range(100):
            sink.show(seen(index))
        assert sink._waiting.qsize() == recording.MOST_WAITING
    assert time.monotonic() - begin_s < 10
    stuck.set()


def test_a_recording_that_was_cut_anywhere_gives_what_is_left_of_it(tmp_path):
    record(tmp_path, [seen(index) for index in range(4)])
    pictures, lines = paths_of(tmp_path, 1)
    for path in (pictures, lines):
        whole = path.read_bytes()
        for end in range(len(whole) - 1, 0, -97):
            path.write_bytes(whole[:end])
            try:
                indices = [frame.index for frame in replay(tmp_path)]
            except SourceError as error:
                assert "holds no frame" in str(error)  # noqa: PT017
                indices = []
            assert indices == list(range(len(indices)))
            assert len(indices) < 4 or end == len(whole) - 1
        path.write_bytes(whole)
    assert len(replay(tmp_path)) == 4


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe", b"[1]", b"3", b'{"bytes": [0]}', b'{"bytes": [-1, 5], "index": 1, "time_s": 1}',
        b'{"bytes": [0, 99999999], "index": 1, "time_s": 1}', b'{"bytes": [0, 9], "index": "1", "time_s": null}',
        b'{"bytes": [0, 99], "index": 1, "time_s": 1}', b'{"bytes": [%d, 9], "index": 1, "time_s": 1}' % 10**30,
        b'{"bytes": [0, 9], "index": 1, "time_s": NaN}',
    ],
)  # fmt: skip
def test_lines_that_say_something_else_are_passed_over(line, tmp_path):
    record(tmp_path, [seen(0), seen(1)])
    lines = paths_of(tmp_path, 1)[1]
    header, first, second = lines.read_bytes().splitlines()
    lines.write_bytes(b"\n".join((header, first, line, second)) + b"\n")
    assert [frame.index for frame in replay(tmp_path)] == [0, 1]


def test_segments_that_go_while_they_are_replayed_are_passed_over(tmp_path):
    record(tmp_path, [seen(0)])
    record(tmp_path, [seen(1)])
    record(tmp_path, [seen(2)])
    with Recorded(tmp_path) as source:
        frames = iter(source)
        assert next(frames).index == 0
        paths_of(tmp_path, 2)[0].unlink()
        assert [frame.index for frame in frames] == [2]


@pytest.mark.parametrize("kind", ["missing", "empty", "other"])
def test_what_is_no_recording_is_one_line(kind, tmp_path):
    folder = tmp_path / "folder"
    if kind != "missing":
        folder.mkdir()
    if kind == "other":
        (folder / "recording.json").write_bytes(b"\xff[")
    with pytest.raises(SourceError, match="is no recording of edgedigits camera --record"):
        replay(folder)


def test_a_recording_without_frames_is_one_line(tmp_path):
    record(tmp_path, [])
    with pytest.raises(SourceError, match="holds no frame"):
        replay(tmp_path)


KILLED = """
    import itertools, sys, time
    from pathlib import Path
    import numpy as np
    from edgedigits_camera.live.frames import Frame
    from edgedigits_camera.live.recording import Recording
    from edgedigits_camera.live.seen import Seen, Steady
    from edgedigits_camera.reader import Page
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3)).astype(np.uint8)
    with Recording(Path(sys.argv[1]), note=print, settings={}) as sink:
        for index in itertools.count():
            sink.show(Seen(Frame(noise, index / 30, index), Page((), ()), Steady(), (), 1.0, 1.0, 30.0))
            time.sleep(0.005)
            if index == 20:
                print("now", flush=True)
"""


def test_a_program_that_is_killed_leaves_a_recording_that_plays_and_can_go_on(tmp_path):
    paths = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path / "killed")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": paths}) as program:
        program.stdout.readline()
        program.kill()
    before = len(replay(tmp_path / "killed"))
    assert before > 5
    record(tmp_path / "killed", [seen(0)])
    assert len(replay(tmp_path / "killed")) == before + 1


def test_the_least_limit_holds_a_frame_of_every_camera(tmp_path):
    parts = Segments(tmp_path, limit_bytes=LEAST_BYTES, header={})
    jpeg = bytes(LEAST_BYTES // 3)
    for number in itertools.repeat(None, 10):
        parts.write({"n": number}, jpeg)
        assert size_of(tmp_path) <= LEAST_BYTES + 100
    parts.close()
