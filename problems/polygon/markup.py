"""Reads XML into plain elements that remember their lines.

What XML can do to its reader is refused: document types, and with them entities; great depth and great numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from judge.models import MIB
from problems.findings import Findings
from problems.tree import Entry, Tree

FILE_BYTES = 8 * MIB
MOST_ELEMENTS = 100_000
DEPTH = 32


@dataclass(slots=True, kw_only=True)
class Element:
    """An element with what is in it."""

    tag: str
    line: int
    #: The bytes of the file at which its start tag and its end tag begin; both the same where one tag is both.
    start: int = 0
    end: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        """An attribute's text."""
        return self.attributes.get(name, default)

    def find(self, path: str) -> Element | None:
        """The first element at a path of tags below this one: ``judging/testset``."""
        return next(iter(self.all(path)), None)

    def all(self, path: str) -> list[Element]:
        """Every element at that path, in the file's order."""
        found = [self]
        for tag in path.split("/"):
            found = [child for element in found for child in element.children if child.tag == tag]
        return found

    def said(self, path: str) -> str:
        """The text of the first element at that path; empty where there is none."""
        element = self.find(path)
        return element.text.strip() if element is not None else ""


class _Refused(Exception):
    """Something that XML allows and we do not."""


def read(tree: Tree, entry: Entry, findings: Findings) -> Element | None:
    """The root element of a file; None, and an error found, if it is not to be read."""
    content = tree.read(entry, most_bytes=FILE_BYTES)
    if content is None:
        return None
    builder = _Builder()
    try:
        return builder.build(content)
    except expat.ExpatError as error:
        findings.error(str(entry), f"not XML: {expat.ErrorString(error.code)}", line=error.lineno)
    except _Refused as error:
        findings.error(str(entry), str(error), line=builder.line)
    except (ValueError, LookupError) as error:
        findings.error(str(entry), f"not XML: {error}")
    return None


class _Builder:
    """Takes what the parser sees."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        # Without a document type there are no entities, which is what makes XML dangerous to read.
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._top = Element(tag="", line=0)
        self._open = [self._top]
        #: What was read of the text of each that is open, in pieces: there may be one after every child.
        self._texts: list[list[str]] = [[]]
        self._count = 0

    @property
    def line(self) -> int:
        return self._parser.CurrentLineNumber

    def build(self, content: bytes) -> Element:
        self._parser.Parse(content, True)  # noqa: FBT003 - The parser takes no keywords.
        return self._top.children[0]

    def _doctype(self, *_: object) -> None:
        raise _Refused("has a document type; remove the line <!DOCTYPE ...>, nothing of it is needed")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) > DEPTH:
            raise _Refused(f"more than {MOST_ELEMENTS} elements, or nested deeper than {DEPTH}")
        element = Element(tag=tag, line=self.line, start=self._parser.CurrentByteIndex, attributes=attributes)
        self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def _end(self, tag: str) -> None:  # noqa: ARG002 - The parser sees to it that tags match.
        element = self._open.pop()
        element.end = self._parser.CurrentByteIndex
        element.text = "".join(self._texts.pop())

    def _data(self, text: str) -> None:
        self._texts[-1].append(text)
