"""Options are the same in every command that has them, and offer what there is."""

import logging
from typing import get_type_hints

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from edgedigits.backends.selection import BACKENDS
from edgedigits.bundle import default_bundle
from edgedigits.cli import app
from edgedigits.cli.options import (
    Backend,
    BackendName,
    Bundle,
    Format,
    FormatName,
    Profile,
    ProfileName,
    Quiet,
    Threads,
    Verbose,
    hush,
)
from edgedigits.cli.train import RecipeName, Strategy

HINTS = {
    name: get_type_hints(command.callback, include_extras=True)
    for name, command in get_command(app).commands.items()
    if command.callback
}
SHARED = {
    "backend": Backend,
    "format": Format,
    "threads": Threads,
    "profile": Profile,
    "quiet": Quiet,
    "verbose": Verbose,
}
LIBRARIES = ("edgedigits.bundle.bundle", "edgedigits_camera.live.capture")
# `benchmark` measures all where others choose one; its help says so.
OTHERWISE = {("benchmark", "backend"), ("benchmark", "threads")}


@pytest.mark.parametrize("name", SHARED)
def test_an_option_takes_the_same_everywhere(name):
    takes = {command: hints[name] for command, hints in HINTS.items() if name in hints}
    assert set(takes) >= {"recognize", "camera", "explain"}
    other = {command for command, hint in takes.items() if hint != SHARED[name] and (command, name) not in OTHERWISE}
    assert not other


def test_what_reads_pictures_takes_the_bundle_as_an_option_and_what_treats_a_bundle_as_its_argument():
    takes = {command for command, hints in HINTS.items() if hints.get("bundle") == Bundle}
    assert takes == {"recognize", "camera", "explain", "demo", "doctor"}


@pytest.mark.parametrize("name", ["benchmark", "verify", "inspect", "fit-judge", "evaluate", "put-detector", "export"])
@pytest.mark.parametrize("given", [["--bundle", "mine"], ["--bundle=mine"]])
def test_a_bundle_given_as_an_option_where_it_is_the_argument_is_told_its_way(name, given):
    result = CliRunner().invoke(app, [name, *given])
    assert result.exit_code == 2
    assert f"a bundle is named without it here, as in: {result.stderr.split()[1]} {name} DIR" in result.stderr


@pytest.mark.parametrize(
    ("command", "cure"),
    [
        ("demo", "did you mean --out 'my pages'?"),
        ("train", "did you mean --out 'my pages'?"),
        ("train-detector", "did you mean --out 'my pages'?"),
        ("explain page.png", "did you mean --out 'my pages'?"),
        ("export run", "did you mean --out 'my pages'?"),
        ("benchmark mine", "did you mean --out 'my pages'?"),
        ("service status", "did you mean --name 'my pages'?"),
        ("service logs", "did you mean --name 'my pages'?"),
        ("service remove", "did you mean --name 'my pages'?"),
        ("doctor", "did you mean --bundle 'my pages'?"),
        ("camera demo", "did you mean --bundle 'my pages'?"),
        ("cameras", "edgedigits cameras takes no more names"),
        ("verify mine", "edgedigits verify takes no more names"),
        ("inspect mine", "edgedigits inspect takes no more names"),
        ("evaluate mine", "edgedigits evaluate takes no more names"),
        ("fit-judge mine", "edgedigits fit-judge takes no more names"),
        ("put-detector mine run", "edgedigits put-detector takes no more names"),
    ],
)
def test_a_name_that_stands_alone_where_an_option_is_meant_is_told_the_option(command, cure):
    result = CliRunner().invoke(app, [*command.split(), "my pages", "more"], prog_name="edgedigits")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: unexpected argument 'my pages'; {cure}"


def test_a_name_that_stands_alone_steers_no_terminal():
    result = CliRunner().invoke(app, ["demo", "a\x1b[31m"])
    assert result.exit_code == 2
    assert "\x1b" not in result.stderr


def test_usage_names_what_is_treated_in_capitals_and_once_in_brackets():
    for name, command in get_command(app).commands.items():
        usage = CliRunner().invoke(app, [name, "--help"]).stdout.splitlines()[0].partition("[OPTIONS]")[2]
        assert usage == usage.upper(), command
        assert "[[" not in usage
        assert "......" not in usage


@pytest.mark.parametrize("command", [["recognize"], ["explain"], ["camera", "--display", "none"]], ids=" ".join)
def test_a_bundle_given_as_a_picture_is_told_its_way(command):
    pytest.importorskip("edgedigits_camera.reader", reason="neither the extra `camera` nor `headless` is installed")
    result = CliRunner().invoke(app, [*command, str(default_bundle())])
    assert result.exit_code == 1
    said = result.stderr.splitlines()[-1]
    assert said.endswith("is a bundle, which holds no pictures; name it with --bundle")


def heard(library):
    return logging.getLogger(library).isEnabledFor(logging.WARNING)


def test_quiet_commands_let_no_library_of_ours_talk_and_others_do():
    assert [hush(quiet=True), *map(heard, LIBRARIES)] == [True, False, False]
    assert [hush(quiet=False), *map(heard, LIBRARIES)] == [False, True, True]


def test_what_is_offered_is_what_there_is():
    assert list(BackendName) == ["auto", *BACKENDS]
    assert set(FormatName) == {name for adapted in BACKENDS.values() for name in adapted.formats}
    profiles = pytest.importorskip("edgedigits_camera.profiles")
    assert set(ProfileName) == set(profiles.PROFILES)


def test_recipes_are_those_of_the_trainer():
    recipes = pytest.importorskip("edgedigits.training.recipes", exc_type=ImportError)
    assert set(RecipeName) == set(recipes.RECIPES)


@pytest.mark.parametrize("name", Strategy)
def test_every_strategy_can_be_made(name, monkeypatch):
    distribute = pytest.importorskip("edgedigits.training.distribute", exc_type=ImportError)
    made = {}
    for kind in ("MirroredStrategy", "MultiWorkerMirroredStrategy"):
        monkeypatch.setattr(distribute.tf.distribute, kind, lambda kind=kind: made.setdefault(kind, kind))
    distribute.make_strategy(name)
    assert len(made) == (name is not Strategy.NONE)
