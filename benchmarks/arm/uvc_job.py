"""Runs in the emulated machine: ``edgedigits camera`` on a webcam that is pulled out, stalls and sends broken frames.

Prints one JSON object a line, each a step and what came of it. Debian's bare Python runs it: no other module is here.
"""

from __future__ import annotations

import json
import platform
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

CYCLES, HELD_CYCLE = 10, 5
"""In the cycle HELD_CYCLE another program keeps the old device open, so that its number is taken."""
PATIENCE_S = 240.0
CORRUPT_S = 20.0
SIZE = "1280x720"
RECORDING = Path("/dev/shm/recording")  # noqa: S108 - the machine has nobody else
OPTIONS = f"camera --source 0 --size {SIZE} --display none --json=frames --record {RECORDING} --record-limit 200MB"
ATTACH = Path("/sys/devices/platform/vhci_hcd.0/attach")
END_OF_IMAGE = b"\xff\xd9"
HIGH_SPEED, DEVICE_ID = 3, 0x10002


def main() -> None:
    """Go through all steps."""
    host, usb, control = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    desk = Desk(host, usb, control)
    desk.plug()
    say("offered", kernel=platform.release(), formats=offered())
    camera = Camera()
    lines = desk.turn()
    say("reading", **camera.await_lines(lines), note=camera.note("camera /dev/video"))
    for cycle in range(1, CYCLES + 1):
        say("returned", **unplug_and_return(camera, desk, cycle=cycle))
    say("stalled", **stall(camera, desk))
    say("corrupted", **corrupt(camera, desk))
    say("ended", **camera.end())


class Desk:
    """The webcam as a person handles it."""

    def __init__(self, host: str, usb: int, control: int) -> None:
        self._host, self._usb, self._control = host, usb, control

    def ask(self, word: str) -> Any:
        """Have the host do something with the webcam."""
        with socket.create_connection((self._host, self._control)) as connection, connection.makefile("rw") as stream:
            stream.write(word + "\n")
            stream.flush()
            return json.loads(stream.readline())

    def plug(self) -> float:
        """Plug it in; seconds until the kernel has it."""
        begin_s, before = time.monotonic(), nodes()
        connection = socket.create_connection((self._host, self._usb))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ATTACH.write_text(f"0 {connection.fileno()} {DEVICE_ID} {HIGH_SPEED}", encoding="ascii")
        wait_until(lambda: nodes() - before)
        return time.monotonic() - begin_s

    def unplug(self) -> None:
        """Pull it out, and wait until the kernel knows."""
        before = nodes()
        self.ask("unplug")
        wait_until(lambda: nodes() < before)

    def turn(self) -> list[str]:
        """Lay another page under it; what is on that."""
        lines: list[str] = self.ask("turn")
        return lines


class Camera:
    """The command as it runs: its frames as they come, and what it says besides."""

    def __init__(self) -> None:
        self._begin_s = time.monotonic()
        line = [sys.executable, "-P", "-m", "edgedigits", *OPTIONS.split()]
        self._process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._said: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
        self.notes: list[str] = []
        self.printed = 0
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._take_notes, daemon=True).start()

    def _listen(self) -> None:
        for text in self._process.stdout or ():
            self._said.put((time.monotonic(), json.loads(text)))

    def _take_notes(self) -> None:
        for text in self._process.stderr or ():
            self.notes.append(text.rstrip())
            print("#", text.rstrip(), flush=True)

    def note(self, words: str) -> str:
        """The last note with some words in it."""
        return next((note for note in reversed(self.notes) if words in note), "")

    def next(self) -> tuple[float, dict[str, Any]]:
        """What it prints next, and when."""
        try:
            said = self._said.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise SystemExit(f"nothing came in {PATIENCE_S:g} s (exit code {self._process.poll()})") from None
        self.printed += "index" in said[1]
        return said

    def await_lines(self, lines: list[str]) -> dict[str, float]:
        """Seconds from now (at first, from its start) to the first frame, and to one that is read as these lines."""
        begin_s, self._begin_s = self._begin_s or time.monotonic(), 0.0
        limit_s, first_s = begin_s + PATIENCE_S, 0.0
        while (said := self.next())[0] < limit_s:
            at_s, frame = said
            if "index" in frame and at_s > begin_s:
                first_s = first_s or at_s
                if frame["lines"] == lines:
                    took = {"first_frame_s": first_s - begin_s, "read_s": at_s - begin_s}
                    return {name: round(duration_s, 2) for name, duration_s in took.items()}
        raise SystemExit(f"{lines} were not read in {PATIENCE_S:g} s, last {frame}")

    def await_waiting(self, begin_s: float) -> tuple[float, str]:
        """Seconds until it says that it waits, and why."""
        while True:
            at_s, said = self.next()
            if said.get("kind") == "waiting":
                return round(at_s - begin_s, 2), said["reason"]

    def frames_for(self, duration_s: float) -> list[dict[str, Any]]:
        """All frames of a while."""
        until_s, frames = time.monotonic() + duration_s, []
        while (said := self.next())[0] < until_s:
            frames += [said[1]] if "index" in said[1] else []
        return frames

    def end(self) -> dict[str, Any]:
        """Send SIGTERM; how long it took, and whether the recording is whole."""
        begin_s = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait()
        took_s = round(time.monotonic() - begin_s, 2)
        said = {"took_s": took_s, "code": code, "printed": self.printed, "summary": self.note("frames, ")}
        return said | recorded(RECORDING)


