"""Finds the pictures that a statement shows: files beside it that its text names.

What a file is, its first bytes tell and not its name. Nothing here decodes a picture.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from judge.models import MIB
from problems.findings import Findings
from problems.tree import Entry, Tree

PICTURE_BYTES = 8 * MIB
TOTAL_BYTES = 32 * MIB
MOST_PICTURES = 64
MOST_DEPTH = 3

#: Formats that every browser shows, as the extension that the file is served with.
FORMATS = ("png", "jpg", "gif", "webp", "svg")
_EXTENSIONS = (*FORMATS, "jpeg")
_SVG = re.compile(rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*<svg[\s>]", re.DOTALL)


class Beside:
    """The files of a statement's folder, and those below it; each is read, and complained of, once."""

    def __init__(self, tree: Tree, folder: Entry, findings: Findings) -> None:
        self.files = _files(tree, folder, MOST_DEPTH)
        self._folder = folder
        self._findings = findings
        self._contents: dict[str, bytes | None] = {}
        self._left_bytes = TOTAL_BYTES

    def named_in(self, text: str) -> dict[str, bytes]:
        """Pictures whose name the text mentions, with or without extension, by their path below the folder."""
        found: dict[str, bytes] = {}
        for entry in self.files:
            name = PurePosixPath(entry.name)
            if name.suffix.lower().removeprefix(".") in _EXTENSIONS and name.stem in text:
                path = str(entry.relative.relative_to(self._folder.relative))
                if path not in self._contents:
                    self._contents[path] = self._read(entry)
                content = self._contents[path]
                if content is not None:
                    found[path] = content
        return found

    def _read(self, entry: Entry) -> bytes | None:
        content = _content(entry, self._findings)
        if content is None:
            return None
        if len(content) > self._left_bytes or len(self._contents) >= MOST_PICTURES:
            limit = f"{MOST_PICTURES} pictures of {TOTAL_BYTES // MIB} MiB together"
            self._findings.warning(str(entry), f"not shown: a problem's statements may have {limit}")
            return None
        self._left_bytes -= len(content)
        return content


def format_of(content: bytes) -> str | None:
    """One of ``FORMATS``, None for what is no picture that a browser shows."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    return "svg" if _SVG.match(content.removeprefix(b"\xef\xbb\xbf")[:4096]) else None


def _files(tree: Tree, folder: Entry, depth: int) -> list[Entry]:
    files: list[Entry] = []
    for entry in tree.entries(folder):
        if not entry.is_directory:
            files.append(entry)
        elif depth > 1:
            files += _files(tree, entry, depth - 1)
    return files


def _content(entry: Entry, findings: Findings) -> bytes | None:
    content = entry.content(PICTURE_BYTES, lambda why: findings.warning(str(entry), f"not shown: {why}"))
    if content is not None and format_of(content) is None:
        findings.warning(str(entry), f"not shown: is none of {', '.join(FORMATS)}")
        return None
    return content
