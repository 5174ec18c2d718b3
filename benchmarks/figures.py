"""The tables of README.md and docs/ that hold measured figures, written from the files of results.

    python -m benchmarks.figures [--check]

A table stands between ``<!-- figures: NAME -->`` and ``<!-- end of figures -->``; what a person writes there is lost.
``--check`` writes nothing and ends with 1 where a page differs.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peers.tables import TABLES
from benchmarks.tables import RESULTS, listed, percent, results, table
from edgedigits.bundle import Bundle
from edgedigits.files import write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/files.md", "docs/raspberry-pi.md", "docs/peers.md")
BLOCK = re.compile(r"<!-- figures: (\w+) -->.*?<!-- end of figures -->", re.DOTALL)


def reading() -> str:
    """How well digits are named and pages are read."""
    drawn, cases, photos = (results(name) for name in ("drawn", "cases", "photos"))
    return table(
        ("what", "figure", "from"), [*naming_rows(), *drawn_rows(drawn), *case_rows(cases), *photo_rows(photos)]
    )


def naming_rows() -> list[Sequence[str]]:
    """MNIST's test set."""
    robust, notebook, trained = (results(name) for name in ("robust", "notebook", "peers/training"))
    shipped = Bundle.load(ROOT / "models" / "mnist-cnn").artifact("int8")
    seeds = ", ".join(str(run["seed"]) for run in robust["runs"])
    others = " and ".join(str(run["seed"]) for run in notebook["runs"])
    documented = f"{percent(trained['notebook']['accuracy'], 2)} in {trained['notebook']['s']:.0f} s"
    fast = f"{percent(trained['fast_accuracy'], 2)} in {trained['fast_s']:.0f} s"
    return [
        ("MNIST test set, the shipped int8 file", percent(shipped.accuracy, 2), "`models/mnist-cnn/report.md`"),
        (
            f"the same, recipe `robust`, seeds {seeds} (seed 0 ships)",
            listed([run["test_accuracy"] for run in robust["runs"]]),
            "`benchmarks/results/robust.json`",
        ),
        ("recipe `notebook`, the documented training", documented, "`benchmarks/results/peers/training.json`"),
        (
            f"the same, seeds {others}",
            listed([run["test_accuracy"] for run in notebook["runs"]]),
            "`benchmarks/results/notebook.json`",
        ),
        (f"recipe `fast`, {len(trained['fast'])} seeds", fast, "`benchmarks/results/peers/training.json`"),
    ]


def drawn_rows(drawn: Any) -> list[Sequence[str]]:
    """Drawn pages."""
    still, live = (drawn["kinds"]["mixed"][name] for name in ("still", "live"))
    there, none = still["digits"], still["empty"]
    return [
        (
            f"{there['digits']:,} digits in {there['pictures']} drawn pages that nothing was fitted on",
            f"{percent(there['read'])} read, precision {percent(there['precision'])}",
            "`benchmarks/results/drawn.json`",
        ),
        (
            f"{none['pictures']} drawn scenes without a digit",
            f"{none['false']} reported by `recognize`, {live['empty']['false']} by `camera`",
            "the same",
        ),
    ]


def case_rows(cases: Any) -> list[Sequence[str]]:
    """Pictures whose digits are known, but not their places."""
    still, live = (cases["profiles"][name] for name in ("still", "live"))
    one, several, placed = still["one digit"], still["several"], still["in places"]
    of = "notebooks, amounts, equations, forms"
    return [
        (
            f"{one['bags']} pictures of one digit: canvases, crops, phone photos",
            f"{one['exact']} read exactly, by `camera` {live['one digit']['exact']}",
            "`benchmarks/results/cases.json`",
        ),
        (
            f"{several['digits']} digits in {several['bags']} pictures of several: {of}",
            f"{percent(several['read'])} read, precision {percent(several['precision'])}",
            "the same",
        ),
        (
            f"{placed['digits']} answers on a phone's photo of a worksheet",
            f"{placed['right']} read",
            "the same",
        ),
    ]


