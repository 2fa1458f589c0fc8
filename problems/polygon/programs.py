"""Programs of a Polygon package: a file that problem.xml names with its type, and the headers it may include.

A type names a compiler, mostly one of Windows: ``cpp.g++17``, ``python.3``, ``cpp.gcc13-64-winlibs-g++20``. What stands
before the dot tells the language, and a number behind the compiler's name which version of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from judge.errors import UnknownLanguage
from judge.models import KIB, MIB, Source, SourceFile
from judge.recipes import languages
from problems.findings import Findings
from problems.polygon.markup import Element
from problems.polygon.paths import plain_path
from problems.tree import Entry, Tree

FILE_BYTES = 4 * MIB
#: Headers beside a program, all together.
HEADERS_BYTES = 16 * MIB
MOST_HEADERS = 100

_HEADERS = frozenset({".h", ".hh", ".hpp", ".hxx", ".inc"})
_STANDARD = re.compile(r"(?:g\+\+|clang\+\+|c\+\+|vs|ms)-?(\d\d)\b")
#: Ids of ours by what stands before the dot, the best first; those that there are count.
_BY_PREFIX: dict[str, tuple[str, ...]] = {
    "c": ("c",),
    "kotlin": ("kotlin",),
    "rust": ("rust",),
    "go": ("go",),
    "js": ("javascript",),
    "csharp": ("csharp",),
    "scala": ("scala",),
    "ruby": ("ruby",),
    "haskell": ("haskell",),
    "pas": ("pascal",),
    "d": ("d",),
    "perl": ("perl",),
    "php": ("php",),
}
_CPP = ("cpp17", "cpp20", "cpp23")
#: What printf of Windows calls a 64-bit number. That of glibc reads it as something else, and prints other numbers.
_WINDOWS_NUMBER = re.compile(rb"%([-+ 0#]*\d*)I64([dioux])")
#: What compilers of Windows call such a number, and a program that says by itself what it is.
_WINDOWS_TYPE = re.compile(rb"\b__int64\b")
_OWN_TYPE = re.compile(rb"#[ \t]*define[ \t]+__int64\b|\b__int64\s*;")
_INCLUDE = re.compile(rb"(^[ \t]*#[ \t]*include[ \t]*)<([^>\n]{1,200})>", re.MULTILINE)


class NotUsable(Exception):
    """A program that cannot be used, and why. Whether that matters is the caller's to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Reads programs of one package."""

    tree: Tree
    findings: Findings
    #: What every C and C++ program may include: testlib.h and the package's other headers.
    headers: tuple[SourceFile, ...]

    def read(self, element: Element) -> Source:
        """The program of an element ``source`` with its attributes ``path`` and ``type``.

        Raises:
            NotUsable: there is none, or its language is not ours.
        """
        path = plain_path(element.get("path"))
        if path is None:
            raise NotUsable(f"{element.get('path')[:80]!r} is not a path within the package")
        return self.read_file(path, element.get("type"))

    def read_file(self, path: str, kind: str = "") -> Source:
        """The program in a file, of that type if it is known."""
        entry = self.tree.find(path)
        if entry is None or entry.is_directory:
            raise NotUsable(f"{path} is not in the package")
        language = language_of(kind, entry.name)
        is_c = language == "c" or language.startswith("cpp")
        program = self._file(path, entry, is_c=is_c)
        beside = tuple(header for header in self.headers if header.name != program.name) if is_c else ()
        return Source(language=language, files=(program, *beside))

    def read_part(self, path: str, kind: str) -> SourceFile:
        """A file that becomes part of programs, of that type: its source, or a header.

        Raises:
            NotUsable: there is none.
        """
        entry = self.tree.find(path)
        if entry is None or entry.is_directory:
            raise NotUsable(f"{path} is not in the package")
        return self._file(path, entry, is_c=kind.partition(".")[0].lower() in ("c", "cpp", "h"))

    def _file(self, path: str, entry: Entry, *, is_c: bool) -> SourceFile:
        content = self.tree.read(entry, most_bytes=FILE_BYTES)
        if content is None:
            raise NotUsable(f"{path} cannot be read")
        if not languages.is_file_name(entry.name):
            raise NotUsable(f"{path}: a program's file is named with letters, digits and _ . + - only")
        return SourceFile(name=entry.name, content=self._mended(path, content, is_c=is_c))

    def _mended(self, path: str, content: bytes, *, is_c: bool) -> bytes:
        """A source as compilers other than those of Windows take it."""
        # Java's compiler wants none of it, and the others can do without.
        content = content.removeprefix(b"\xef\xbb\xbf")
        if not is_c:
            return self._in_utf8(path, content)
        if _WINDOWS_NUMBER.search(content):
            self.findings.warning(path, "prints or reads numbers with %I64d, which only Windows knows: taken as %lld")
            content = _WINDOWS_NUMBER.sub(rb"%\1ll\2", content)
        if _WINDOWS_TYPE.search(content) and not _OWN_TYPE.search(content):
            self.findings.warning(path, "has numbers of the type __int64, which only Windows knows: taken as long long")
            content = _WINDOWS_TYPE.sub(b"long long", content)
        names = {header.name.encode() for header in self.headers}
        # Polygon's compilers look for headers of the package in either form.
        return _INCLUDE.sub(lambda found: found[1] + b'"' + found[2] + b'"' if found[2] in names else found[0], content)

    def _in_utf8(self, path: str, content: bytes) -> bytes:
        """Polygon takes sources in the code page of Windows; Java and Python want UTF-8 unless they are told."""
        try:
            content.decode()
        except UnicodeDecodeError:
            if b"coding" not in b"".join(content.splitlines()[:2]):
                self.findings.warning(path, "is not UTF-8; taken as Windows-1251")
                return content.decode("cp1251", "replace").encode()
        return content


