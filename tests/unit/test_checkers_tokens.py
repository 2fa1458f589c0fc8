"""The default output validator, against a plain reading of its rules."""

from __future__ import annotations

import io
import random
import re
import time
import tracemalloc
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checkers import floats, pieces, streams
from checkers.base import CheckerFailure, CheckOutcome
from checkers.registry import make

#: Two chunks, and what their words need as objects.
PEAK_BYTES = 32 << 20

_SPACE = b" \t\n\v\f\r"
_FLOAT = re.compile(rb"[+-]?(?:\d*\.\d+|\d+\.|\d+)(?:[eE][+-]?\d+)?")


def check(answer: bytes, output: bytes, *flags: str) -> CheckOutcome:
    return make("tokens", flags).check(io.BytesIO(answer), io.BytesIO(output))


def is_accepted(answer: bytes, output: bytes, *flags: str) -> bool:
    return check(answer, output, *flags).is_accepted


def reference(answer: bytes, output: bytes, flags: Sequence[str]) -> bool:
    """The rules once more: the whole text at once, one word after the other, in exact arithmetic."""
    rest = list(flags)
    tolerance: dict[str, Fraction] = {}
    for flag in [word for word in rest if word.startswith("float")]:
        tolerance[flag] = Fraction(rest[rest.index(flag) + 1])
    both = tolerance.get("float_tolerance")
    relative = tolerance.get("float_relative_tolerance", both)
    absolute = tolerance.get("float_absolute_tolerance", both)
    if "case_sensitive" not in flags:
        answer, output = _folded(answer), _folded(output)
    ours, theirs = (re.findall(rb"[ \t\n\v\f\r]+|[^ \t\n\v\f\r]+", text) for text in (answer, output))
    if "space_change_sensitive" not in flags:
        ours, theirs = ([word for word in words if word[0] not in _SPACE] for words in (ours, theirs))
    if len(ours) != len(theirs):
        return False
    return all(_is_same(one, other, relative, absolute) for one, other in zip(ours, theirs, strict=True))


def _folded(text: bytes) -> bytes:
    return bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in text)


def _is_same(wanted: bytes, found: bytes, relative: Fraction | None, absolute: Fraction | None) -> bool:
    if wanted == found:
        return True
    numbers = [_FLOAT.fullmatch(word) and len(word) < floats.NUMBER_BYTES for word in (wanted, found)]
    if not all(numbers) or (relative is None and absolute is None):
        return False
    answer, value = Fraction(wanted.decode()), Fraction(found.decode())
    bound = max((relative or Fraction(0)) * abs(answer), absolute or Fraction(0))
    return abs(value - answer) <= bound


_FLAGS = st.sampled_from(
    [
        (),
        ("case_sensitive",),
        ("space_change_sensitive",),
        ("space_change_sensitive", "case_sensitive"),
        ("float_tolerance", "0.1"),
        ("float_tolerance", "1e-6"),
        ("float_relative_tolerance", "0.5", "case_sensitive"),
        ("float_absolute_tolerance", ".5", "space_change_sensitive"),
        ("float_absolute_tolerance", "1e-3", "float_relative_tolerance", "1e-1"),
        ("float_tolerance", "0"),
    ]
)
_BYTES = st.binary(max_size=20)
_FEW_BYTES = st.lists(st.sampled_from(b"aA1e.+-_n0 \t\n\v\f\r\0\x85\xa0\x1c"), max_size=40).map(bytes)
_SHORT_WORD = st.lists(st.sampled_from(b"aA1.0"), min_size=1, max_size=12).map(bytes)
_NUMBER = st.from_regex(_FLOAT, fullmatch=True).filter(lambda word: not re.search(rb"[eE][+-]?\d{3,}", word))
_GAP = st.sampled_from([b" ", b"\n", b"\r\n", b"  ", b"\t \n", b" " * 9])


