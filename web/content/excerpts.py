"""The beginning of some bytes as a page shows it: as text where they are text, else as hexadecimal digits."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass

TEXT_BYTES = 8192
HEX_BYTES = 2048

_ROW_BYTES = 16
_USUAL = frozenset("\n\t\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What is shown of it."""

    text: str
    is_hex: bool
    #: Whether that is all of it.
    is_whole: bool
    size: int


def excerpt(beginning: bytes, size: int, *, as_hex: bool | None = None) -> Excerpt:
    """What to show.

    Args:
        beginning: of the bytes, ``TEXT_BYTES`` of them if there are as many.
        size: how many there are in all.
        as_hex: in which way; None: as text if they are one.
    """
    text = _text(beginning, is_whole=len(beginning) == size)
    if as_hex or (as_hex is None and text is None):
        shown = beginning[:HEX_BYTES]
        return Excerpt(text=_rows(shown), is_hex=True, is_whole=len(shown) == size, size=size)
    if text is None:
        text = beginning.decode(errors="replace")
    return Excerpt(text=text, is_hex=False, is_whole=len(beginning) == size, size=size)


def _text(content: bytes, *, is_whole: bool) -> str | None:
    """The bytes as text, without a character that was cut in two; None where they are none."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(content, final=is_whole)
    except UnicodeDecodeError:
        return None
    odd = (char for char in text if unicodedata.category(char) == "Cc" and char not in _USUAL)
    return None if next(odd, None) is not None else text


def _rows(content: bytes) -> str:
    return "\n".join(
        f"{at:08x}  {content[at : at + _ROW_BYTES].hex(' '):<{3 * _ROW_BYTES}} "
        + "".join(chr(byte) if 32 <= byte < 127 else "." for byte in content[at : at + _ROW_BYTES])
        for at in range(0, len(content), _ROW_BYTES)
    )
