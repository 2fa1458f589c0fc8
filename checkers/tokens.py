"""The default output validator of the ICPC problem package format: compares word by word.

Output and answer are split at ASCII whitespace. Both must hold the same words, A-Z counting as a-z unless the flags say
``case_sensitive``. With ``space_change_sensitive`` the whitespace between, before and after the words must be the same
too. With a float tolerance, a word of the answer that is a number is compared by value, and a word of the output in its
place that is no number is wrong. Content is bytes: no encoding is assumed, and NUL is a byte like any other.

Both streams are read once, in chunks. A word of ``LONG_BYTES`` or more is handled in pieces of that size, the last one
being shorter (empty if need be); equal words give equal pieces, so memory stays bounded whatever the output is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self

from checkers.base import CheckerFailure, CheckOutcome
from checkers.excerpt import excerpt
from checkers.floats import NUMBER_BYTES, Closeness
from checkers.streams import read_chunk

#: Words are handled in pieces of this size where they are that long; they are never numbers.
LONG_BYTES = NUMBER_BYTES

_WORD = re.compile(rb"[^ \t\n\v\f\r]+")
_WORD_OR_SPACE = re.compile(rb"[ \t\n\v\f\r]+|[^ \t\n\v\f\r]+")
_TOLERANCE = re.compile(r"(?:\d*\.\d+|\d+\.|\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SWITCHES = ("case_sensitive", "space_change_sensitive")
_TOLERANCES = ("float_tolerance", "float_relative_tolerance", "float_absolute_tolerance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The flags, understood. A tolerance that is not given is None."""

    is_case_sensitive: bool = False
    is_space_change_sensitive: bool = False
    relative_tolerance: str | None = None
    absolute_tolerance: str | None = None

    @classmethod
    def parse(cls, words: Sequence[str]) -> Self:
        """Understand the flags of a package.

        Raises:
            CheckerFailure: an unknown, repeated or contradictory flag, or a tolerance that is no number.
        """
        given: dict[str, str] = {}
        rest = iter(words)
        for word in rest:
            if word not in (*_SWITCHES, *_TOLERANCES):
                raise CheckerFailure(f"unknown flag {word!r}; there are: {', '.join((*_SWITCHES, *_TOLERANCES))}")
            if word in given:
                raise CheckerFailure(f"flag {word} is given twice")
            given[word] = _tolerance(word, next(rest, None)) if word in _TOLERANCES else ""
        both = given.get("float_tolerance")
        if both is not None and len(given.keys() & set(_TOLERANCES)) > 1:
            raise CheckerFailure("float_tolerance cannot be given together with another float tolerance")
        return cls(
            is_case_sensitive="case_sensitive" in given,
            is_space_change_sensitive="space_change_sensitive" in given,
            relative_tolerance=given.get("float_relative_tolerance", both),
            absolute_tolerance=given.get("float_absolute_tolerance", both),
        )


def _tolerance(flag: str, value: str | None) -> str:
    if value is None or len(value) > 100 or not _TOLERANCE.fullmatch(value) or not math.isfinite(float(value)):
        raise CheckerFailure(f"flag {flag} needs a number like 1e-6 after it, not {value!r}")
    return value


class Tokens:
    """The checker ``tokens``, for one set of flags."""

    def __init__(self, flags: Sequence[str] = ()) -> None:
        self._flags = Flags.parse(flags)
        tolerances = (self._flags.relative_tolerance, self._flags.absolute_tolerance)
        self._closeness = (
            None
            if tolerances == (None, None)
            else Closeness(
                relative=self._flags.relative_tolerance or "0", absolute=self._flags.absolute_tolerance or "0"
            )
        )

    def check(self, answer: BinaryIO, output: BinaryIO) -> CheckOutcome:
        start = _skip_common(answer, output)
        if start is None:
            return CheckOutcome(is_accepted=True)
        expected = _Pieces(answer, start.with_text(start.answer), self._flags)
        got = _Pieces(output, start.with_text(start.output), self._flags)
        is_tail = start.is_tail
        while True:
            count = min(expected.available(), got.available())
            if count == 0:
                return _outcome_at_end(expected, got)
            ours, theirs = expected.peek(count), got.peek(count)
            wrong = None if ours == theirs else self._first_wrong(ours, theirs, is_tail=is_tail)
            if wrong is not None:
                expected.skip(wrong)
                got.skip(wrong)
                return _rejected(expected, got)
            is_tail = len(ours[-1]) == LONG_BYTES
            expected.skip(count)
            got.skip(count)

    def _first_wrong(self, ours: Sequence[bytes], theirs: Sequence[bytes], *, is_tail: bool) -> int | None:
        """Index of the first pieces that differ by more than is tolerated; ``is_tail``: the first ends a long word."""
        if self._closeness is not None and not is_tail and self._closeness.surely_holds(ours, theirs):
            return None
        for index, (wanted, found) in enumerate(zip(ours, theirs, strict=True)):
            if wanted == found:
                continue
            is_part = is_tail if index == 0 else len(ours[index - 1]) == LONG_BYTES
            if self._closeness is None or is_part or not self._closeness.holds(wanted, found):
                return index
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """Where output and answer first part: the unread text of each, from the beginning of a word."""

    answer: bytes
    output: bytes
    line: int
    column: int
    #: Whether the text begins within a long word rather than with a whole one.
    is_tail: bool

    def with_text(self, text: bytes) -> _Text:
        return _Text(content=text, line=self.line, column=self.column)


