"""What a user is told where no Docker engine answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import SandboxError
from sandbox import engine


@pytest.mark.parametrize(
    ("distribution", "command"),
    [
        ("debian ", "sudo apt-get install docker.io"),
        ("linuxmint ubuntu debian", "sudo apt-get install docker.io"),
        ("fedora ", "sudo dnf install moby-engine"),
        ("plan9 ", "install Docker"),
    ],
)
def test_the_advice_names_the_distributions_own_command(distribution: str, command: str) -> None:
    """The first thing to try is a command that exists there; the ways without root follow."""
    said = engine.advice(distribution, is_socket_closed=False)

    assert command in said
    assert "rootless" in said
    assert "JUDGE_ISOLATION=local" in said


def test_a_closed_socket_is_another_matter() -> None:
    """Where an engine runs but is closed to the user, installing one is not the advice."""
    said = engine.advice("debian ", is_socket_closed=True)

    assert "usermod -aG docker" in said
    assert "apt-get" not in said


def test_an_engine_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error says which socket was tried and what the system answered."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")

    with pytest.raises(SandboxError, match=r"none\.sock: No such file or directory"):
        engine.connect()
