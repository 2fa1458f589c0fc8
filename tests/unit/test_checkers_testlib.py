"""testlib's exit codes and standard error."""

from __future__ import annotations

import pytest

from checkers import testlib
from checkers.base import CheckerFailure, CheckOutcome


def read(
    exit_code: int | None, stderr: bytes = b"", *, signal: int | None = None, ended_by: str = "itself"
) -> CheckOutcome:
    return testlib.read(exit_code=exit_code, signal=signal, ended_by=ended_by, stderr=stderr)


@pytest.mark.parametrize(("exit_code", "is_accepted"), [(0, True), (1, False), (2, False), (4, False), (8, False)])
def test_what_accepts_and_what_rejects(exit_code: int, is_accepted: bool) -> None:
    """0 accepts; wrong answer, presentation error, dirt and unexpected end of file reject; the words are for judges."""
    assert read(exit_code, b"ok 3 numbers\n") == CheckOutcome(is_accepted=is_accepted, message="ok 3 numbers")


@pytest.mark.parametrize(
    ("stderr", "points"),
    [(b"points 12.5 nearly\n", 12.5), (b"points 0\n", 0.0), (b"  points 3 \xff\n", 3.0), (b"points 1000000", 1e6)],
)
def test_points(stderr: bytes, points: float) -> None:
    """Exit code 7 gives the points that standard error begins with, and accepts nothing."""
    checked = read(7, stderr)

    assert (checked.is_accepted, checked.score) == (False, points)


@pytest.mark.parametrize(
    ("exit_code", "stderr", "words"),
    [
        (3, b"FAIL answer differs", "exited with 3"),
        (7, b"points points_info=half", "points X"),
        (7, b"points -1", "points X"),
        (7, b"wrong answer", "points X"),
        (5, b"", "exited with 5"),
        (42, b"", "exited with 42"),
        (255, b"", "exited with 255"),
    ],
)
def test_a_checker_that_fails(exit_code: int, stderr: bytes, words: str) -> None:
    """Whatever else it ends with is its own failure, and says so with its words."""
    with pytest.raises(CheckerFailure, match=words):
        read(exit_code, stderr)


def test_a_checker_that_is_ended() -> None:
    """A signal or a limit is the checker's failure, whatever its exit code would have been."""
    with pytest.raises(CheckerFailure, match="signal 11"):
        read(None, signal=11)
    with pytest.raises(CheckerFailure, match="CPU time"):
        read(0, ended_by="cpu")


def test_what_it_says_cannot_forge() -> None:
    """Control characters of standard error do not reach a terminal or page, and a long text is cut."""
    checked = read(1, b"wrong answer \x1b[2J\x00" + "\u202e".encode() + b"x" * 100_000)

    assert checked.message.startswith("wrong answer [2Jxxx")
    assert len(checked.message) <= 4000
