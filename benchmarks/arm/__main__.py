"""The device's side on emulated Raspberry Pis of 64 and 32 bits, with Debian's Python and the wheels that pip takes.

    python -m benchmarks.arm [pi64 pi64-trixie pi32 pi32-numpy] [--short] [--out benchmarks/results/arm.json]

On each system pages that were drawn here are read as here, and ``verify`` and ``doctor`` find nothing wrong. On the
first, instructions of an inference and of a frame are counted for the processors of Pi 3, 4 and 5. ``--short`` looks at
the first system, with one page and three frames, and counts nothing. Needs apt, gcc and Debian's keys, on any Linux on
x86-64; what is downloaded (1 GB) stays in .arm.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.arm.install import built, install
from benchmarks.arm.sameness import compare
from benchmarks.arm.systems import CHECKOUT, CPUS, PI_64, SYSTEMS, WORK, System
from edgedigits.files import write_json
from edgedigits.machine import Device
from edgedigits_camera import demo

FOLDER = Path(__file__).parent
ANSWERS, COUNTS = FOLDER / "drawn_answers.py", FOLDER / "instructions.py"
PAGES = WORK / "pages.npz"


def look_at(system: System, here: dict[str, Any]) -> dict[str, Any]:
    """Read, verify and examine on a system; each figure is printed with its limit."""
    verify, doctor = (system.run("-P", "-m", "edgedigits", *words) for words in (("verify",), ("doctor", "--json")))
    there = json.loads(system.run(ANSWERS, PAGES).stdout)
    same = compare(here["pages"], there["pages"])
    faults = [each for each in json.loads(doctor.stdout)["findings"] if each["state"] == "fault"]
    print(f"{system.name}: runtime {there['runtime']} ({system.runtime})")
    print(
        f"{system.name}: digits read otherwise {len(same.otherwise)} of {same.digits} (0), on the edge {same.on_edge}"
    )
    print(f"{system.name}: share of pixels drawn otherwise {there['drawn_otherwise']:.6f} (0)")
    print(f"{system.name}: verify {verify.returncode}, doctor {doctor.returncode} (0, 0)", flush=True)
    if verify.returncode:
        print(verify.stdout)
    return {
        "machine": system.machine,
        "python": system.python,
        "runtime": there["runtime"],
        "device": there["device"],
        "verify": verify.returncode,
        "doctor": doctor.returncode,
        "faults": faults,
        "answers": asdict(same),
        "drawn_otherwise": round(there["drawn_otherwise"], 6),
        "drawn_apart": there["drawn_apart"],
        "passed": same.same
        and not there["drawn_apart"]
        and there["runtime"] == system.runtime
        and not (verify.returncode or doctor.returncode),
    }


def count(system: System, cpu: str) -> dict[str, Any]:
    """Instructions on a processor."""
    with tempfile.TemporaryDirectory() as folder:
        found = system.run(COUNTS, cpu=cpu, environment={"COUNTS": folder})
    found.check_returncode()
    counted: dict[str, Any] = json.loads(found.stdout)
    print(f"{cpu}: {json.dumps(counted)}")
    thousands = {name: each["single"] for name, each in counted["inference_thousands"].items()}
    auto, least = counted["auto"], min(thousands, key=thousands.__getitem__)
    print(f"{cpu}: auto takes {auto}, {thousands[auto]} thousand ({least}, {thousands[least]})", flush=True)
    return counted


def answers_here(pages: int) -> dict[str, Any]:
    """What is read on this machine in so many drawn pages."""
    line = [sys.executable, str(ANSWERS), str(PAGES), "--draw", str(pages)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(CHECKOUT), *filter(None, sys.path)])}
    found = subprocess.run(line, check=True, stdout=subprocess.PIPE, env=environment)
    answers: dict[str, Any] = json.loads(found.stdout)
    return answers


def merged(path: Path, result: dict[str, Any]) -> dict[str, Any]:
    """What was found, with what an earlier run found on other systems."""
    before: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    return before | result | {"systems": before.get("systems", {}) | result["systems"]}


def main() -> int:
    """Look at the systems that were named, print, write; 1 where one does not pass."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("systems", nargs="*", choices=[[], *SYSTEMS], metavar="SYSTEM")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    names = [PI_64.name] if options.short else options.systems or list(SYSTEMS)
    own, here = built(), answers_here(1 if options.short else len(demo.PAGES))
    result: dict[str, Any] = {"here": asdict(Device.here()), "runtime_here": here["runtime"], "systems": {}}
    for name in names:
        install(SYSTEMS[name], own)
        result["systems"][name] = look_at(SYSTEMS[name], here)
    if PI_64.name in names and not options.short:
        result["instructions"] = {board: count(PI_64, cpu) for board, cpu in CPUS.items()}
    if options.out:
        write_json(options.out, merged(options.out, result))
    return 0 if all(system["passed"] for system in result["systems"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
