"""``edgedigits service``, with a stand-in for systemd."""

import json
import os
import shutil
import sys

import pytest
from typer.testing import CliRunner

from edgedigits.cli import app
from edgedigits.cli import service as command


@pytest.fixture
def run(systemd, tmp_path, monkeypatch):
    """Run the command in a folder, as user pi."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "user_name", lambda: "pi")
    monkeypatch.setattr(command, "LINGERING", tmp_path / "linger")
    return lambda *arguments: CliRunner().invoke(app, ["service", *arguments])


def words(systemd):
    """What systemd was asked to do, without how it is."""
    return [" ".join(line) for line in systemd.asked() if "is-system-running" not in line]


def exec_start(path):
    return next(line for line in path.read_text().splitlines() if line.startswith("ExecStart="))


def test_install_writes_the_unit_and_has_it_started_now_and_later(run, systemd):
    result = run("install", "--source", "/dev/video2", "--json")
    assert result.exit_code == 0, result.output
    assert exec_start(systemd.units / "edgedigits.service").endswith(
        "edgedigits camera --source /dev/video2 --json --display none"
    )
    assert words(systemd) == [
        "systemctl --user daemon-reload",
        "systemctl --user enable edgedigits.service",
        "systemctl --user restart edgedigits.service",
    ]
    assert "sudo loginctl enable-linger pi" in result.stderr


def test_who_lingers_is_not_told_to(run, tmp_path):
    (tmp_path / "linger").mkdir()
    (tmp_path / "linger" / "pi").touch()
    assert "enable-linger" not in run("install").stderr


def test_a_display_that_is_asked_for_stays(run, systemd):
    assert run("install", "--display=none").exit_code == 0
    assert exec_start(systemd.units / "edgedigits.service").endswith("camera --display=none")


def test_two_cameras_have_two_services(run, systemd):
    assert run("install", "--name", "door", "--source", "1").exit_code == 0
    assert run("install", "--source", "0").exit_code == 0
    assert sorted(path.name for path in systemd.units.iterdir()) == ["edgedigits-door.service", "edgedigits.service"]


def test_an_option_that_camera_does_not_have_installs_nothing(run, systemd):
    result = run("install", "--colour", "blue")
    assert result.exit_code == 2
    assert "--colour" in result.stderr
    assert systemd.asked() == []
    assert not systemd.units.exists()


def test_a_password_in_an_address_is_refused_and_not_repeated(run, systemd):
    result = run("install", "--source", "rtsp://me:hush@camera/live")
    assert result.exit_code == 1
    assert "the password in --source could be read by all" in result.stderr
    assert "hush" not in result.output
    assert not systemd.units.exists()


def test_secrets_come_from_a_file_that_nobody_else_reads(run, systemd, tmp_path):
    secrets = tmp_path / "secrets"
    secrets.write_text("A=b\n")
    secrets.chmod(0o644)
    result = run("install", "--environment", str(secrets))
    assert (result.exit_code, result.stderr.strip()) == (
        1,
        f"edgedigits: {secrets} can be read by others; run: chmod 600 {secrets}",
    )
    secrets.chmod(0o600)
    assert run("install", "--environment", str(secrets)).exit_code == 0
    assert f"EnvironmentFile={secrets}" in (systemd.units / "edgedigits.service").read_text()


def test_one_that_does_not_start_is_not_left_behind_and_says_why(run, systemd):
    systemd.answer("restart", err="Job for edgedigits.service failed.\nSee systemctl status.", code=1)
    systemd.answer("journalctl", "reading demo\nedgedigits: camera /dev/video7 cannot be opened\nFailed.")
    result = run("install", "--source", "7")
    assert result.exit_code == 1
    assert "edgedigits.service does not start: camera /dev/video7 cannot be opened" in result.stderr
    assert not (systemd.units / "edgedigits.service").exists()
    assert "systemctl --user disable --now edgedigits.service" in words(systemd)


def test_what_ran_before_runs_on_where_the_new_one_does_not_start(run, systemd):
    run("install", "--source", "1")
    before = (systemd.units / "edgedigits.service").read_text()
    systemd.answer("restart", err="Job failed.", code=1)
    assert run("install", "--source", "7").exit_code == 1
    assert (systemd.units / "edgedigits.service").read_text() == before
    assert words(systemd)[-2:] == ["systemctl --user daemon-reload", "systemctl --user restart edgedigits.service"]


@pytest.mark.parametrize("arguments", [["install"], ["remove"], ["status"]])
def test_a_unit_of_somebody_else_is_left_alone(arguments, run, systemd):
    systemd.units.mkdir(parents=True)
    path = systemd.units / "edgedigits.service"
    path.write_text("[Unit]\n")
    result = run(*arguments)
    assert result.exit_code == 1
    assert "was not written by edgedigits" in result.stderr
    assert path.read_text() == "[Unit]\n"


@pytest.mark.parametrize(
    ("out", "err", "cure"),
    [
        ("offline", "", "the machine was not started by it"),
        ("", "Failed to connect to bus: No medium found", "log in as this user"),
    ],
)
def test_without_a_systemd_that_answers_nothing_is_written(out, err, cure, run, systemd):
    systemd.answer("is-system-running", out, err, 1)
    result = run("install")
    assert result.exit_code == 1
    assert cure in result.stderr
    assert not systemd.units.exists()


def test_without_systemctl_it_says_so(run, systemd):
    shutil.rmtree(systemd.folder)
    result = run("install")
    assert (result.exit_code, "there is no systemctl here" in result.stderr) == (1, True)
    result = run("logs")
    assert (result.exit_code, "there is no journalctl here" in result.stderr) == (1, True)


def test_the_systems_service_is_roots(run, systemd):
    result = run("install", "--system", "--source", "a b")
    assert result.exit_code == 1
    line = f"sudo {sys.executable} -P -m edgedigits service install --system --source 'a b'"
    assert result.stderr.strip().endswith(f"run: {line}")
    assert f"sudo {sys.executable} -P -m edgedigits service remove --system" in run("remove", "--system").stderr


def test_root_installs_one_of_the_system_that_runs_as_who_called_sudo(run, systemd, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "pi")
    monkeypatch.setattr("edgedigits.service.unit.SYSTEM_UNITS", tmp_path / "system")
    assert run("install").exit_code == 0
    assert "User=pi" in (tmp_path / "system" / "edgedigits.service").read_text().splitlines()
    assert words(systemd)[-1] == "systemctl restart edgedigits.service"
    assert run("install", "--run-as", "reader").exit_code == 0
    assert "User=reader" in (tmp_path / "system" / "edgedigits.service").read_text().splitlines()


SHOWN = """LoadState=loaded
ActiveState=active
SubState=running
StatusText=30 frames/s: 47 | 11 = 58
MainPID=812
NRestarts=2
ActiveEnterTimestamp=Sun 2026-11-29 10:00:00 CET
Result=success"""


def test_status_tells_how_it_is_and_what_it_sees(run, systemd):
    run("install")
    systemd.answer("show edgedigits.service", SHOWN)
    result = run("status")
    assert result.exit_code == 0
    how = "active (running) since Sun 2026-11-29 10:00:00 CET, process 812, started again 2 times"
    assert result.stdout.splitlines() == [f"edgedigits.service: {how}", "30 frames/s: 47 | 11 = 58"]
    assert json.loads(run("status", "--json").stdout) == {
        "version": 1,
        "unit": "edgedigits.service",
        "active": True,
        "state": "active (running)",
        "text": "30 frames/s: 47 | 11 = 58",
        "since": "Sun 2026-11-29 10:00:00 CET",
        "pid": 812,
        "restarts": 2,
    }


def test_one_that_does_not_run_exits_with_1_and_says_why(run, systemd):
    run("install")
    shown = SHOWN.replace("=active", "=activating").replace("running", "auto-restart").replace("success", "watchdog")
    systemd.answer("show edgedigits.service", shown)
    result = run("status")
    assert result.exit_code == 1
    assert result.stdout.startswith("edgedigits.service: activating (auto-restart, watchdog), started again 2 times")


def test_where_there_is_none_it_says_how_to_install_one(run):
    for name in ("status", "remove"):
        result = run(name)
        assert (result.exit_code, result.stderr.strip().endswith("install one: edgedigits service install")) == (
            1,
            True,
        )


def test_where_there_is_one_of_the_system_it_says_so(run, tmp_path, monkeypatch):
    monkeypatch.setattr("edgedigits.service.unit.SYSTEM_UNITS", tmp_path / "system")
    (tmp_path / "system").mkdir()
    (tmp_path / "system" / "edgedigits-door.service").touch()
    assert "see: edgedigits service status --system --name door" in run("status", "--name", "door").stderr


def test_logs_are_those_of_the_journal(run, systemd, capfd):
    systemd.answer("journalctl", "reading demo", code=0)
    assert run("logs", "-n", "7", "--follow").exit_code == 0
    assert systemd.asked() == [
        ["journalctl", "--user", "-u", "edgedigits.service", "--no-pager", "-n", "7", "-f"],
    ]
    assert "reading demo" in capfd.readouterr().out


def test_remove_stops_it_and_leaves_nothing(run, systemd):
    run("install")
    result = run("remove")
    assert result.exit_code == 0, result.output
    assert list(systemd.units.iterdir()) == []
    assert words(systemd)[3:] == [
        "systemctl --user disable --now edgedigits.service",
        "systemctl --user daemon-reload",
        "systemctl --user reset-failed edgedigits.service",
    ]
