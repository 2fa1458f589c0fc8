"""Reads past what is alike in answer and output, which is mostly all of it, without making words of it.

First past chunks that are the same to the byte, then past words that are the same while the whitespace between them is
not: both sides are brought into one form, a space after each word, and compared as bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from checkers import pieces
from checkers.pieces import Text, cut, settled
from checkers.streams import read_chunk

_SPACES = b"\t\n\v\f\r"
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
_TO_SPACE = bytes.maketrans(_SPACES, b" " * len(_SPACES))
_TO_SPACE_AND_SMALL = bytes.maketrans(_SPACES + _CAPITALS, b" " * len(_SPACES) + _CAPITALS.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where output and answer may part: the unread text of each, from the beginning of a word or a long one's piece."""

    answer: Text
    output: Text
    #: How many pieces of each are known to be alike, beginning with the text.
    answer_skipped: int = 0
    output_skipped: int = 0
    #: Whether the text begins within a long word rather than with a whole one.
    is_tail: bool = False


def skip_same_bytes(answer: BinaryIO, output: BinaryIO) -> Start | None:
    """Read past the chunks that are the same in both, None meaning all of them: most outputs are right to the byte."""
    here = Text(content=b"")
    is_tail = False
    while True:
        ours, theirs = read_chunk(answer), read_chunk(output)
        if ours != theirs:
            return Start(answer=here.after(0, ours), output=here.after(0, theirs), is_tail=is_tail)
        if not ours:
            return None
        text = here.after(0, ours)
        begin = len(text.content) - len(_unfinished_word(text.content))
        is_within_word = begin == 0
        # A long word is kept only from where Pieces would have cut it last.
        whole = settled(len(text.content) - begin)
        is_tail = whole > 0 or (is_tail and is_within_word)
        here = text.after(begin + whole)


def skip_same_words(answer: BinaryIO, output: BinaryIO, start: Start, *, is_folded: bool) -> Start:
    """Read past the chunks whose words are the same in both, whatever whitespace is around them."""
    if start.is_tail:
        return start
    ours = _Words(answer, start.answer, is_folded=is_folded)
    theirs = _Words(output, start.output, is_folded=is_folded)
    while ours.fill() and theirs.fill():
        size = min(len(ours.left), len(theirs.left))
        if ours.left[:size] != theirs.left[:size]:
            break
        ours.take(size)
        theirs.take(size)
    return Start(
        answer=ours.text, output=theirs.text, answer_skipped=ours.pieces_taken(), output_skipped=theirs.pieces_taken()
    )


class _Words:
    """A stream's words, a space after each, as far as whole words of it were read."""

    def __init__(self, stream: BinaryIO, text: Text, *, is_folded: bool) -> None:
        self._stream = stream
        self._table = _TO_SPACE_AND_SMALL if is_folded else _TO_SPACE
        #: What was read and is not known to be alike, from the beginning of a word.
        self.text = text
        #: The words of it that are not.
        self.left = b""
        self._taken = b""
        #: How much of the text is whole words.
        self._whole = 0

    def fill(self) -> bool:
        """Make sure that there are words left, by reading on if need be; False at the end, or within a long word."""
        is_first = not self._whole
        while not self.left:
            chunk = b"" if is_first else read_chunk(self._stream)
            if not chunk and not is_first:
                return False
            is_first = False
            self.text = self.text.after(self._whole, chunk)
            self._taken = b""
            content = self.text.content
            self._whole = len(content) - len(_unfinished_word(content))
            if len(content) - self._whole > pieces.LONG_BYTES:
                return False
            self.left = self._in_one_form(content[: self._whole])
        return True

    def take(self, size: int) -> None:
        self._taken += self.left[:size]
        self.left = self.left[size:]

    def pieces_taken(self) -> int:
        """How many pieces of ``text`` are known to be alike."""
        return len(cut(self._taken.split()))

    def _in_one_form(self, content: bytes) -> bytes:
        text = content.translate(self._table)
        if b"   " in text:
            text = b" ".join(text.split()) + b" "
        elif b"  " in text:
            text = text.replace(b"  ", b" ")
        return text.removeprefix(b" ") if text != b" " else b""


def _unfinished_word(text: bytes) -> bytes:
    """The word that ``text`` ends in the middle of, as far as it goes."""
    if not text or text[-1:].isspace():
        return b""
    return text.rsplit(None, 1)[-1]
