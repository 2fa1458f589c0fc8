"""Which generator makes which test: from problem.xml, else from the scripts that would make them all.

Scripts are read, never run. Of ``doall.sh`` only the lines count that call a generator for one test, and of other
scripts lines of the form ``gen 5 1000 > 7``, with ``$`` for the next number without a test.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import PurePosixPath

from judge.models import MIB, Source
from problems.findings import Findings
from problems.polygon.judging import Judging, Test
from problems.polygon.markup import Element
from problems.polygon.paths import plain_path
from problems.polygon.programs import NotUsable, Workshop
from problems.recipes import Generated
from problems.tree import Tree

SCRIPT_BYTES = MIB
MOST_WORDS = 500
COMMAND_CHARS = 16_000
#: Of all scripts together.
MOST_LINES = 10_000

_SCRIPTS = ("doall.sh", "doall.bat")
#: What ``doall.sh`` calls for each generated test: the command, for several files the one that counts, and the test.
_CALL = re.compile(r'gen-input-via-\w+\.(?:sh|bat)\s+"([^"]*)"((?:\s+"[^"]*")+)')
_LINE = re.compile(r"([^<>|&;`#$()]+)>\s*(\$|\{(\d{1,5})-(\d{1,5})\}|(?:[\w./\\-]*[/\\])?0*(\d{1,5}))\s*")
#: Programs of Windows start with wine elsewhere, and scripts with their interpreter.
_STARTERS = frozenset({"wine", "python", "python3", "java", "-jar", "mono", "call"})
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    command: str
    from_file: str = ""


@dataclass(slots=True)
class Commands:
    """Knows for each test the command that makes it."""

    workshop: Workshop
    findings: Findings
    #: Paths and types of generators by their names.
    executables: Mapping[str, tuple[str, str]]
    scripted: Mapping[int, _Order]
    _programs: dict[str, Source | None] = field(default_factory=dict)

    def generated(self, test: Test) -> Generated | None:
        """How the test's input is made; None if nothing says so, or, with an error found, if it cannot be."""
        order = _Order(command=test.command, from_file=test.from_file) if test.command else None
        order = order or self.scripted.get(test.number)
        if order is None:
            return None
        words = _words(order.command)
        if not words or len(words) > MOST_WORDS or len(order.command) > COMMAND_CHARS:
            self.findings.error("problem.xml", f"test {test.number}: its command cannot be understood", line=test.line)
            return None
        if order.from_file and not _FILE_NAME.fullmatch(order.from_file):
            text = f"test {test.number}: {order.from_file[:40]!r} is not the name of a file that a generator writes"
            self.findings.error("problem.xml", text, line=test.line)
            return None
        program = self._program(words[0], test)
        if program is None:
            return None
        return Generated(program=program, argv=tuple(words[1:]), file=order.from_file)

    def _program(self, name: str, test: Test) -> Source | None:
        if name not in self._programs:
            self._programs[name] = None
            path, kind = self.executables.get(name, ("", ""))
            try:
                if not path:
                    raise NotUsable(f"there is no generator {name[:60]!r} in files/")
                self._programs[name] = self.workshop.read_file(path, kind)
            except NotUsable as error:
                self.findings.error("problem.xml", f"test {test.number} cannot be made: {error}", line=test.line)
        return self._programs[name]


def read(tree: Tree, root: Element, judging: Judging, workshop: Workshop, findings: Findings) -> Commands:
    """All commands."""
    executables = _executables(tree, root)
    has_unknown = any(not test.command for test in judging.tests)
    # Scripts have other lines as well: only what calls a generator is one of ours.
    called = lru_cache(maxsize=None)(lambda command: (_words(command) or [""])[0])
    scripted = {
        number: order
        for number, order in (_scripted(tree, root, judging) if has_unknown else ())
        if called(order.command) in executables
    }
    return Commands(workshop, findings, executables=executables, scripted=scripted)


def _executables(tree: Tree, root: Element) -> dict[str, tuple[str, str]]:
    """Generators by name: what problem.xml lists, then any other source in ``files/``."""
    found: dict[str, tuple[str, str]] = {}
    listed = [*root.all("files/executables/executable/source"), *root.all("files/resources/file")]
    for source in listed:
        path = plain_path(source.get("path"))
        # A resource is a generator only if it has the type of a source: pictures and headers have none, or another.
        if path is not None and not (source.tag == "file" and source.get("type").partition(".")[0] in ("", "h")):
            found.setdefault(PurePosixPath(path).stem, (path, source.get("type")))
    folder = tree.find("files")
    for entry in tree.files(folder) if folder is not None and folder.is_directory else ():
        if entry.relative.suffix in (".cpp", ".cc", ".c", ".py", ".java"):
            found.setdefault(entry.relative.stem, (str(entry), ""))
    return found


def _scripted(tree: Tree, root: Element, judging: Judging) -> Iterator[tuple[int, _Order]]:
    """What scripts say, for tests that problem.xml says nothing of."""
    for name in _SCRIPTS:
        for call in _CALL.finditer(_text(tree, name)):
            *files, target = re.findall(r'"([^"]*)"', call[2])
            number = re.search(r"0*(\d{1,5})$", target)
            if number is not None:
                yield int(number[1]), _Order(command=call[1], from_file=files[0] if files else "")
    taken = {test.number for test in judging.tests if tree.find(judging.input_path(test.number)) is not None}
    yield from _numbered(islice(_lines(tree, root), MOST_LINES), taken)


def _lines(tree: Tree, root: Element) -> Iterator[str]:
    """Of all scripts but those that make everything, one of them at a time in memory."""
    for path in ("judging/script", "judging/testset/script"):
        for element in root.all(path):
            yield from element.text.splitlines()
    folder = tree.find("scripts")
    for entry in tree.files(folder) if folder is not None and folder.is_directory else ():
        if entry.relative.suffix in (".sh", ".txt"):
            yield from _text(tree, str(entry)).splitlines()


def _numbered(lines: Iterable[str], taken: set[int]) -> Iterator[tuple[int, _Order]]:
    following = 1
    for line in lines:
        found = _LINE.fullmatch(line.strip())
        if found is None:
            continue
        command = found[1].strip()
        if found[3]:
            for number in range(int(found[3]), min(int(found[4]), int(found[3]) + 1000) + 1):
                taken.add(number)
                yield number, _Order(command=command, from_file=str(number))
            continue
        while following in taken:
            following += 1
        number = int(found[5]) if found[5] else following
        taken.add(number)
        yield number, _Order(command=command)


def _text(tree: Tree, path: str) -> str:
    entry = tree.find(path)
    if entry is None or entry.is_directory:
        return ""
    return (tree.read(entry, most_bytes=SCRIPT_BYTES) or b"").decode("utf-8", "replace")


def _words(command: str) -> list[str]:
    """The words of a command, its first being the plain name of the generator."""
    try:
        # In commands of Windows a backslash divides folders.
        words = shlex.split(re.sub(r"^(\S*)", lambda name: name[1].replace("\\", "/"), command))
    except ValueError:
        words = command.split()
    while len(words) > 1 and words[0] in _STARTERS:
        words = words[1:]
    if words:
        words[0] = PurePosixPath(words[0].replace("\\", "/")).stem if "." in words[0] else words[0].rpartition("/")[2]
    return words
