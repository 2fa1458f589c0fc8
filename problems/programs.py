"""Reads a program of a package, which is a file or a directory of files, into a source.

Programs other than submissions may bring POSIX scripts ``build`` and ``run``; these are in a language of their own
(2025-09, "Other programs"). What scripts begin with is mended: an interpreter's name that ends in a carriage return is
nobody's, and archives made on other systems lose executable bits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from judge.errors import UnknownLanguage
from judge.models import KIB, MIB, Source, SourceFile
from judge.recipes import languages
from problems.constants import NONE, replaced_in
from problems.tree import Entry, Tree

FILE_BYTES = 4 * MIB
PROGRAM_BYTES = 8 * MIB
MOST_FILES = 200
MOST_DEPTH = 8
_NAME_CHARS = 255

#: Ids of languages that are for packages only: programs with build and run scripts, and answers instead of a program.
SCRIPT = "script"
ANSWERS = "answers"
SCRIPTS = ("build", "run")

#: What decides where a program has as many files in one language as in another (problemtools' order).
_PRIORITY = ("cpp", "c", "java", "python3", "javascript")
_PYTHON2 = re.compile(rb"#![^\n]*python2\b")
#: Languages that packages often use and this judge has not, by extension, to be named in messages.
_FOREIGN = {
    "py2": "Python 2",
    "dart": "Dart",
    "dpr": "Delphi",
    "fs": "F#",
    "jl": "Julia",
    "nim": "Nim",
    "vb": "Visual Basic",
    "zig": "Zig",
}


class ProgramError(Exception):
    """A program that cannot be used, and why. Whether that matters is the caller's to say."""


def read(
    tree: Tree,
    entry: Entry,
    *,
    language: str = "",
    has_scripts: bool = False,
    constants: Mapping[str, str] = NONE,
) -> Source:
    """The source of a program.

    Args:
        tree: the package.
        entry: the program's file or directory.
        language: an id of ours where the package names the language; else that of most of its files.
        has_scripts: whether files ``build`` and ``run`` make the program.
        constants: the package's constants.

    Raises:
        ProgramError: it has no language of ours, or is too large, or not made of plain files.
    """
    return source_of(
        tree,
        named_files(tree, entry) if entry.is_directory else {entry.name: entry},
        language=language,
        has_scripts=has_scripts,
        constants=constants,
    )


def source_of(
    tree: Tree,
    entries: Mapping[str, Entry],
    *,
    language: str = "",
    has_scripts: bool = False,
    constants: Mapping[str, str] = NONE,
) -> Source:
    """The source made of these files, by the names they get in it.

    Raises:
        ProgramError: as for ``read``.
    """
    if has_scripts and any(name in entries for name in SCRIPTS):
        language = SCRIPT
    if not language and not any(map(is_source, entries)):
        raise ProgramError(no_language(list(entries)))
    files = plain_files(tree, entries, constants)
    if language == SCRIPT:
        files = tuple(_mended(file, entries[file.name]) for file in files)
    return Source(language=language or _language(files), files=files)


def plain_files(tree: Tree, entries: Mapping[str, Entry], constants: Mapping[str, str]) -> tuple[SourceFile, ...]:
    """The content of these files, by the names they get, with constants replaced.

    Raises:
        ProgramError: they are too large, or one cannot be read.
    """
    files: list[SourceFile] = []
    total_bytes = 0
    for name, entry in entries.items():
        content = _content(tree, name, entry)
        total_bytes += len(content)
        if total_bytes > PROGRAM_BYTES:
            raise ProgramError(f"larger than {PROGRAM_BYTES // KIB} KiB")
        files.append(SourceFile(name=name, content=replaced_in(content, constants)))
    return tuple(files)


def named_files(tree: Tree, directory: Entry) -> dict[str, Entry]:
    """All files below a directory, by their paths below it; what Python leaves behind is left out.

    Raises:
        ProgramError: there are too many, or too deep, or with names that are too long.
    """
    files: dict[str, Entry] = {}
    _gather(tree, directory, PurePosixPath(), files)
    return files


def is_source(name: str) -> bool:
    """Whether a file of that name is one that some language compiles or runs: a header is not."""
    try:
        languages.guess([name])
    except UnknownLanguage:
        return False
    return True


def newest(code: str) -> str:
    """The id of the language that programs of packages in that language are taken to be in."""
    return languages.by_code(code)[-1].id


def _gather(tree: Tree, directory: Entry, below: PurePosixPath, files: dict[str, Entry]) -> None:
    if len(below.parts) > MOST_DEPTH:
        raise ProgramError(f"directories are nested more than {MOST_DEPTH} deep, or a link leads back up")
    for entry in tree.entries(directory):
        name = str(below / entry.name)
        if entry.name == "__pycache__":
            continue
        if not languages.is_file_name(entry.name) or len(name) > _NAME_CHARS:
            raise ProgramError(f"the file name {entry.name[:40]!r} is too long")
        if entry.is_directory:
            _gather(tree, entry, below / entry.name, files)
        else:
            files[name] = entry
        if len(files) > MOST_FILES:
            raise ProgramError(f"more than {MOST_FILES} files")


def _content(tree: Tree, name: str, entry: Entry) -> bytes:
    if not all(languages.is_file_name(part) for part in PurePosixPath(name).parts):
        raise ProgramError(f"the file name {name[:40]!r} is too long")
    if entry.real.stat().st_size > FILE_BYTES:
        raise ProgramError(f"{name} is larger than {FILE_BYTES // KIB} KiB")
    content = tree.read(entry, most_bytes=FILE_BYTES)
    if content is None:
        raise ProgramError(f"{name} cannot be read")
    return content


def _mended(file: SourceFile, entry: Entry) -> SourceFile:
    """A file of a program with scripts: what can be started may be, and has line ends that the kernel understands."""
    is_script = file.content.startswith(b"#!") or (file.name in SCRIPTS and b"\0" not in file.content)
    is_executable = is_script or file.name in SCRIPTS or entry.real.stat().st_mode & 0o111 != 0
    content = file.content.replace(b"\r\n", b"\n") if is_script else file.content
    return SourceFile(name=file.name, content=content, is_executable=is_executable)


def _language(files: Sequence[SourceFile]) -> str:
    """The language that most of the files are in."""
    codes = Counter(languages.guess([file.name]).code for file in files if is_source(file.name))
    most = max(codes.values())
    tied = [code for code, count in codes.items() if count == most]
    code = min(tied, key=lambda code: (_PRIORITY.index(code) if code in _PRIORITY else len(_PRIORITY), code))
    if code == "python3":
        python = [file for file in files if file.name.endswith(".py")]
        # As the legacy format tells the two apart; files beside a main one seldom say anything.
        if python and any(_PYTHON2.match(file.content) for file in python):
            raise ProgramError("it is written in Python 2, which this judge does not have")
    return newest(code)


def no_language(names: Sequence[str]) -> str:
    extensions = {PurePosixPath(name).suffix[1:] for name in names}
    foreign = sorted(_FOREIGN[extension] for extension in extensions & _FOREIGN.keys())
    if foreign:
        return f"it is written in {' and '.join(foreign)}, which this judge does not have"
    return "no file is in a language of this judge"
