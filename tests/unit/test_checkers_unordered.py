"""Lines in any order, and files that must be the same."""

from __future__ import annotations

import io
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkers import streams, unordered
from checkers.base import CheckerFailure, CheckOutcome
from checkers.registry import make

_TEXT = st.lists(st.sampled_from(b"aAb \t\r\n"), max_size=40).map(bytes)


def check(name: str, answer: bytes, output: bytes, *flags: str) -> CheckOutcome:
    return make(name, flags).check(io.BytesIO(answer), io.BytesIO(output))


def _bag(text: bytes) -> Counter[tuple[bytes, ...]]:
    return Counter(tuple(line.lower().split()) for line in text.split(b"\n") if line.split())


@given(answer=_TEXT, output=_TEXT, seed=st.integers(), chunk_bytes=st.integers(1, 9))
def test_unordered_against_reference(answer: bytes, output: bytes, seed: int, chunk_bytes: int) -> None:
    """The bags of lines decide, however the streams are cut; shuffling the answer is always right."""
    lines = answer.split(b"\n")
    random.Random(seed).shuffle(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "CHUNK_BYTES", chunk_bytes)

        assert check("unordered", answer, output).is_accepted == (_bag(answer) == _bag(output))
        assert check("unordered", answer, b"\n".join(lines)).is_accepted


@pytest.mark.parametrize(
    ("answer", "output", "message"),
    [
        (b"1 2\n3\n", b"3\n1 2\n3\n", 'line 3: "3" is not expected, or not as often'),
        (b"1 2\n3\n", b"4\n", 'line 1: "4" is not expected, or not as often'),
        (b"1 2\n3\n3\n", b"3\n", "the output ends, and 2 of the expected lines are not in it"),
    ],
)
def test_unordered_messages(answer: bytes, output: bytes, message: str) -> None:
    """A judge reads which line is wrong, or how many are missing."""
    assert check("unordered", answer, output).message == message


def test_unordered_case() -> None:
    """Case counts only where the flag says so."""
    assert check("unordered", b"a\nB", b"b\nA").is_accepted
    assert not check("unordered", b"a\nB", b"b\nA", "case_sensitive").is_accepted
    with pytest.raises(CheckerFailure, match="case_sensitive alone"):
        make("unordered", ["float_tolerance", "1"])
    with pytest.raises(CheckerFailure, match="twice"):
        make("unordered", ["case_sensitive", "case_sensitive"])


def test_unordered_long_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line too long to be held is wrong in an output, and the package's fault in an answer."""
    monkeypatch.setattr(unordered, "LINE_BYTES", 100)

    assert check("unordered", b"1\n", b"1\n" + b"x" * 200).message.startswith("line 2 is longer than 100 bytes")
    with pytest.raises(CheckerFailure, match="the answer's line 1 is longer"):
        check("unordered", b"x" * 200, b"1\n")


@given(answer=st.binary(max_size=30), output=st.binary(max_size=30), chunk_bytes=st.integers(1, 9))
def test_identical(answer: bytes, output: bytes, chunk_bytes: int) -> None:
    """Equal bytes are accepted and nothing else is; the message says where they part."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "CHUNK_BYTES", chunk_bytes)

        assert check("identical", answer, answer).is_accepted
        outcome = check("identical", answer, output)
    assert outcome.is_accepted == (answer == output)
    assert outcome.is_accepted or outcome.message.startswith("line ")


def test_identical_forgives_nothing() -> None:
    """The newline of the last line counts."""
    assert check("identical", b"1\n", b"1").message == 'line 1, column 2: the output ends where "\\n" is expected'
    with pytest.raises(CheckerFailure, match="takes none"):
        make("identical", ["x"])