def recorded(folder: Path) -> dict[str, Any]:
    """How many pictures a recording has, how many of them were cut, and whether each segment ends with a whole one."""
    pictures, cut, whole = 0, 0, True
    for path in folder.glob("*.jsonl"):
        data = path.with_suffix(".mjpeg").read_bytes()
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        ends = [sum(line["bytes"]) for line in lines if "bytes" in line]
        pictures += len(ends)
        cut += sum(data[end - 2 : end] != END_OF_IMAGE for end in ends)
        whole = whole and ends[-1] == len(data)
    return {"recorded": pictures, "recorded_cut": cut, "recording_whole": whole}


def unplug_and_return(camera: Camera, desk: Desk, *, cycle: int) -> dict[str, Any]:
    """Pull the webcam out, wait until that is told, plug it in again over another page, wait until that is read."""
    with ExitStack() as stack:
        if cycle == HELD_CYCLE:
            stack.enter_context(min(map(Path, nodes())).open("rb", buffering=0))
        begin_s = time.monotonic()
        desk.unplug()
        told_s, reason = camera.await_waiting(begin_s)
        lines = desk.turn()
        plugged_s = desk.plug()
        node = min(nodes())
        return {
            "cycle": cycle,
            "told_s": told_s,
            "reason": reason,
            "plugged_s": round(plugged_s, 2),
            "node": node,
            "lines": lines,
            **camera.await_lines(lines),
        }


def stall(camera: Camera, desk: Desk) -> dict[str, Any]:
    """Let the webcam send nothing until that is told, then send again."""
    begin_s = time.monotonic()
    desk.ask("stall")
    told_s, reason = camera.await_waiting(begin_s)
    lines = desk.turn()
    desk.ask("resume")
    return {"told_s": told_s, "reason": reason, **camera.await_lines(lines)}


def corrupt(camera: Camera, desk: Desk) -> dict[str, Any]:
    """Have every other frame cut for a while; what was read in it."""
    lines = desk.turn()
    camera.await_lines(lines)
    desk.ask("corrupt")
    frames = camera.frames_for(CORRUPT_S)
    desk.ask("whole")
    wrong = [frame["lines"] for frame in frames if frame["lines"] != lines]
    return {"frames": len(frames), "otherwise_read": wrong, **desk.ask("log")}


def offered() -> dict[str, list[str]]:
    """Formats with sizes and rates, as ``edgedigits cameras`` lists them."""
    line = [sys.executable, "-P", "-m", "edgedigits", "cameras", "--json"]
    found = json.loads(subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout)["cameras"][0]
    return {
        form["format"]: [f"{'x'.join(map(str, size['most']))} at {max(size['fps']):g}" for size in form["sizes"]]
        for form in found["formats"]
    }


def nodes() -> set[str]:
    """Video devices."""
    return {str(path) for path in Path("/dev").glob("video*")}


def wait_until(so: Any) -> None:
    """Look again and again."""
    limit_s = time.monotonic() + PATIENCE_S
    while not so():
        if time.monotonic() > limit_s:
            raise SystemExit(f"the kernel took more than {PATIENCE_S:g} s; video devices: {nodes()}")
        time.sleep(0.1)


def say(step: str, **found: Any) -> None:
    """Print a step."""
    print(json.dumps({"step": step, **found}), flush=True)


if __name__ == "__main__":
    main()
