"""Reads a program of a package, which is a file or a directory of files, into a source."""

from __future__ import annotations

from collections import Counter

from judge import languages
from judge.errors import UnknownLanguage
from judge.models import KIB, MIB, Source, SourceFile
from problems.tree import Entry, Tree

FILE_BYTES = MIB
PROGRAM_BYTES = 4 * MIB
MOST_FILES = 100


class ProgramError(Exception):
    """A program that cannot be used, and why. Whether that matters is the caller's to say."""


def read(tree: Tree, entry: Entry) -> Source:
    """The source of a program, in the language that most of its files are in.

    Raises:
        ProgramError: it has no language of ours, or is too large, or not made of plain files.
    """
    return source_of(tree, tree.files(entry) if entry.is_directory else [entry])


def source_of(tree: Tree, entries: list[Entry]) -> Source:
    """The source made of these files.

    Raises:
        ProgramError: as for ``read``.
    """
    if len(entries) > MOST_FILES:
        raise ProgramError(f"more than {MOST_FILES} files")
    language = _language([entry.name for entry in entries])
    files = []
    for entry in entries:
        if not languages.is_file_name(entry.name):
            raise ProgramError(f"the file name {entry.name[:40]!r} is too long")
        if entry.real.stat().st_size > FILE_BYTES:
            raise ProgramError(f"{entry.name} is larger than {FILE_BYTES // KIB} KiB")
        content = tree.read(entry, most_bytes=FILE_BYTES)
        if content is None:
            raise ProgramError(f"{entry.name} cannot be read")
        files.append(SourceFile(name=entry.name, content=content))
    source = Source(language=language, files=tuple(files))
    if source.size > PROGRAM_BYTES:
        raise ProgramError(f"larger than {PROGRAM_BYTES // KIB} KiB")
    return source


def is_source(entry: Entry) -> bool:
    """Whether the file is one that some language compiles or runs: a header is not."""
    try:
        languages.guess([entry.name])
    except UnknownLanguage:
        return False
    return True


def _language(names: list[str]) -> str:
    found: Counter[str] = Counter()
    for name in names:
        try:
            found[languages.guess([name]).id] += 1
        except UnknownLanguage:
            continue
    if not found:
        raise ProgramError("no file is in a language of this judge")
    return found.most_common(1)[0][0]
