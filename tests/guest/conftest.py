"""What tests in the guest share: the machine, booted once, with one cell for all runs."""

from __future__ import annotations

import platform
from collections.abc import Iterator

import pytest

from tests.guest.machine import Guest, booted


@pytest.fixture(scope="session")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    """A machine that has a cell: what one run leaves behind the next would see."""
    if platform.machine() != "x86_64":
        pytest.skip("the guest's kernel and the launcher in it are x86-64's")
    with booted(tmp_path_factory.mktemp("guest")) as guest:
        guest.make_cell()
        yield guest
