"""Reads YAML as plain text values that remember their lines.

Scalars stay the text they were written as: a flag of ``1E-6`` or a name of ``1.10`` must not come back as a number
printed anew. Whoever wants a number converts it. Anchors work, but cannot blow a small file up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from judge.models import KIB
from problems.findings import Findings
from problems.tree import Entry, Tree

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"
Key: TypeAlias = tuple[str | int, ...]

DOCUMENT_BYTES = 256 * KIB
MOST_NODES = 10_000
DEPTH = 20

_NULLS = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A mapping, and where its keys stand."""

    file: str
    values: dict[str, Plain]
    lines: dict[Key, int]

    def line(self, *key: str | int) -> int | None:
        """The line of a key or, where there is none, of the nearest key around it."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.lines:
                return self.lines[key[:length]]
        return None

    def below(self, key: str) -> dict[Key, int]:
        """The lines of what is below a key, as of a document of its own."""
        return {place[1:]: line for place, line in self.lines.items() if place[:1] == (key,)}


def read(
    tree: Tree, entry: Entry, findings: Findings, *, changed: Callable[[str], str] | None = None
) -> Document | None:
    """The document of a file, which may be empty; None, and errors found, if it is not a mapping of texts.

    Args:
        tree: the package.
        entry: the file.
        findings: takes what is wrong.
        changed: what is to be done to the text before it is read.
    """
    content = tree.read(entry, most_bytes=DOCUMENT_BYTES)
    if content is None:
        return None
    file = str(entry)
    text = _decoded(content, file, findings)
    try:
        node = yaml.compose(changed(text) if changed else text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        findings.error(file, f"not YAML: {error.problem}", line=mark.line + 1 if mark else None)
        return None
    except (yaml.YAMLError, RecursionError) as error:
        findings.error(file, f"not YAML: {str(error).splitlines()[0]}")
        return None
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value in _NULLS):
        return Document(file=file, values={}, lines={})
    lines: dict[Key, int] = {}
    try:
        values = _Plainer(lines).plain(node, ())
    except _Unwanted as error:
        findings.error(file, error.text, line=error.line)
        return None
    if not isinstance(values, dict):
        findings.error(file, "must be a mapping: lines of the form `key: value`", line=node.start_mark.line + 1)
        return None
    return Document(file=file, values=values, lines=lines)


def _decoded(content: bytes, file: str, findings: Findings) -> str:
    """The text, which old files have in Latin-1: only names of people are ever written with more than ASCII."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        findings.warning(file, "not UTF-8 text; read as Latin-1")
        return content.decode("latin-1")


class _Unwanted(Exception):
    """Something that YAML allows and we do not."""

    def __init__(self, text: str, node: yaml.Node) -> None:
        super().__init__(text)
        self.text = text
        self.line = node.start_mark.line + 1


class _Plainer:
    """Turns nodes into plain values, counting them: aliases make the same node appear over and over."""

    def __init__(self, lines: dict[Key, int]) -> None:
        self._lines = lines
        self._count = 0

    def plain(self, node: yaml.Node, key: Key) -> Plain:
        self._count += 1
        if self._count > MOST_NODES or len(key) > DEPTH:
            raise _Unwanted("too large or too deeply nested", node)
        self._lines[key] = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            return None if node.style is None and node.value in _NULLS else str(node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*key, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key)
        raise _Unwanted("of a kind that is not understood", node)

    def _mapping(self, node: yaml.MappingNode, key: Key) -> dict[str, Plain]:
        values: dict[str, Plain] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                raise _Unwanted("a key must be a plain text", name)
            if name.value in values:
                raise _Unwanted(f"key {name.value!r} is given twice", name)
            values[name.value] = self.plain(value, (*key, name.value))
            self._lines[*key, name.value] = name.start_mark.line + 1
        return values
