"""The lock files are whole, whatever Python they are installed for."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[2] / "requirements.lock"
NAMES = [line.partition("==")[0] for line in LOCK.read_text().splitlines() if "==" in line]


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0"])
def test_every_supported_python_gets_all(python: str) -> None:
    """They are made with one Python, and with another a package may need one more: Debian 12 has 3.11.2."""
    version = {"python_full_version": python, "python_version": python.rpartition(".")[0], "extra": ""}
    needed = {
        canonicalize_name(requirement.name): name
        for name in NAMES
        for requirement in map(Requirement, distribution(name).requires or [])
        if requirement.marker is None or requirement.marker.evaluate(version)
    }

    assert {name: by for name, by in needed.items() if name not in NAMES} == {}
