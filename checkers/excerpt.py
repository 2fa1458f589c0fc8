"""Quoting bytes of an output or answer in a message: short, on one line, and harmless on a terminal or a page."""

from __future__ import annotations

SHOWN_BYTES = 40


def excerpt(content: bytes) -> str:
    """``content`` in double quotes, cut to a few bytes, with everything that is not plainly printable escaped."""
    text = content[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
    quoted = "".join(_escaped(char) for char in text)
    return f'"{quoted}"' + ("..." if len(content) > SHOWN_BYTES else "")


def _escaped(char: str) -> str:
    if char == '"':
        return "\\" + char
    # isprintable() is false for controls and for the invisible characters that reorder or hide text.
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
