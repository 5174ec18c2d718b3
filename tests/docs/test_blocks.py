"""Every block of code in README, CONTRIBUTING, ARCHITECTURE and docs/ is run, or checked as far as it can be here."""

import contextlib
import io
import json
import re
import shlex
import subprocess
import tomllib
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt
from typer.main import get_command
from typer.testing import CliRunner

from edgedigits.cli import app

pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")),
    *sorted(ROOT.glob("docs/*.md")),
]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
# What is left out, and why; the arguments of `edgedigits` are held against its parser all the same.
LEFT_OUT = {
    r"edgedigits camera(?! demo --max-frames)": "waits for a camera, a stream or a viewer",
    r"edgedigits recognize page.png gone.png": "shows what is said of a picture that is not there",
    r"edgedigits recognize .*--(jobs|cluster)": "starts processes on all cores, or on other machines",
    r"dask (scheduler|worker)": "serves other machines",
    r"edgedigits recognize .* --bundle mine": "its bundle was exported above it",
    r"edgedigits (train|train-detector|export|fit-judge|put-detector|evaluate)\b": "takes minutes, MNIST or TensorFlow",
    r"edgedigits (verify|benchmark|doctor)\b": "takes long; tests of their own run them",
    r"edgedigits service": "wants systemd",
    r"git clone|cd edgedigits": "is where a checkout begins",
    r"python3 -m venv|\. |sudo apt install": "sets up a system",
    r"curl -N|ffplay": "asks a camera that is served",
}


def blocks_of(path):
    """Language, first line's number and text of each block of a page; what is only indented is taken for commands."""
    for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
        if token.type in {"fence", "code_block"}:
            yield token.info or ("json" if token.content.startswith("{") else "sh"), token.map[0] + 1, token.content


BLOCKS = [(path, *block) for path in PAGES for block in blocks_of(path)]
BY_NAME = {f"{path.name}:{line}": (language, text) for path, language, line, text in BLOCKS}


def commands_of(text):
    """Commands in lines of a shell: words, without comments, assignments and what they are run under."""
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        while words:
            end = words.index("&&") if "&&" in words else len(words)
            command, words = words[:end], words[end + 1 :]
            while re.match(r"[A-Z_]+=|linux32$", command[0]):
                command.pop(0)
            yield command


def reason_for(command):
    """Why a command is not run here, if it is not."""
    return next((pattern for pattern in LEFT_OUT if re.match(pattern, " ".join(command))), None)


def check_parsed(words):
    """Hold the arguments of `edgedigits` against its parser."""
    command, words = get_command(app), words[1:]
    context = command.context_class(command, info_name="edgedigits")
    while hasattr(command, "commands"):
        name, command, words = command.resolve_command(context, words)
    command.make_context(name, words, parent=context)


def check_pip(words):
    """Extras that pip is asked for are declared."""
    asked = re.findall(r"\[([\w,-]+)\]", " ".join(words))
    assert {extra for each in asked for extra in each.split(",")} <= EXTRAS.keys()


def run(words):
    """Run a command as far as that is possible here; what it prints."""
    if words[0] == "edgedigits":
        check_parsed(words)
    if reason_for(words):
        return ""
    if words[0] == "edgedigits":
        done = CliRunner().invoke(app, words[1:])
        assert done.exit_code == 0, done.output
        return done.stdout
    if words[0] == "make":
        return subprocess.run([*words, "-n"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    if words[:2] == ["python", "-m"]:
        assert find_spec(words[2])
    elif words[:2] == ["pip", "install"]:
        check_pip(words)
    else:
        raise AssertionError(f"{shlex.join(words)} is of no known kind; run it here, or say in LEFT_OUT why not")
    return ""


def run_shell(text):
    for words in commands_of(text):
        run(words)


def run_console(text):
    """Each ``$ COMMAND`` prints what follows it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, expected = part.partition("\n")
        assert "".join(run(words) for words in commands_of(line)) == expected


def run_python(text):
    """What the comment behind a ``print`` says is printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "block", "exec"), {})  # noqa: S102 - the project's own documentation
    expected = re.findall(r"^ *print\(.*\)  # (.*)$", text, flags=re.MULTILINE)
    assert not Counter(expected) - Counter(printed.getvalue().splitlines()), printed.getvalue()


def check_json(text):
    """Whole objects, one after the other."""
    decoder = json.JSONDecoder()
    while text := text.strip():
        _, end = decoder.raw_decode(text)
        text = text[end:]


RUN = {
    "sh": run_shell,
    "console": run_console,
    "python": run_python,
    "json": check_json,
    "yaml": yaml.safe_load,
    "text": str,
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", BY_NAME)
def test_a_block_does_what_it_says(name):
    language, text = BY_NAME[name]
    RUN[language](text)


def test_nothing_is_left_out_that_is_not_there():
    commands = [command for language, text in BY_NAME.values() if language == "sh" for command in commands_of(text)]
    assert set(LEFT_OUT) - {reason_for(command) for command in commands} == set()


def inline(path):
    """Commands within sentences."""
    for token in MarkdownIt().enable("table").parse(path.read_text(encoding="utf-8")):
        for child in token.children or ():
            if child.type == "code_inline" and re.match(r"(edgedigits|make|pip|python -m) [a-z]", child.content):
                yield child.content


@pytest.mark.parametrize("line", sorted({line for path in PAGES for line in inline(path)}))
def test_a_command_within_a_sentence_is_one_and_has_the_options_that_it_names(line):
    check_named(line)


def check_named(line):
    """The command exists and has the options; what stands for a file, in capitals, may be anything."""
    if not line.startswith("edgedigits "):
        run(shlex.split(line))
        return
    command = root = get_command(app)
    words = line.split()[1:]
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
    asked = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert command is not root, line
    assert asked <= known, line


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("language", "text", "error"),
    [
        ("sh", "edgedigits recognise photo.jpg", "No such command"),
        ("sh", "edgedigits train --recipe quick", "not one of"),
        ("sh", "edgedigits recognize gone.jpg", "gone.jpg does not exist"),
        ("sh", "pip install '.[webcam]'", "webcam"),
        ("sh", "make supper", "supper"),
        ("sh", "cp photo.jpg copy.jpg", "no known kind"),
        ("console", "$ edgedigits recognize photo.jpg\nphoto.jpg: 1\n", "7180645"),
        ("python", "print(1)  # 2", "1"),
        ("json", '{"digit": 4, ...}', "property name"),
        ("rust", "fn main() {}", "rust"),
    ],
)
def test_a_wrong_block_is_found(language, text, error):
    with pytest.raises(Exception, match=error):
        RUN[language](text)


@pytest.mark.parametrize(
    "line", ["edgedigits verify --quickly", "edgedigits verifi", "make supper", "pip install '.[tv]'"]
)
def test_a_wrong_command_within_a_sentence_is_found(line):
    with pytest.raises(
        (AssertionError, subprocess.CalledProcessError), match=re.escape(line.split()[-1].strip("'.[]"))
    ):
        check_named(line)
