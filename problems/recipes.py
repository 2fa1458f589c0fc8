"""What a package says about data that it does not hold: how each missing file is to be made.

Reading a package runs nothing, so that a test case whose input or answer has yet to be made stands in the problem with
``MISSING`` in its place, and a recipe tells the rest. ``judge.preparing.generating`` follows recipes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from judge.models import MIB, Blob, Source

#: In place of data that does not exist yet. No content has this digest.
MISSING = Blob(sha256=bytes(32), size=0)

_CHUNK_BYTES = MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedFile:
    """A file of the package whose lines end in CR and LF, as they must not where programs of Unix read them."""

    path: Path
    #: What it holds once every line ends in LF alone.
    blob: Blob


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """An input that a program writes."""

    program: Source
    #: The words after the program's name.
    argv: tuple[str, ...]
    #: The file it writes the input to; empty: its standard output.
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Data that the package holds in a file about something else."""

    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """An answer that a solution gives: the first of these that can."""

    solutions: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingTest:
    """A test case whose input, answer or both are to be made; None for what is there."""

    testcase: str
    input: Generated | Written | None = None
    answer: Solved | Written | None = None


Recipe: TypeAlias = ConvertedFile | MissingTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A file as it is, and as it is with line ends of Unix; both the same where there is nothing to convert."""

    raw: Blob
    converted: Blob


def text(path: Path) -> Text:
    """What the file holds. Data with a NUL byte is no text, and is never converted.

    Raises:
        OSError: the file cannot be read.
    """
    digest, size, is_binary = hashlib.sha256(), 0, False
    converted_digest, converted_size = hashlib.sha256(), 0

    def seen() -> Iterator[bytes]:
        nonlocal size, is_binary
        for chunk in chunks(path):
            digest.update(chunk)
            size += len(chunk)
            is_binary = is_binary or b"\0" in chunk
            yield chunk

    for chunk in unix_lines(seen()):
        converted_digest.update(chunk)
        converted_size += len(chunk)
    raw = Blob(sha256=digest.digest(), size=size)
    converted = Blob(sha256=converted_digest.digest(), size=converted_size)
    return Text(raw=raw, converted=raw if is_binary else converted)


def chunks(path: Path) -> Iterator[bytes]:
    """The file's content, piece by piece."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def unix_lines(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same content with LF for each CR LF, wherever it was cut into pieces. A CR alone stays."""
    held = b""
    for chunk in content:
        joined = held + chunk
        held = b"\r" if joined.endswith(b"\r") else b""
        yield joined[: len(joined) - len(held)].replace(b"\r\n", b"\n")
    if held:
        yield held