@st.composite
def _nearly_same(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Two texts whose words and gaps mostly agree."""
    answer, output = b"", b""
    for word in draw(st.lists(_SHORT_WORD | _NUMBER, max_size=8)):
        gap = draw(_GAP)
        answer += word + gap
        output += draw(st.sampled_from([word, word, word, word.upper(), word + b"0", word[:-1]]))
        output += draw(st.sampled_from([gap, gap, b" ", b""]))
    return answer, output


_PAIRS = st.one_of(
    _nearly_same(), st.tuples(_FEW_BYTES, _FEW_BYTES), st.tuples(_BYTES, _BYTES), st.tuples(_NUMBER, _NUMBER)
)


class TestAgainstReference:
    """Every choice of flags, on texts that differ a little."""

    @settings(max_examples=1500, deadline=None)
    @given(pair=_PAIRS, flags=_FLAGS, chunk_bytes=st.integers(1, 12), long_bytes=st.integers(2, 8))
    @example(pair=(b"aa aaaa", b"aa  aaaa"), flags=(), chunk_bytes=2, long_bytes=2)
    @example(pair=(b"11110.5", b"11110.6"), flags=("float_tolerance", "0.1"), chunk_bytes=4, long_bytes=4)
    @example(pair=(b"aaaa", b"aa aa"), flags=(), chunk_bytes=12, long_bytes=2)
    def test_however_the_stream_is_cut(
        self, pair: tuple[bytes, bytes], flags: tuple[str, ...], chunk_bytes: int, long_bytes: int
    ) -> None:
        """Chunk ends and long words never change the outcome: chunks of a few bytes judge like the whole text."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(streams, "CHUNK_BYTES", chunk_bytes)
            patch.setattr(pieces, "LONG_BYTES", long_bytes)
            patch.setattr(floats, "NUMBER_BYTES", long_bytes)

            assert is_accepted(*pair, *flags) == reference(*pair, flags)

    @settings(max_examples=800, deadline=None)
    @given(pair=_PAIRS, flags=_FLAGS)
    def test_at_its_real_sizes(self, pair: tuple[bytes, bytes], flags: tuple[str, ...]) -> None:
        """The outcome is that of the rules."""
        assert is_accepted(*pair, *flags) == reference(*pair, flags)

    @settings(max_examples=500, deadline=None)
    @given(
        answer=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=8),
        steps=st.integers(-3, 3),
        tolerance=st.sampled_from(["1e-6", "1e-8", "0.25", "1e-12"]),
    )
    def test_on_the_edge_of_the_tolerance(self, answer: object, steps: int, tolerance: str) -> None:
        """A difference of exactly the tolerance is accepted and the next larger one is not, at any magnitude."""
        exact = Fraction(str(answer)) + Fraction(tolerance) * (1 + Fraction(steps, 10**9))
        output = f"{exact.numerator * 10**30 // exact.denominator}e-30".encode()
        flags = ("float_absolute_tolerance", tolerance)

        assert is_accepted(str(answer).encode(), output, *flags) == reference(str(answer).encode(), output, flags)


