"""The files of deploy/ name commands and settings that there are."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest
import yaml

from judge.cli import main
from judge.config import Settings, load

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
COMPOSE = sorted(DEPLOY.glob("compose/*.yml"))
NEAR_DOCKER = {"judge-daemon", "judge-worker"}
#: What compose files and units have of their own.
_OWN = {"JUDGE_DB_PASSWORD", "JUDGE_DB_LISTEN", "JUDGE_GATEWAY", "JUDGE_UID", "JUDGE_GID"}


@pytest.mark.parametrize("path", [*FILES, ROOT / "docs" / "deploying.md"], ids=lambda path: path.name)
def test_settings_are_known(path: Path) -> None:
    """Every variable is a setting: a misspelt one would stop the process, or worse, not."""
    known = {f"JUDGE_{name.upper()}" for name in Settings.model_fields}
    text = path.read_text().replace("JUDGE_BLOB_STORE…", "")

    assert set(re.findall(r"\bJUDGE_[A-Z_]+[A-Z]\b", text)) - _OWN <= known


def test_one_file_serves_systemd_and_shells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment as a shell reads it is one that the settings take: lists keep their quotes."""
    everything = (DEPLOY / "judge.env.example").read_text().replace("\n#JUDGE", "\nJUDGE")
    for line in shlex.split(everything, comments=True):
        monkeypatch.setenv(*line.split("=", 1))

    settings = load()
    assert settings.web_https
    assert settings.web_trusted_proxies == ("127.0.0.1",)
    assert settings.slots == 4


def test_images_hold_what_the_repository_holds() -> None:
    """Nothing that git ignores is copied into an image: a checkout's environment, its data, its passwords."""
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}

    taken = (ROOT / ".dockerignore").read_text().splitlines()
    assert [name for name in ignored if not any(fnmatch(name, each.removeprefix("**/")) for each in taken)] == []


def _check_command(words: list[str]) -> None:
    command: click.Command = main
    for word in words:
        if not isinstance(command, click.Group):
            break
        found = command.get_command(click.Context(command), word)
        assert found is not None, words
        command = found


@pytest.mark.parametrize("path", [*UNITS, ROOT / "docs" / "deploying.md"], ids=lambda path: path.name)
def test_commands_exist(path: Path) -> None:
    """What units start, and the guide tells to run, are commands of the judge."""
    found = re.findall(r"(?:\.venv/bin/|`|\n)judge ((?:[a-z-]+ ?)+)", path.read_text())

    assert found
    for line in found:
        _check_command(line.split())


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_have_no_privileges(path: Path) -> None:
    """Each runs as a user of its own, gains nothing, and may write only what is its own."""
    lines = path.read_text().splitlines()

    assert {"NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=yes"} <= set(lines)
    assert any(re.fullmatch(r"User=judge(-web)?", line) for line in lines)
    assert ("SupplementaryGroups=docker" in lines) == (path.stem in NEAR_DOCKER)
    # A home that is there but may not be looked into is an error to the database's client.
    assert any(re.fullmatch(r"Environment=.* HOME=/var/lib/judge(-web)?", line) for line in lines)
    # What looks for stray processes has to see them.
    assert ("ProtectProc=invisible" in lines) == (path.stem not in NEAR_DOCKER)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze: apt-get install systemd")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """It finds nothing to say about them, and little that could still be taken from them."""
    for path in DEPLOY.glob("systemd/*"):
        # Commands have to be there.
        text = path.read_text().replace("/opt/judge/.venv/bin/judge", str(Path(sys.executable).with_name("judge")))
        (tmp_path / path.name).write_text(text)
    units = sorted(map(str, tmp_path.iterdir()))
    assert _said("verify", *units) == ""

    for path in UNITS:
        # Tenths of what systemd calls exposure, where 10 is a service that may do everything.
        most = "25" if path.stem in NEAR_DOCKER else "15"
        _said("security", "--offline=true", f"--threshold={most}", str(tmp_path / path.name))


def _said(*words: str) -> str:
    """What systemd-analyze says, which has to succeed."""
    made = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=60)
    assert made.returncode == 0, made.stdout + made.stderr
    return made.stderr


@pytest.mark.parametrize("name", sorted(NEAR_DOCKER))
def test_what_judges_may_take_files(name: str) -> None:
    """Systemd leaves no openat2 to a service with RestrictSUIDSGID, nor to one without the call's group of calls."""
    lines = (DEPLOY / "systemd" / f"{name}.service").read_text().splitlines()

    assert "RestrictSUIDSGID=yes" not in lines
    assert "SystemCallFilter=@system-service" in lines


def test_compose_files_name_what_is_there() -> None:
    """Services of the files for an object store are those of the files that they go with; commands exist."""
    services = {path.stem: yaml.safe_load(path.read_text())["services"] for path in COMPOSE}

    assert set(services) == {"web", "judgehost", "web-s3", "judgehost-s3"}
    for name in ("web", "judgehost"):
        assert set(services[f"{name}-s3"]) <= set(services[name])
        for service in services[name].values():
            if "command" in service:
                _check_command([service["command"]])
    mounts = services["judgehost"]["daemon"]["volumes"]
    assert all(mount.split(":")[0] == mount.split(":")[1] for mount in mounts)
