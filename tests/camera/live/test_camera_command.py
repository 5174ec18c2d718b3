"""``edgedigits camera`` as a user runs it, in a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.cli import app

pytestmark = pytest.mark.slow


@pytest.fixture
def command(tmp_path):
    """Start the command with more arguments, on a machine without a screen."""
    base = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    base["PYTHONPATH"] = os.pathsep.join(sys.path)
    started = []

    def start(*arguments, environment=None, **options):
        line = [sys.executable, "-m", "edgedigits", "camera", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
        started.append(subprocess.Popen(line, env=base | (environment or {}), cwd=tmp_path, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def picture_path(tmp_path):
    path, page = tmp_path / "page.png", np.full((60, 80, 3), 220, np.uint8)
    cv2.putText(page, "7", (25, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.3, (40, 40, 40), 3)
    cv2.imwrite(str(path), page)
    return path


def outcome(process):
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    return process.returncode, out, err.splitlines()


def test_json_is_one_line_per_frame(command, clip_path):
    code, out, err = outcome(command("--source", str(clip_path), "--json=frames"))
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [line["index"] for line in lines] == list(range(10))
    assert {(line["width"], line["height"]) for line in lines} == {(64, 48)}
    assert err[-1].startswith("10 frames")


def test_max_frames_ends_it(command, clip_path):
    code, out, _ = outcome(command("--source", str(clip_path), "--json=frames", "--max-frames", "3"))
    assert (code, len(out.splitlines())) == (0, 3)


def test_without_a_screen_and_json_it_prints_text(command, picture_path):
    code, out, _ = outcome(command("--source", str(picture_path)))
    assert code == 0
    assert [line[24:] for line in out.splitlines()] == ["7"]


def test_a_stream_is_read(command, stream_url):
    code, out, _ = outcome(command("--source", f"{stream_url}/good", "--json=frames", "--max-frames", "5"))
    assert (code, len(out.splitlines())) == (0, 5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_whole_lines_and_a_summary(number, command, stream_url):
    process = command("--source", f"{stream_url}/good", "--json=frames")
    lines = [json.loads(process.stdout.readline()), json.loads(process.stdout.readline())]
    process.send_signal(number)
    lines += [json.loads(line) for line in process.stdout]
    err = process.stderr.read().splitlines()
    assert process.wait(timeout=60) == 0
    assert err[-1].startswith(f"{len(lines)} frames")


@pytest.mark.parametrize("gap_s", [0, 0.02, 0.1, 0.3])
def test_a_second_signal_changes_nothing(gap_s, command, stream_url):
    process = command("--source", f"{stream_url}/good", "--json=frames")
    lines = [process.stdout.readline()]
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(gap_s)
    code, out, err = outcome(process)
    lines += out.splitlines()
    assert code == 0
    assert [json.loads(line)["index"] >= 0 for line in lines]
    assert err[-1].startswith(("1 frame", f"{len(lines)} frames"))


def test_a_server_that_never_answers_is_one_line_and_exit_code_1(command):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        code, out, err = outcome(command("--source", url, "--json"))
    assert (code, out) == (1, "")
    assert err[0] == f"opening {url}"
    assert err[-1].startswith(f"edgedigits: {url} did not ")


def test_a_stream_that_falls_silent_can_be_ended(command, stream_url):
    process = command("--source", f"{stream_url}/stalls", "--json=frames")
    process.stdout.readline()
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    code, _, err = outcome(process)
    assert code == 0
    assert "frames" in err[-1]


def test_what_is_said_beside_the_answers_can_be_left_out(command, picture_path):
    code, out, err = outcome(command("--source", str(picture_path), "--json=frames", "--quiet"))
    assert (code, out.count("\n"), err) == (0, 1, [])


def test_a_reader_that_goes_away_ends_it_quietly(command, stream_url):
    process = command("--source", f"{stream_url}/good", "--json=frames")
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read().splitlines()
    assert process.wait(timeout=60) == 0
    assert "frames" in err[-1]
    assert not [line for line in err if "Broken" in line or "Traceback" in line]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("987", "edgedigits: camera /dev/video987 cannot be opened: there is no such device"),
        ("gone.avi", "edgedigits: 'gone.avi' does not exist"),
        ("http://127.0.0.1:9/x", "edgedigits: http://127.0.0.1:9/x refused the connection"),
        ("http://[::1", "edgedigits: the source is no address (Invalid IPv6 URL)"),
    ],
)
def test_a_source_that_cannot_be_opened_is_one_line_and_exit_code_1(source, line, command):
    code, out, err = outcome(command("--source", source, "--display", "none"))
    assert (code, out) == (1, "")
    assert err[-1].startswith(line)


def test_a_stream_that_ends_is_not_waited_for_where_that_is_not_wanted(command, stream_url):
    code, out, err = outcome(command("--source", f"{stream_url}/stops", "--json=frames", "--no-wait"))
    assert code == 1
    assert out
    assert err[-2].startswith(f"{len(out.splitlines())} frame")
    assert err[-1] == f"edgedigits: {stream_url}/stops ended"


def test_a_stream_that_ends_is_waited_for_and_read_on(command, stream_url):
    process = command(f"{stream_url}/stops", "--json=frames")
    objects = map(json.loads, process.stdout)
    waited = next(each for each in objects if each.get("kind") == "waiting")
    assert (waited["source"], waited["reason"]) == (f"{stream_url}/stops", f"{stream_url}/stops ended")
    assert next(objects)["index"] > 0
    process.send_signal(signal.SIGTERM)
    assert outcome(process)[0] == 0


def test_sigterm_ends_it_within_two_seconds_while_it_waits(command, stream_url):
    process = command(f"{stream_url}/stops", "--json=frames")
    while json.loads(process.stdout.readline()).get("kind") != "waiting":
        pass
    begin_s = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.stdout.read()
    assert time.monotonic() - begin_s < 2
    assert outcome(process)[0] == 0


def test_events_are_one_object_each(command, picture_path):
    code, out, _ = outcome(command(str(picture_path), "--json"))
    assert code == 0
    assert [(line["kind"], line["digit"], line["lines"]) for line in map(json.loads, out.splitlines())] == [
        ("appeared", 7, ["7"])
    ]


def test_the_source_may_come_from_the_environment_and_what_is_written_comes_first(command, picture_path, monkeypatch):
    for environment, arguments in ((str(picture_path), ()), ("gone", (str(picture_path),))):
        code, out, _ = outcome(command(*arguments, "--json", environment={"EDGEDIGITS_SOURCE": environment}))
        assert (code, out.count("\n")) == (0, 1)


def test_two_sources_are_a_usage_error(picture_path):
    result = CliRunner().invoke(app, ["camera", str(picture_path), "--source", "demo", "--display", "none"])
    assert result.exit_code == 2
    assert "two sources" in result.output


def test_what_was_recorded_is_read_again(command, picture_path, tmp_path):
    first = outcome(command(str(picture_path), "--json", "--record", "kept"))[1]
    second = outcome(command("kept", "--json=frames"))[1]
    assert json.loads(first)["digit"] == 7
    assert [line["lines"] for line in map(json.loads, second.splitlines())] == [["7"]]
    content = json.loads((tmp_path / "kept" / "000001.jsonl").read_text().splitlines()[0])
    assert content["settings"]["source"] == str(picture_path)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--mqtt", "mqtt://host/a/+"], "edgedigits: the topic 'a/+' has the wildcard +"),
        (["--record", "other"], "edgedigits: other is no recording and holds mine.txt"),
        (["--display", "web", "--listen", "192.0.2.1:0"], "edgedigits: 192.0.2.1 is no address of this machine"),
    ],
)
def test_what_cannot_be_opened_is_one_line_before_a_camera_is_touched(arguments, line, command, tmp_path):
    if "web" in arguments:
        pytest.importorskip("uvicorn")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").touch()
    code, out, err = outcome(command("demo", "--display", "none", *arguments))
    assert (code, out, len(err)) == (1, "", 1)
    assert err[0].startswith(line)


def test_a_recording_is_not_recorded_into_itself(tmp_path):
    (tmp_path / "kept").mkdir()
    result = CliRunner().invoke(app, ["camera", str(tmp_path / "kept"), "--record", str(tmp_path / "." / "kept")])
    assert result.exit_code == 2
    assert "is the source itself; name another folder" in " ".join(result.stderr.split())


@pytest.mark.parametrize("limit", ["lots", "1MB", "-5GB", "1TB"])
def test_a_limit_that_is_none_is_a_usage_error(limit):
    result = CliRunner().invoke(app, ["camera", "demo", "--record", "x", "--record-limit", limit])
    assert result.exit_code == 2


def test_a_window_without_a_screen_is_one_line_and_exit_code_1(command, clip_path):
    code, out, err = outcome(command("--source", str(clip_path), "--display", "window"))
    assert (code, out) == (1, "")
    assert err == [
        "edgedigits: there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set); use --display none, or web"
    ]


@pytest.mark.parametrize("size", ["12", "x480", "640x", "0x480", "640x480x3", "-1x5", "wide"])
def test_a_size_that_is_none_is_a_usage_error(size):
    result = CliRunner().invoke(app, ["camera", "--size", size, "--display", "none"])
    assert result.exit_code == 2