class TestRules:
    """Single rules, said out loud."""

    @pytest.mark.parametrize("space", [bytes([byte]) for byte in _SPACE])
    def test_ascii_whitespace_separates(self, space: bytes) -> None:
        """All six whitespace characters of ASCII separate words, and how many there are does not matter."""
        assert is_accepted(b"1 2\n", space * 3 + b"1" + space + b"2")

    @pytest.mark.parametrize("other", [b"\0", b"\x1c", b"\x85", b"\xa0", "\u2003".encode()])
    def test_nothing_else_separates(self, other: bytes) -> None:
        """NUL, separators and the spaces of Unicode are bytes of a word."""
        assert not is_accepted(b"1 2", b"1" + other + b"2")
        assert is_accepted(b"1" + other + b"2", b"1" + other + b"2 ")

    def test_case(self) -> None:
        """Case of A-Z is ignored unless the flag says otherwise, and that of other letters never is."""
        assert is_accepted(b"Yes", b"yES")
        assert not is_accepted(b"Yes", b"yES", "case_sensitive")
        assert not is_accepted("\u00c4".encode(), "\u00e4".encode())

    @pytest.mark.parametrize("output", [b"1 2", b" 1 2\n", b"1  2\n", b"1\t2\n", b"1 2\n\n", b"1 2\r\n"])
    def test_space_change_sensitive(self, output: bytes) -> None:
        """With the flag, any change of whitespace is wrong, at the beginning and the end too."""
        assert is_accepted(b"1 2\n", output)
        assert not is_accepted(b"1 2\n", output, "space_change_sensitive")

    @pytest.mark.parametrize(
        "word", [b"nan", b"NaN", b"inf", b"-inf", b"Infinity", b"0x1p0", b"1_0", b"1e", b"1e+", b".", b"1.0f", b"1,0"]
    )
    def test_what_is_no_number(self, word: bytes) -> None:
        """Names, hexadecimal and unfinished numbers are wrong where a number is expected, whatever the tolerance."""
        assert not is_accepted(b"1", word, "float_tolerance", "1e9")

    @pytest.mark.parametrize("word", [b"1.", b"1.0", b"+1", b"1e0", b"1E-00", b".1e1", b"01", b"10e-1"])
    def test_what_is_a_number(self, word: bytes) -> None:
        """All spellings of the format's grammar are understood."""
        assert is_accepted(b"1", word, "float_tolerance", "1e-9")
        assert not is_accepted(b"1", word)

    @pytest.mark.parametrize("answer", [b"nan", b"inf", b"0x10", b"n/a"])
    def test_words_among_numbers(self, answer: bytes) -> None:
        """An answer that is no number must be met as text, even with a tolerance."""
        assert is_accepted(answer, answer.upper(), "float_tolerance", "1")
        assert not is_accepted(answer, b"16", "float_tolerance", "1")

    def test_beyond_a_double(self) -> None:
        """Numbers that overflow a double are still compared by value, not all taken for infinity."""
        assert is_accepted(b"1e400", b"10e399", "float_tolerance", "1e-6")
        assert not is_accepted(b"1e400", b"1e401", "float_tolerance", "1e-6")
        assert not is_accepted(b"1e999999999999", b"1e99999999999", "float_tolerance", "1e-6")
        assert not is_accepted(b"1", b"1e99999999999999999999", "float_tolerance", "1e-6")

    def test_relative_is_to_the_answer(self) -> None:
        """The relative error is measured by the answer, not by the output."""
        assert is_accepted(b"100", b"110", "float_relative_tolerance", "0.1")
        assert not is_accepted(b"110", b"98.9", "float_relative_tolerance", "0.1")
        assert not is_accepted(b"0", b"1e-9", "float_relative_tolerance", "0.1")


class TestMessage:
    """What a judge reads."""

    @pytest.mark.parametrize(
        ("answer", "output", "message"),
        [
            (b"1\n2 3\n", b"1\n2 4\n", 'line 2, column 3: expected "3", got "4"'),
            (b"1\n2\n", b"1\n", 'line 2, column 1: the output ends where "2" is expected'),
            (b"1\n", b"1\n\n 7 8", 'line 3, column 2: "7" follows where nothing is expected'),
            (b"Ab", b"aC", 'line 1, column 1: expected "Ab", got "aC"'),
            (b"x", b'\x1b[31m\0\xff"\\', 'line 1, column 1: expected "x", got "\\x1b[31m\\x00\\xff\\"\\"'),
            (b"x", "\u202ey".encode(), 'line 1, column 1: expected "x", got "\\u202ey"'),
            (b"x", b"y" * 100, 'line 1, column 1: expected "x", got "' + "y" * 40 + '"...'),
        ],
    )
    def test_names_the_first_difference(self, answer: bytes, output: bytes, message: str) -> None:
        """Line, column, what was expected and what came: cut short, control characters escaped."""
        assert check(answer, output).message == message

    def test_names_the_place_far_into_a_file(self) -> None:
        """Line and column count from the beginning of the output, through equal chunks and unequal ones."""
        lines = [b"%d %d" % (number, number * 7) for number in range(100_000)]
        answer = b"\n".join(lines)
        lines[90_000] = b"90000 630001"
        same_spacing, other_spacing = b"\n".join(lines), b"\r\n".join(lines)

        for output in (same_spacing, other_spacing):
            assert check(answer, output).message == 'line 90001, column 7: expected "630000", got "630001"'

    def test_names_the_place_of_changed_space(self) -> None:
        """A difference in whitespace is shown as such."""
        message = check(b"1 2\n", b"1  2\n", "space_change_sensitive").message

        assert message == 'line 1, column 2: expected " ", got "  "'