def workshop(tree: Tree, root: Element, findings: Findings) -> Workshop:
    """The package's workshop, its headers read."""
    found: dict[str, SourceFile] = {}
    size = 0
    for entry in _header_entries(tree, root, findings):
        content = tree.read(entry, most_bytes=FILE_BYTES)
        if content is None or entry.name in found or not languages.is_file_name(entry.name):
            continue
        size += len(content)
        if len(found) == MOST_HEADERS or size > HEADERS_BYTES:
            findings.error(
                "files/", f"more than {MOST_HEADERS} headers, or more than {HEADERS_BYTES // KIB} KiB of them"
            )
            break
        found[entry.name] = SourceFile(name=entry.name, content=content)
    return Workshop(tree=tree, findings=findings, headers=tuple(found[name] for name in sorted(found)))


def languages_for(patterns: str) -> tuple[str, ...]:
    """The ids of our languages whose types match one of these patterns, like ``cpp.*``; of all where there is none."""
    prefixes = [re.sub(r"\d+$", "", word.partition(".")[0].lower()) for word in re.split(r"[\s,;]+", patterns) if word]
    by_prefix = {**_BY_PREFIX, "cpp": _CPP, "java": ("java",), "python": ("pypy3", "python3")}
    wanted = {
        language
        for prefix, ids in by_prefix.items()
        if not prefixes or any(fnmatchcase(prefix, pattern) for pattern in prefixes)
        for language in ids
    }
    known = languages.languages()
    codes = {known[language].code for language in wanted if language in known}
    return tuple(language for language, item in known.items() if item.code in codes and not item.is_internal)


def language_of(kind: str, name: str) -> str:
    """The id of the language that Polygon calls so, else of the file's extension.

    Raises:
        NotUsable: it is none of ours.
    """
    known = languages.languages()
    prefix = kind.partition(".")[0].lower()
    wanted: tuple[str, ...] = _BY_PREFIX.get(prefix, ())
    if prefix == "cpp" or (not kind and PurePosixPath(name).suffix == ".cpp"):
        standard = _STANDARD.search(kind)
        year = int(standard[1]) if standard else 17
        wanted = ("cpp23",) if year in (23, 26) else ("cpp20",) if year == 20 else ("cpp17",)
        wanted = (*wanted, *_CPP)
    elif prefix.startswith("java") and prefix != "javascript":
        wanted = ("java",)
    elif prefix == "python":
        if re.search(r"(?:^|\.|pypy)2", kind.partition(".")[2]):
            raise NotUsable(f"{name} is written in Python 2, which is no language of this judge")
        wanted = ("pypy3", "python3") if "pypy" in kind else ("python3",)
    extension = PurePosixPath(name).suffix[1:]
    for language in wanted:
        if language in known and extension in known[language].extensions:
            return language
    try:
        return languages.guess([name]).id
    except UnknownLanguage:
        raise NotUsable(f"{name} is of type {kind or '(none)'}, which is no language of this judge") from None


def _header_entries(tree: Tree, root: Element, findings: Findings) -> list[Entry]:
    """Headers that problem.xml lists as resources, then whatever else in ``files/`` is one."""
    entries = []
    for resource in root.all("files/resources/file"):
        path = plain_path(resource.get("path"))
        is_header = path is not None and PurePosixPath(path).suffix.lower() in _HEADERS
        if path is not None and (is_header or resource.get("type").startswith("h.")):
            entry = tree.find(path)
            if entry is None or entry.is_directory:
                findings.warning(path, "a header that problem.xml lists is not in the package")
            else:
                entries.append(entry)
    folder = tree.find("files")
    if folder is not None and folder.is_directory:
        entries += [entry for entry in tree.files(folder) if entry.relative.suffix.lower() in _HEADERS]
    return entries
