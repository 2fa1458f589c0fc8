"""The exact comparison by lines."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkers import streams
from checkers.base import CheckerFailure, CheckOutcome
from checkers.registry import make


def check(answer: bytes, output: bytes) -> CheckOutcome:
    return make("lines", []).check(io.BytesIO(answer), io.BytesIO(output))


def lines_of(text: bytes) -> list[bytes]:
    """The lines, by the definition in the module's docstring."""
    lines = text.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


_TEXTS = st.lists(st.sampled_from(b"ab\n\r "), max_size=12).map(bytes)


@settings(max_examples=1500, deadline=None)
@given(answer=_TEXTS, output=_TEXTS, extra=st.sampled_from([b"", b"\n", b"\n\n", b"a"]), chunk_bytes=st.integers(1, 9))
def test_is_equality_of_lines(answer: bytes, output: bytes, extra: bytes, chunk_bytes: int) -> None:
    """Accepted exactly if the lists of lines are equal, wherever the chunks end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "CHUNK_BYTES", chunk_bytes)
        for theirs in (output, answer + extra):
            assert check(answer, theirs).is_accepted == (lines_of(answer) == lines_of(theirs))
            assert check(theirs, answer).is_accepted == (lines_of(answer) == lines_of(theirs))


@pytest.mark.parametrize(("answer", "output"), [(b"a\n", b"a"), (b"a", b"a\n"), (b"", b"")])
def test_missing_last_newline_is_forgiven(answer: bytes, output: bytes) -> None:
    """A last line counts with or without its newline, on either side."""
    assert check(answer, output).is_accepted


@pytest.mark.parametrize(
    ("answer", "output", "message"),
    [
        (b"a\n", b"a\n\n", 'line 2, column 1: "\\n" follows where nothing is expected'),
        (b"", b"\n", 'line 1, column 1: "\\n" follows where nothing is expected'),
        (b"a b\nc\n", b"a b\nd\n", 'line 2, column 1: expected "c\\n", got "d\\n"'),
        (b"a b\n", b"a  b\n", 'line 1, column 3: expected "b\\n", got " b\\n"'),
        (b"a\n", b"a\r\n", 'line 1, column 2: expected "\\n", got "\\r\\n"'),
        (b"a\nb\n", b"a\n", 'line 2, column 1: the output ends where "b\\n" is expected'),
        (b"A", b"a", 'line 1, column 1: expected "A", got "a"'),
    ],
)
def test_message_names_the_first_difference(answer: bytes, output: bytes, message: str) -> None:
    """Any other difference is wrong, and the message says where and what, with control characters escaped."""
    assert check(answer, output) == CheckOutcome(is_accepted=False, message=message)


def test_place_in_a_large_file() -> None:
    """Lines are counted through all chunks before the difference."""
    answer = b"".join(b"%07d\n" % number for number in range(200_000))
    output = answer.replace(b"0150000\n", b"0150001\n")

    assert check(answer, output).message == 'line 150001, column 7: expected "0\\n", got "1\\n"'


def test_takes_no_flags() -> None:
    """A flag that would have no effect is refused."""
    with pytest.raises(CheckerFailure, match="unknown flag 'case_sensitive'"):
        make("lines", ["case_sensitive"])
