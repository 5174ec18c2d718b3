"""A stand-in for systemctl and journalctl: notes what it is asked, and answers as it was told to."""

import json
import os
import sys
from types import SimpleNamespace

import pytest

PROGRAM = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({folder!r})
name, arguments = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
with (folder / "asked").open("a") as asked:
    asked.write(json.dumps([name, *arguments]) + "\\n")
for words, (out, err, code) in json.loads((folder / "answers").read_text()).items():
    if words in " ".join([name, *arguments]):
        print(out), print(err, file=sys.stderr), sys.exit(code)
"""


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """A systemd that runs whatever it is asked to; ``answer`` says otherwise, ``asked`` returns what it was asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    answers = {"is-system-running": ("running", "", 0)}

    def answer(words, out="", err="", code=0):
        answers[words] = out, err, code
        (folder / "answers").write_text(json.dumps(answers))

    def asked():
        path = folder / "asked"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    answer("is-system-running", "running")
    for name in ("systemctl", "journalctl"):
        (folder / name).write_text(PROGRAM.format(python=sys.executable, folder=str(folder)))
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    return SimpleNamespace(answer=answer, asked=asked, folder=folder, units=tmp_path / "config" / "systemd" / "user")