def photo_rows(photos: Any) -> list[Sequence[str]]:
    """Camera photos with boxes."""
    still, live = (photos["profiles"][name] for name in ("still", "live"))
    there, none = still["total"], still["negatives"]
    read = [f"{percent(one['read'])} read, precision {percent(one['precision'])}" for one in (there, live["total"])]
    return [
        (
            f"{there['digits']} digits in {there['pictures']} camera photos, as `recognize` reads",
            read[0],
            "`benchmarks/results/photos.json`",
        ),
        ("the same, as `camera` reads", read[1], "the same"),
        (
            f"{none['pictures']} photos without a digit",
            f"{none['false']} reported by `recognize`, {live['negatives']['false']} by `camera`",
            "the same",
        ),
    ]


def files() -> str:
    """The shipped files, with their latency on one thread."""
    head = ("format", "file", "size", "accuracy", "agreement with Keras", "one image")
    cases = [case for case in results("latency")["cases"] if case["network"] == "naming" and case["threads"] == 1]
    rows = []
    for file in Bundle.load(ROOT / "models" / "mnist-cnn").artifacts:
        its = sorted((case["p50_us"], case["backend"]) for case in cases if case["format"] == file.format)
        timed = ", ".join(f"{p50_us:.0f} µs {backend}" for p50_us, backend in its)
        path = f"`{Path(file.path).parent}/`" if file.format == "c" else f"`{file.path}`"
        size = f"{file.size_bytes / 1000:.0f} kB"
        shares = percent(file.accuracy, 2), percent(file.parity.agreement, 2) if file.parity else "-"
        rows.append((f"`{file.format}`", path, size, *shares, footprint() if file.format == "c" else timed))
    return table(head, rows)


def footprint() -> str:
    """Flash and RAM of the C sources, as the export's report has them."""
    report = json.loads((ROOT / "models" / "mnist-cnn" / "report.json").read_text(encoding="utf-8"))
    (c,) = [file for file in report["formats"] if file["format"] == "c"]
    said = {found["check"]: re.match(r"[\d,]+", found["measured"]) for found in c["findings"]}
    flash, ram = (int(found[0].replace(",", "")) if (found := said[name]) else 0 for name in ("flash", "RAM"))
    return f"{flash / 1000:.0f} kB of flash, {ram / 1000:.0f} kB of RAM"


def boards() -> str:
    """Instructions on emulated boards, thousands for an image in each format, millions for a frame."""
    counted = {board: results("arm")["instructions"][board] for board in ("Pi 3", "Pi 4", "Pi 5")}
    formats, digits = ("int8", "dynamic", "float32"), counted["Pi 4"]["frame_millions"]["digits"]
    rows = [
        (
            board,
            *(f"{found['inference_thousands'][name]['single']:,.0f}" for name in formats),
            f"`{found['auto']}`",
            f"{found['frame_millions']['detector']:.0f}",
            f"{found['frame_millions']['whole']:.0f}",
        )
        for board, found in counted.items()
    ]
    frame = f"a live frame of {digits} digits"
    return table(
        (
            "board",
            *(f"`{name}`, thousands" for name in formats),
            "`auto` takes",
            "detector, millions",
            f"{frame}, millions",
        ),
        rows,
    )


PEERS = {f"peers_{name}": each for name, each in TABLES.items() if (RESULTS / "peers" / f"{name}.json").exists()}
BLOCKS: dict[str, Callable[[], str]] = {"reading": reading, "files": files, "boards": boards} | PEERS


def renewed(text: str) -> str:
    """A page with its tables written anew.

    Raises:
        ValueError: a table has a name that nobody knows.

    """
    return BLOCK.sub(_renewed, text)


def _renewed(block: re.Match[str]) -> str:
    if block[1] not in BLOCKS:
        raise ValueError(f"figures: {block[1]} is no table; expected one of {', '.join(BLOCKS)}")
    return f"<!-- figures: {block[1]} -->\n\n{BLOCKS[block[1]]()}\n\n<!-- end of figures -->"


def main() -> None:
    """Renew the pages, and say which were."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    differing = 0
    for page in PAGES:
        path = ROOT / page
        before = path.read_text(encoding="utf-8")
        if (after := renewed(before)) != before:
            differing += 1
            print(f"{page} {'differs from' if check else 'is renewed from'} benchmarks/results")
            if not check:
                write_text(path, after)
    sys.exit(check and differing > 0)


if __name__ == "__main__":
    main()
