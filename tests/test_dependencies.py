"""What is imported is declared, in the extra of the part that imports it."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
MODULES = PROJECT["tool"]["deptry"]["package_module_name_map"]
OWN = {"edgedigits", "edgedigits_camera", "edgedigits_export"}
# The exporter draws scenes for the detector and the judge: README installs it with the camera.
PARTS = {
    "edgedigits": set(),
    "edgedigits/training": {"train"},
    "export": {"export", "camera"},
    "camera": {"camera", "web"},
}
# A second opinion on what is exported, where it is installed.
NOT_NEEDED = {"tflite_micro"}


def declared(extras):
    """Names of the modules that the project and some of its extras install."""
    lines = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in EXTRAS.get(extra, ()))]
    names = {re.match(r"[\w.-]+", line)[0]: line for line in lines}
    inner = set(re.findall(r"[\w-]+", " ".join(re.findall(r"\[(.*?)\]", names.pop("edgedigits", "")))))
    own = {MODULES.get(name, name.replace("-", "_")) for name in names}
    return own | (declared(inner) if inner else set())


def sources(part):
    """Parsed files of a part, without those of a part within it."""
    inner = [ROOT / other for other in PARTS if other.startswith(f"{part}/")]
    paths = [path for path in (ROOT / part).rglob("*.py") if not any(path.is_relative_to(folder) for folder in inner)]
    assert paths
    return [ast.parse(path.read_text()) for path in paths]


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def required(tree):
    """Module and extra of each call of ``require`` that names both."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require":
            module, extra = node.args[0], node.keywords[0].value
            if isinstance(module, ast.Constant) and isinstance(extra, ast.Constant):
                yield module.value, extra.value


def bounds():
    """Lower bounds of all that the project and its extras need, as pip reads them: name, version."""
    lines = [*PROJECT["project"]["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]
    return {found.groups() for line in lines if (found := re.match(r"([\w-]+)>=([\d.]+)", line))}


def pinned():
    """Versions that the environments of old libraries hold."""
    names = ("lowest", "lowest-export", "bookworm")
    lines = [line for name in names for line in (ROOT / f"constraints-{name}.txt").read_text().splitlines()]
    return {tuple(line.split("==")) for line in lines}


@pytest.mark.parametrize(("name", "version"), sorted(bounds()))
def test_every_lower_bound_is_what_one_environment_installs(name, version):
    assert any(name == other and f"{found}.0".startswith(f"{version}.") for other, found in pinned())


@pytest.mark.parametrize("part", PARTS)
def test_what_a_part_imports_is_declared_for_it(part):
    found = {name.partition(".")[0] for tree in sources(part) for name in imported(tree)}
    assert "numpy" in found
    assert found - set(sys.stdlib_module_names) - OWN - NOT_NEEDED <= declared(PARTS[part])


def test_a_missing_library_is_in_the_extra_that_the_message_names():
    found = {call for part in PARTS for tree in sources(part) for call in required(tree)}
    assert ("scipy.optimize", "export") in found
    missing = [(name, extra) for name, extra in found if name.partition(".")[0] not in declared([extra]) | OWN]
    assert not missing
