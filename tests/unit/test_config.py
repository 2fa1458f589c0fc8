"""Settings: where they come from, which wins, and what is said of those that cannot be understood."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from judge.config import Isolation, load, physical_cores
from judge.errors import UsageError
from judge.hosts.host import host_name


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("JUDGE_"):
            monkeypatch.delenv(name)


def test_defaults_fit_one_machine(tmp_path: Path) -> None:
    """Without any setting everything is below ``var`` here, in containers, and seen by this machine alone."""
    settings = load()

    assert settings.database_url is None
    assert settings.data_dir == tmp_path / "var"
    assert settings.isolation is Isolation.CONTAINER
    assert settings.web_host == "127.0.0.1"


def test_a_judgehost_has_the_name_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """By default that of the machine; a name that would not do as part of others is refused."""
    assert host_name(load()) == socket.gethostname()
    monkeypatch.setenv("JUDGE_JUDGEHOST_NAME", "rack-2.left")
    assert host_name(load()) == "rack-2.left"
    monkeypatch.setenv("JUDGE_JUDGEHOST_NAME", "a b")
    with pytest.raises(UsageError, match="judgehost_name"):
        load()


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting in both places has the environment's value; one in the file alone has the file's."""
    (tmp_path / "judge.toml").write_text('isolation = "local"\nslots = 3\nweb_trusted_proxies = ["10.0.0.1"]\n')
    monkeypatch.setenv("JUDGE_SLOTS", "2")
    settings = load()

    assert (settings.isolation, settings.slots, settings.slot_count) == (Isolation.LOCAL, 2, 2)
    assert settings.web_trusted_proxies == ("10.0.0.1",)


def test_a_moment_is_one_in_a_zone_and_past(tmp_path: Path) -> None:
    """TOML's own way of writing it is understood."""
    (tmp_path / "judge.toml").write_text("debian_snapshot = 2026-01-01T02:00:00+02:00\n")

    assert load().debian_snapshot == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("JUDGE_SLOTS", value) for value in ("0", "-1", "many", "1025", "1.5")),
        *(("JUDGE_ISOLATION", value) for value in ("none", "CONTAINER ", "")),
        *(("JUDGE_WEB_PORT", value) for value in ("0", "65536", "http")),
        ("JUDGE_LEASE_S", "0"),
        ("JUDGE_MAX_SOURCE_BYTES", "1"),
        ("JUDGE_WEB_HTTPS", "perhaps"),
        *(("JUDGE_DEBIAN_SNAPSHOT", value) for value in ("yesterday", "2026-01-01T00:00:00", "2999-01-01T00:00:00Z")),
    ],
)
def test_what_cannot_be_understood_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The message names the setting as the file calls it."""
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=f"^setting {name.removeprefix('JUDGE_').lower()}: "):
        load()


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two wrong settings are two lines."""
    monkeypatch.setenv("JUDGE_SLOTS", "0")
    monkeypatch.setenv("JUDGE_WEB_PORT", "0")
    with pytest.raises(UsageError) as refused:
        load()

    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == ["setting slots", "setting web_port"]


def test_a_misspelt_setting_in_the_file_is_refused(tmp_path: Path) -> None:
    """A name that is no setting would otherwise be believed to have an effect."""
    (tmp_path / "judge.toml").write_text("slot = 3\n")
    with pytest.raises(UsageError, match=r"^setting slot: "):
        load()


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    """A slip in the file is told with the file's name, not as a crash."""
    (tmp_path / "judge.toml").write_text("slots = = 3\n")
    with pytest.raises(UsageError, match=r"judge\.toml"):
        load()


def test_cores_are_physical_and_ours() -> None:
    """Each core is given once, and is one this process may run on."""
    cores = physical_cores()

    assert cores
    assert len(set(cores)) == len(cores)
    assert set(cores) <= os.sched_getaffinity(0)


def test_slots_leave_a_core_for_everything_else() -> None:
    """By default there is a slot for each core but one, and at least one."""
    assert load().slot_count == max(1, len(physical_cores()) - 1)


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that no setting has is refused, with the one that was probably meant."""
    monkeypatch.setenv("JUDGE_ISOLATON", "local")

    with pytest.raises(UsageError, match="did you mean JUDGE_ISOLATION"):
        load()


def test_a_list_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list written in another way than as a list says how lists are written."""
    monkeypatch.setenv("JUDGE_WEB_TRUSTED_PROXIES", "10.0.0.1")

    with pytest.raises(UsageError, match="lists are written like"):
        load()
