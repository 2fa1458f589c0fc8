"""Rules of the house that no other tool checks."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("judge", "problems", "checkers", "sandbox", "web", "migrations")
SOURCES = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if "samples" not in path.parts]

MOST_PYTHON_LINES = 400
MOST_C_LINES = 500


def test_there_is_something_to_check() -> None:
    """The rules below look at the project's own modules."""
    assert len(SOURCES) > 100


def test_nothing_waits_with_wait_for() -> None:
    """Up to Python 3.11 ``asyncio.wait_for`` swallows a cancellation that comes just as the wait ends.

    A task in a loop then goes on for ever, and the process with it; ``asyncio.timeout`` does not do that.
    """
    assert [path.name for path in SOURCES if "wait_for(" in path.read_text()] == []


def test_files_are_short() -> None:
    """A file that grows past this is two files."""
    long = [path for path in SOURCES if len(path.read_text().splitlines()) > MOST_PYTHON_LINES]
    launcher = (ROOT / "sandbox" / "launcher").glob("*.c")
    long += [path for path in launcher if len(path.read_text().splitlines()) > MOST_C_LINES]

    assert [path.name for path in long] == []


def test_every_module_says_what_it_is_for() -> None:
    """Each module opens with a docstring."""
    assert [path.name for path in SOURCES if not re.match(r'"""\S', path.read_text())] == []