class TestFlags:
    """Flags come from a package and may be anything."""

    @pytest.mark.parametrize(
        ("flags", "complaint"),
        [
            (["ignore_case"], "unknown flag 'ignore_case'"),
            (["float_tolerance"], "needs a number"),
            (["float_tolerance", "small"], "needs a number"),
            (["float_tolerance", "-1"], "needs a number"),
            (["float_tolerance", "nan"], "needs a number"),
            (["float_tolerance", "1e999"], "needs a number"),
            (["float_tolerance", "1e-6", "float_tolerance", "1e-6"], "given twice"),
            (["float_tolerance", "1", "float_absolute_tolerance", "1"], "together"),
            (["float_relative_tolerance", "1", "float_tolerance", "1"], "together"),
            (["case_sensitive", "case_sensitive"], "given twice"),
            (["1e-6"], "unknown flag"),
        ],
    )
    def test_bad_flags(self, flags: list[str], complaint: str) -> None:
        """Unknown, repeated and contradictory flags are refused in words, not ignored."""
        with pytest.raises(CheckerFailure, match=complaint):
            make("tokens", flags)


class _Dribble(io.RawIOBase):
    """A raw stream that hands out one to three bytes at a time, as a pipe may."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)
        self._random = random.Random(1)

    def read(self, size: int = -1, /) -> bytes:
        return self._content.read(min(size, self._random.randint(1, 3)))


class TestHugeOutputs:
    """Bounded time and memory, whatever is printed."""

    @pytest.mark.parametrize(
        "output", [b"x" * (64 << 20), b" " * (64 << 20), b"x " * (32 << 20)], ids=["one word", "space", "many words"]
    )
    @pytest.mark.parametrize("flags", [(), ("space_change_sensitive",), ("float_tolerance", "1e-6")])
    def test_memory_is_bounded(self, output: bytes, flags: tuple[str, ...]) -> None:
        """64 MB compare in a few, whether or not the answer is as long."""
        for answer in (b"y" + output[1:-1] + b"y", b"1\n"):
            ours, theirs = io.BytesIO(answer), io.BytesIO(output)
            tracemalloc.start()
            outcome = make("tokens", flags).check(ours, theirs)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()

            assert not outcome.is_accepted
            assert peak < PEAK_BYTES

    def test_one_long_word(self) -> None:
        """The last byte of a word of 64 MB counts, though the word is never held as a whole."""
        word = b"x" * (64 << 20)
        answer, output = io.BytesIO(word + b"y"), io.BytesIO(b" " + word + b"z")
        tracemalloc.start()
        outcome = make("tokens", []).check(answer, output)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert outcome.message == f'line 1, column {len(word) + 2}: expected "y", got "z"'
        assert peak < PEAK_BYTES

    def test_five_megabytes_are_fast(self) -> None:
        """A right answer of 5 MB takes well under a second, in other spacing or as other spellings of numbers too."""
        numbers = [number * 7919 % 1_000_003 for number in range(700_000)]
        answer = b"\n".join(b"%d" % number for number in numbers)
        cases: list[tuple[bytes, bytes, tuple[str, ...]]] = [
            (answer, answer, ()),
            (answer, answer.replace(b"\n", b" "), ()),
        ]
        wanted = b"\n".join(b"0.%d" % number for number in numbers[:500_000])
        cases.append((wanted, wanted.replace(b"\n", b"1\n"), ("float_tolerance", "1e-2")))
        for ours, theirs, flags in cases:
            started = time.process_time()

            assert is_accepted(ours, theirs, *flags)
            assert time.process_time() - started < 1.0

    def test_streams_that_dribble(self) -> None:
        """Short reads are no end: raw streams compare like buffered ones."""
        content = b"12 345\n6 " * 200
        checker = make("tokens", [])

        assert checker.check(_Dribble(content), io.BytesIO(content)).is_accepted  # type: ignore[arg-type]
        assert not checker.check(io.BytesIO(content), _Dribble(content[:-2])).is_accepted  # type: ignore[arg-type]
