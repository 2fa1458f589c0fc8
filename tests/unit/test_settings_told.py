"""Settings as they are shown: everything that is set, and nothing that is secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from judge import config
from judge.config import Settings
from judge.settings_told import Origin, Told, told

PASSWORD = "hunter2"


def _of(settings: Settings, name: str, **environment: str) -> Told:
    return next(each for each in told(settings, environment) if each.name == name)


def test_every_setting_is_there() -> None:
    """Whatever settings there will be, each is told."""
    assert {each.name for each in told(Settings(), {})} == set(Settings.model_fields)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://judge:hunter2@db.example:5432/judge", "postgresql://…@db.example:5432/judge"),
        ("postgresql://judge:hun@ter2@db.example/judge", "postgresql://…@db.example/judge"),
        ("postgresql://judge:hun/ter2@db.example/judge", "postgresql://…@db.example/judge"),
        ("postgresql://db.example/judge?password=hunter2", "postgresql://db.example/judge?…"),
        ("postgresql://db.example/judge?password=hun@ter2", None),
        ("postgresql://judge:hun?ter2@db.example/judge", None),
        ("postgresql:///judge?host=/run/postgresql", "postgresql:///judge?…"),
    ],
)
def test_addresses(address: str, shown: str | None) -> None:
    """Of an address the host is told, and who logs in there is not."""
    setting = _of(Settings(database_url=address), "database_url")
    assert (setting.value, setting.is_secret) == (shown or "", shown is None)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=8))
def test_no_password_is_told(password: str) -> None:
    """Whatever signs a password has, and wherever it stands, nothing of it can be read."""
    for address in (f"redis://judge:{password}@0/1", f"redis://0/1?password={password}"):
        setting = _of(Settings(broker_url=address), "broker_url")
        assert setting.value in ("", "redis://…@0/1", "redis://0/1?…")


def test_secrets() -> None:
    """What is a secret by its kind or its name is told to be set, no more."""
    settings = Settings(blob_store_access_key=PASSWORD, blob_store_secret_key=SecretStr(PASSWORD))
    assert PASSWORD not in repr(told(settings, {}))
    assert _of(settings, "blob_store_secret_key").is_secret
    assert not _of(Settings(), "blob_store_secret_key").is_secret


def test_where_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment goes before the file; what nobody has said is a default."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "judge.toml").write_text("slots = 1\nweb_port = 9000\n")
    monkeypatch.setenv("JUDGE_WEB_PORT", "9001")
    settings = config.load()
    environment = {"JUDGE_WEB_PORT": "9001"}
    assert _of(settings, "web_port", **environment) == Told(
        name="web_port", value="9001", is_secret=False, origin=Origin.ENVIRONMENT
    )
    assert _of(settings, "slots", **environment).origin is Origin.FILE
    assert _of(settings, "data_dir", **environment).origin is Origin.DEFAULT
    assert _of(settings, "data_dir", **environment).value == str(tmp_path / "var")
