"""Plain values of ``judge.models`` as JSON documents, with bytes kept beside as blobs.

A dataclass is an object with its fields by name, a mapping an object, a sequence an array, an enumeration its value, a
float without bound ``"inf"`` or ``"-inf"``, and bytes ``{"sha256": "…"}``, the name of a blob that holds them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError

from judge.errors import JudgeError, PackageError

T = TypeVar("T")

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_REFERENCE = "sha256"


def encoded(value: object, contents: dict[bytes, bytes]) -> Json:
    """The value as JSON; the bytes in it are added to ``contents``, by their SHA-256.

    Raises:
        PackageError: it holds a text that the database does not take.
    """
    match value:
        case Enum():
            return encoded(value.value, contents)
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case str():
            return _text(value)
        case bytes():
            digest = hashlib.sha256(value).digest()
            contents[digest] = value
            return {_REFERENCE: digest.hex()}
        case Mapping():
            return {_text(str(key)): encoded(item, contents) for key, item in value.items()}
        case Sequence():
            return [encoded(item, contents) for item in value]
        case AbstractSet():
            return [encoded(item, contents) for item in sorted(value)]
    if is_dataclass(value):
        return {field.name: encoded(getattr(value, field.name), contents) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} is not for keeping")


def references(document: Json) -> set[bytes]:
    """The digests of all blobs that a document names."""
    match document:
        case {"sha256": str(digest), **others} if not others:
            return {bytes.fromhex(digest)}
        case dict():
            return {digest for item in document.values() for digest in references(item)}
        case list():
            return {digest for item in document for digest in references(item)}
    return set()


def decoded(adapter: TypeAdapter[T], document: Mapping[str, object], contents: Mapping[bytes, bytes]) -> T:
    """The value that was encoded; what is missing in an older document is the default of today.

    Raises:
        JudgeError: the document is none of that type.
    """
    try:
        return adapter.validate_python(_filled(document, contents))
    except ValidationError as error:
        raise JudgeError(f"a document in the database cannot be read: {error}") from error


def _filled(document: object, contents: Mapping[bytes, bytes]) -> object:
    match document:
        case {"sha256": str(digest), **others} if not others:
            return contents[bytes.fromhex(digest)]
        case dict():
            return {key: _filled(item, contents) for key, item in document.items()}
        case list():
            return [_filled(item, contents) for item in document]
    return document


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        pass
    else:
        if "\0" not in text:
            return text
    raise PackageError([f"the text {text[:60]!r} holds characters that are none; write it without them"])
