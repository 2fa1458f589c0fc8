"""The calling convention of output validators."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkers import validator
from checkers.base import CheckerFailure, CheckOutcome
from sandbox.outcome import EndedBy


def read(
    exit_code: int | None = 42,
    *,
    signal: int | None = None,
    ended_by: str = EndedBy.ITSELF,
    feedback: Mapping[str, bytes] | None = None,
    stderr: bytes = b"",
) -> CheckOutcome:
    return validator.read(exit_code=exit_code, signal=signal, ended_by=ended_by, feedback=feedback or {}, stderr=stderr)


def test_argv() -> None:
    """Input, answer and feedback directory in that order, then the flags; the directory ends with a slash."""
    argv = validator.argv(("/work/program",), ("a", "b c"))

    assert argv == ("/work/program", "/data/input", "/data/answer", "/feedback/", "a", "b c")


@pytest.mark.parametrize(("exit_code", "is_accepted"), [(42, True), (43, False)])
def test_the_two_answers(exit_code: int, is_accepted: bool) -> None:
    """42 accepts and 43 rejects, whether or not a message was left."""
    feedback = {"judgemessage.txt": b"edge 3 is missing\n", "score.txt": b"1"}

    assert read(exit_code) == CheckOutcome(is_accepted=is_accepted)
    assert read(exit_code, feedback=feedback) == CheckOutcome(
        is_accepted=is_accepted, message="edge 3 is missing", score=1.0
    )


@given(exit_code=st.integers(0, 255).filter(lambda code: code not in (42, 43)))
def test_any_other_exit_code_is_a_failure(exit_code: int) -> None:
    """Zero and one too: a validator that forgot the convention never accepts or rejects by accident."""
    with pytest.raises(CheckerFailure, match=f"exited with {exit_code},"):
        read(exit_code)


@pytest.mark.parametrize(
    ("ended_by", "words"),
    [
        (EndedBy.CPU, "validation_time"),
        (EndedBy.WALL, "did not end in time"),
        (EndedBy.MEMORY, "validation_memory"),
        (EndedBy.OUTPUT, "validation_output"),
        ("stars", "limit 'stars'"),
    ],
)
def test_passing_a_limit_is_a_failure(ended_by: str, words: str) -> None:
    """A limit counts even where the exit code looks like an answer, and the message names the setting to change."""
    with pytest.raises(CheckerFailure, match=words):
        read(42, ended_by=ended_by)


def test_a_signal_is_a_failure() -> None:
    """A crash is named by its signal, with what the validator said before it."""
    with pytest.raises(CheckerFailure) as failure:
        read(None, signal=11, feedback={"judgemessage.txt": b"so far so good"}, stderr=b"assert\x07 failed\n")

    assert str(failure.value) == (
        "output validator was killed by signal 11\njudgemessage.txt: so far so good\nstandard error: assert failed"
    )


@given(content=st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
def test_messages_are_harmless(content: bytes) -> None:
    """No control character but newline and tab survives, whatever bytes the validator wrote."""
    message = read(43, feedback={"judgemessage.txt": content}).message

    assert all(char in "\n\t" or not (ord(char) < 32 or 127 <= ord(char) < 160) for char in message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\tb\nc\r\n\x1b[2J", "a\tb\nc\n[2J"),
        (b"caf\xc3\xa9 \xff", "caf\u00e9 \ufffd"),
        ("\u202eevil\u2066".encode(), "evil"),
    ],
)
def test_cleaning(content: bytes, message: str) -> None:
    """Text stays, escapes and characters that reorder text go, broken UTF-8 is marked."""
    assert read(43, feedback={"judgemessage.txt": content}).message == message


@pytest.mark.parametrize("char", ["x", "\u00e9", "\U0001f600"])
def test_messages_are_capped(char: str) -> None:
    """A message of many megabytes becomes a short one; of standard error the end is kept."""
    content = (char * 5_000_000).encode()

    assert read(43, feedback={"judgemessage.txt": content}).message == char * validator.MESSAGE_CHARS
    with pytest.raises(CheckerFailure) as failure:
        read(1, stderr=content + b"the end")
    assert str(failure.value).endswith(char + "the end")
    assert len(str(failure.value)) < validator.STDERR_CHARS + 200
