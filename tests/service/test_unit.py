"""The unit file that systemd reads."""

import shutil
import subprocess
import sys

import pytest

from edgedigits.errors import ServiceError
from edgedigits.service import Command, Service
from edgedigits.service.unit import quoted, unit_text

ODD = ["", "a b", "100%", "$HOME", "back\\slash", "it's", 'say "x"', ";", "two\nlines", "4 7"]


def entries(text):
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))


def test_it_runs_this_python_with_the_options_given_where_they_were_given(tmp_path):
    unit = entries(unit_text(Service(), Command(["--source", "/dev/video2"], tmp_path)))
    assert unit["ExecStart"] == f"{sys.executable} -P -m edgedigits camera --source /dev/video2"
    assert unit["WorkingDirectory"] == str(tmp_path)


def test_it_comes_back_is_watched_and_ends_within_two_seconds(tmp_path):
    unit = entries(unit_text(Service(), Command([], tmp_path)))
    assert unit["Type"] == "notify"
    assert unit["Restart"] == "always"
    assert unit["StartLimitIntervalSec"] == "0"
    assert unit["WatchdogSec"] == "20"
    assert unit["TimeoutStopSec"] == "2"


def test_a_user_has_it_from_the_login_on_and_the_system_from_the_boot_on(tmp_path):
    command = Command([], tmp_path, user="pi", environment=tmp_path / "secrets")
    unit = entries(unit_text(Service(system=True), command))
    assert unit["WantedBy"] == "multi-user.target"
    assert (unit["User"], unit["EnvironmentFile"]) == ("pi", str(tmp_path / "secrets"))
    unit = entries(unit_text(Service(), Command([], tmp_path)))
    assert unit["WantedBy"] == "default.target"
    assert not {"User", "EnvironmentFile"} & unit.keys()


@pytest.mark.parametrize(
    ("argument", "written"),
    [
        ("/dev/video0", "/dev/video0"),
        ("", '""'),
        ("a b", '"a b"'),
        ("100%", '"100%%"'),
        ("$HOME", '"$$HOME"'),
        ("back\\slash", '"back\\\\slash"'),
        ('say "x"', '"say \\"x\\""'),
        (";", '";"'),
        ("two\nlines", '"two\\nlines"'),
    ],
)
def test_an_argument_is_written_as_systemd_reads_it_back(argument, written):
    assert quoted(argument) == written


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze: systemd itself is not asked")
@pytest.mark.parametrize("system", [False, True])
def test_systemd_itself_finds_nothing_wrong_with_it(system, tmp_path):
    folder = tmp_path / "50% of it"
    folder.mkdir()
    path = tmp_path / Service(system=system).unit
    path.write_text(unit_text(Service(system=system), Command(ODD, folder)))
    line = [shutil.which("systemd-analyze"), "verify", str(path)]
    assert subprocess.run(line, capture_output=True, text=True, check=False).stderr == ""
    path.write_text(path.read_text().replace("Restart=always", "Restart=sometimes"))
    assert "sometimes" in subprocess.run(line, capture_output=True, text=True, check=False).stderr


@pytest.mark.parametrize("name", ["two\nlines", " ends ", "back\\slash"])
def test_a_path_that_would_be_read_otherwise_is_refused(name, tmp_path):
    with pytest.raises(ServiceError, match="cannot be named in a unit file"):
        unit_text(Service(), Command([], tmp_path / name))


@pytest.mark.parametrize("name", ["../ssh", "a b", "x@y", "a.service", "n" * 65])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(ServiceError, match="is no name of a service"):
        Service(name)


def test_a_name_cannot_be_that_of_another_programs_service():
    assert Service("ssh").unit == "edgedigits-ssh.service"
