"""Puts a package's constants into its texts and programs (2025-09, "Constants").

A constant stands as ``{{name}}``, or as ``{{name.variant}}`` where it has variants. They are replaced as a package is
read, so that nothing behind ``problems`` knows of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from judge.models import MIB

#: What replacing may put into one file.
_MOST_GROWN_BYTES = 16 * MIB

NONE: Mapping[str, str] = MappingProxyType({})

_SEQUENCE = re.compile(rb"\{\{([a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)?)\}\}")


def replaced(text: str, constants: Mapping[str, str]) -> str:
    """The text with values in the place of their names; names that nobody gave a value stay as they are."""
    return replaced_in(text.encode("utf-8", "surrogatepass"), constants).decode("utf-8", "surrogatepass")


def replaced_in(content: bytes, constants: Mapping[str, str]) -> bytes:
    """As ``replaced``, of bytes in whatever encoding they are."""
    if not constants or b"{{" not in content:
        return content
    grown = _Growth(constants)
    return _SEQUENCE.sub(grown.value, content)


class _Growth:
    """Gives values until so much has been added that somebody is playing with us."""

    def __init__(self, constants: Mapping[str, str]) -> None:
        self._constants = constants
        self._left = _MOST_GROWN_BYTES

    def value(self, match: re.Match[bytes]) -> bytes:
        found = self._constants.get(match[1].decode())
        if found is None or self._left <= 0:
            return match[0]
        value = found.encode()
        self._left -= len(value)
        return value