@dataclass(slots=True, kw_only=True)
class _Text:
    """Bytes of a stream, and the line and column (both from 1, columns in bytes) where they begin."""

    content: bytes
    line: int = 1
    column: int = 1

    def position(self, offset: int) -> tuple[int, int]:
        newlines = self.content.count(b"\n", 0, offset)
        if newlines == 0:
            return self.line, self.column + offset
        return self.line + newlines, offset - self.content.rfind(b"\n", 0, offset)


def _skip_common(answer: BinaryIO, output: BinaryIO) -> _Start | None:
    """Read past the chunks that are the same in both, None meaning all of them: most outputs are right to the byte."""
    here = _Text(content=b"")
    is_tail = False
    while True:
        ours, theirs = read_chunk(answer), read_chunk(output)
        if ours != theirs:
            word = here.content
            return _Start(answer=word + ours, output=word + theirs, line=here.line, column=here.column, is_tail=is_tail)
        if not ours:
            return None
        text = here.content + ours
        begin = len(text) - len(_unfinished_word(text))
        is_within_word = begin == 0
        # A long word is kept only from where _Pieces would have cut it last.
        cut = _settled(len(text) - begin)
        is_tail = cut > 0 or (is_tail and is_within_word)
        here.content = text
        line, column = here.position(begin + cut)
        here = _Text(content=text[begin + cut :], line=line, column=column)


def _unfinished_word(text: bytes) -> bytes:
    """The word that ``text`` ends in the middle of, as far as it goes."""
    if not text or text[-1:].isspace():
        return b""
    return text.rsplit(None, 1)[-1]


class _Pieces:
    """The words of a stream, or words and whitespace in turn, a chunk's worth at a time, cut where they are long."""

    def __init__(self, stream: BinaryIO, text: _Text, flags: Flags) -> None:
        self._stream = stream
        self._flags = flags
        self._text = text
        self._rest = b""
        self._pieces: list[bytes] = []
        self._next = 0
        self._is_over = False
        self._split()

    def available(self) -> int:
        """How many pieces can be had at once; 0 only at the end of the stream."""
        while self._next == len(self._pieces) and not self._is_over:
            line, column = self._text.position(len(self._text.content) - len(self._rest))
            chunk = read_chunk(self._stream)
            self._is_over = not chunk
            self._text = _Text(content=self._rest + chunk, line=line, column=column)
            self._split()
        return len(self._pieces) - self._next

    def peek(self, count: int) -> Sequence[bytes]:
        return self._pieces[self._next : self._next + count]

    def skip(self, count: int) -> None:
        self._next += count

    def describe(self) -> tuple[str, bytes]:
        """Where the next piece stands, and its bytes as they were written."""
        index = self._next
        for found in self._pattern().finditer(self._text.content):
            pieces_of_it = len(found[0]) // LONG_BYTES + 1
            if index < pieces_of_it:
                offset = found.start() + index * LONG_BYTES
                line, column = self._text.position(offset)
                return f"line {line}, column {column}", self._text.content[offset : found.end()]
            index -= pieces_of_it
        line, column = self._text.position(len(self._text.content))
        return f"line {line}, column {column}", b""

    def _split(self) -> None:
        """Make pieces of the text, but for a last one that may go on in the next chunk: that is the rest."""
        text = self._text.content
        folded = text if self._flags.is_case_sensitive else text.lower()
        words = self._pattern().findall(folded) if self._flags.is_space_change_sensitive else folded.split()
        self._next = 0
        self._rest = b""
        is_open = self._flags.is_space_change_sensitive or not text[-1:].isspace()
        if words and not self._is_over and is_open:
            last = words.pop()
            whole = _settled(len(last))
            self._rest = text[len(text) - len(last) + whole :]
            self._pieces = _cut(words)
            self._pieces += [last[at : at + LONG_BYTES] for at in range(0, whole, LONG_BYTES)]
        else:
            self._pieces = _cut(words)

    def _pattern(self) -> re.Pattern[bytes]:
        return _WORD_OR_SPACE if self._flags.is_space_change_sensitive else _WORD


def _settled(size: int) -> int:
    """How much of a word of which ``size`` bytes are known is full pieces for certain.

    At least one byte is kept back, so that the word still shows in what is left and its last piece is not forgotten.
    """
    return (size - 1) // LONG_BYTES * LONG_BYTES if size else 0


def _cut(words: list[bytes]) -> list[bytes]:
    """The words, long ones in pieces. Almost always there is none, and the list itself comes back."""
    if not words or max(map(len, words)) < LONG_BYTES:
        return words
    return [word[at : at + LONG_BYTES] for word in words for at in range(0, len(word) + 1, LONG_BYTES)]


def _outcome_at_end(expected: _Pieces, got: _Pieces) -> CheckOutcome:
    if expected.available() == got.available() == 0:
        return CheckOutcome(is_accepted=True)
    return _rejected(expected, got)


def _rejected(expected: _Pieces, got: _Pieces) -> CheckOutcome:
    has_expected, has_got = expected.available() > 0, got.available() > 0
    wanted, found = expected.describe()[1], got.describe()[1]
    place = got.describe()[0]
    if not has_got:
        return CheckOutcome(is_accepted=False, message=f"{place}: the output ends where {excerpt(wanted)} is expected")
    if not has_expected:
        return CheckOutcome(is_accepted=False, message=f"{place}: {excerpt(found)} follows where nothing is expected")
    return CheckOutcome(is_accepted=False, message=f"{place}: expected {excerpt(wanted)}, got {excerpt(found)}")
