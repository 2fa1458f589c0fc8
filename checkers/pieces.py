"""A stream as words, or as words and whitespace in turn, in bounded memory.

A word of ``LONG_BYTES`` or more is handled in pieces of that size, the last one being shorter (empty if need be); equal
words give equal pieces, so memory stays bounded whatever the stream holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from checkers.floats import NUMBER_BYTES
from checkers.streams import read_chunk

#: Words are handled in pieces of this size where they are that long; they are never numbers.
LONG_BYTES = NUMBER_BYTES

_WORD = re.compile(rb"[^ \t\n\v\f\r]+")
_WORD_OR_SPACE = re.compile(rb"[ \t\n\v\f\r]+|[^ \t\n\v\f\r]+")


@dataclass(slots=True, kw_only=True)
class Text:
    """Bytes of a stream, and the line and column (both from 1, columns in bytes) where they begin."""

    content: bytes
    line: int = 1
    column: int = 1

    def position(self, offset: int) -> tuple[int, int]:
        newlines = self.content.count(b"\n", 0, offset)
        if newlines == 0:
            return self.line, self.column + offset
        return self.line + newlines, offset - self.content.rfind(b"\n", 0, offset)

    def after(self, offset: int, more: bytes = b"") -> Text:
        """What is left behind the offset, and more of the stream."""
        line, column = self.position(offset)
        return Text(content=self.content[offset:] + more, line=line, column=column)


class Pieces:
    """The words of a stream, or words and whitespace in turn, a chunk's worth at a time, cut where they are long."""

    def __init__(self, stream: BinaryIO, text: Text, *, is_folded: bool, has_spaces: bool) -> None:
        """Begin with the text, which was read from the stream already and begins a word.

        Args:
            stream: what comes after the text.
            text: the beginning.
            is_folded: whether A-Z count as a-z.
            has_spaces: whether whitespace is pieces too.
        """
        self._stream = stream
        self._is_folded = is_folded
        self._has_spaces = has_spaces
        self._text = text
        self._rest = b""
        self._pieces: list[bytes] = []
        self._next = 0
        self._is_over = False
        self._split()

    def available(self) -> int:
        """How many pieces can be had at once; 0 only at the end of the stream."""
        while self._next == len(self._pieces) and not self._is_over:
            chunk = read_chunk(self._stream)
            self._is_over = not chunk
            self._text = self._text.after(len(self._text.content) - len(self._rest), chunk)
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
        folded = text.lower() if self._is_folded else text
        words = self._pattern().findall(folded) if self._has_spaces else folded.split()
        self._next = 0
        self._rest = b""
        is_open = self._has_spaces or not text[-1:].isspace()
        if words and not self._is_over and is_open:
            last = words.pop()
            whole = settled(len(last))
            self._rest = text[len(text) - len(last) + whole :]
            self._pieces = cut(words)
            self._pieces += [last[at : at + LONG_BYTES] for at in range(0, whole, LONG_BYTES)]
        else:
            self._pieces = cut(words)

    def _pattern(self) -> re.Pattern[bytes]:
        return _WORD_OR_SPACE if self._has_spaces else _WORD


def settled(size: int) -> int:
    """How much of a word of which ``size`` bytes are known is full pieces for certain.

    At least one byte is kept back, so that the word still shows in what is left and its last piece is not forgotten.
    """
    return (size - 1) // LONG_BYTES * LONG_BYTES if size else 0


def cut(words: list[bytes]) -> list[bytes]:
    """The words, long ones in pieces. Almost always there is none, and the list itself comes back."""
    if not words or max(map(len, words)) < LONG_BYTES:
        return words
    return [word[at : at + LONG_BYTES] for word in words for at in range(0, len(word) + 1, LONG_BYTES)]
