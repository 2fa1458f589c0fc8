"""What a Java source says of itself: its package, its top-level classes, and which of these can be started.

A source is read token by token in one pass over its bytes: comments and texts may hold anything, and the time taken has
to grow with the length only, for contestants write these files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

_TOKEN = re.compile(
    rb"""
      //[^\n]*+
    | /\*.*?(?:\*/|\Z)
    | \"\"\".*?(?:\"\"\"|\Z)
    | "(?:[^"\\\n]|\\.)*+"?
    | '(?:[^'\\\n]|\\.)*+'?
    | (?P<token>[A-Za-z_$\x80-\xff][\w$\x80-\xff]*+|[{}();.@])
    """,
    re.DOTALL | re.VERBOSE,
)
_KINDS = frozenset({"class", "interface", "enum", "record"})
_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class JavaClass:
    """A top-level class, interface, enum or record."""

    name: str
    is_public: bool
    #: Whether it has a ``public static void main(…)`` of its own.
    has_main: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JavaFile:
    """A compilation unit."""

    #: Empty where it declares none.
    package: str
    classes: tuple[JavaClass, ...]

    @property
    def public_class(self) -> str | None:
        """The class that the file has to be named after."""
        return next((item.name for item in self.classes if item.is_public), None)

    def full_name(self, name: str) -> str:
        return f"{self.package}.{name}" if self.package else name


def read(content: bytes) -> JavaFile:
    """What the source declares; of something that is no Java, whatever looks like it."""
    reader = _Reader()
    for match in _TOKEN.finditer(content):
        if token := match["token"]:
            reader.take(token.decode("utf-8", "replace"))
    reader.end_class()
    return JavaFile(package=reader.package, classes=tuple(reader.classes))


def file_name(path: str, content: bytes) -> str:
    """What the compiler wants a file to be called: like its public class, if it has one."""
    public = read(content).public_class if PurePosixPath(path).suffix == ".java" else None
    return str(PurePosixPath(path).with_name(f"{public}.java")) if public else path


def main_class(contents: Mapping[str, bytes], entry_point: str) -> str:
    """The class to start, within its package: the entry point, else Main, else the first that has a main.

    Args:
        contents: all files of the program by name, at least one.
        entry_point: a file or a class; empty where none was named.
    """
    files = {name: read(content) for name, content in contents.items() if name.endswith(".java")}
    wanted = entry_point.removesuffix(".java")
    if entry_point in files:
        files = {entry_point: files[entry_point]}
    elif _NAME.fullmatch(wanted):
        return _full_name(wanted, files.values())
    startable = [(found, item) for found in files.values() for item in found.classes if item.has_main]
    startable.sort(key=lambda pair: (pair[1].name != "Main", not pair[1].is_public))
    if startable:
        return startable[0][0].full_name(startable[0][1].name)
    first = next(iter(files), next(iter(contents)))
    stem = PurePosixPath(first).stem
    return files[first].full_name(stem) if first in files else stem


def _full_name(name: str, files: Iterable[JavaFile]) -> str:
    """A class's name with its package, which whoever names an entry point may leave out."""
    for file in files:
        if any(item.name == name for item in file.classes):
            return file.full_name(name)
    return name


class _Reader:
    """Where in the file we are: how deep in braces, in which class, and in the middle of which declaration."""

    def __init__(self) -> None:
        self.package = ""
        self.classes: list[JavaClass] = []
        self._depth = 0
        #: The tokens since the last that ended a statement or a block.
        self._head: list[str] = []
        self._name: str | None = None
        self._kind = ""
        self._is_public = False
        self._has_main = False

    def take(self, word: str) -> None:
        if word == "{":
            if self._depth == 0:
                self._begin_class()
            self._depth += 1
        elif word == "}":
            self._depth = max(0, self._depth - 1)
            if self._depth == 0:
                self.end_class()
        elif word == ";":
            if self._depth == 0 and self._head[:1] == ["package"]:
                self.package = "".join(self._head[1:])
        elif word == "(" and self._depth == 1:
            self._has_main = self._has_main or self._is_main()
        if word in "{};":
            self._head.clear()
        else:
            self._head.append(word)

    def _is_main(self) -> bool:
        # No declaration has more modifiers than fit here; looking further back would take for ever in some files.
        *modifiers, kind, name = ["", "", *self._head[-12:]]
        is_visible = "public" in modifiers or self._kind == "interface"
        return (kind, name) == ("void", "main") and "static" in modifiers and is_visible

    def _begin_class(self) -> None:
        for place, word in enumerate(self._head[:-1]):
            if word in _KINDS and self._head[place + 1] not in "@().":
                self._kind, self._name = word, self._head[place + 1]
                self._is_public = "public" in self._head[:place]
                return

    def end_class(self) -> None:
        if self._name is not None:
            made = JavaClass(name=self._name, is_public=self._is_public, has_main=self._has_main)
            self.classes.append(made)
        self._name, self._kind, self._has_main = None, "", False
