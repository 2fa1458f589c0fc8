"""Reads ``generators/generators.yaml``, by which an ICPC package may keep its generators instead of its test data.

The formats leave the file's content to tools ("Generators" in 2025-09). A small part of what BAPCtools understands is
read here, the part in which a test case is one line::

    solution: submissions/accepted/fast.cpp    # makes answers; else the first accepted submission that can
    data:
      secret:
        small: gen 5 {seed}                    # data/secret/small.in is what `gen 5 1234` writes
        group1:
          max-1: gen 100000 {seed}
          max-2: gen 100000 {seed:2}           # another seed
          by-hand:                             # data/secret/group1/by-hand.in is in the package

The first word is a program of ``generators/``, with or without its extension. ``{seed}`` is a number that follows from
the test case's name and nothing else, and ``{name}`` that name's last part. A test case whose ``.in`` is in the package
is taken as it is, whatever the file says. What is written in other ways is told and left out.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from judge.models import Blob, CheckerSpec, Source, Testcase
from judge.verdicts import Verdict
from problems import document, flags, programs, validators
from problems.document import Document, Plain
from problems.findings import Findings
from problems.flags import Flags
from problems.metadata import Metadata
from problems.programs import ProgramError
from problems.recipes import MISSING, Generated, MissingTest, Recipe, Solved
from problems.submissions import JurySubmission
from problems.testdata import Folder, TestData
from problems.tree import Entry, Tree

FOLDER = "generators"
FILE = f"{FOLDER}/generators.yaml"
MOST_TESTCASES = 5000
MOST_WORDS = 500

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")
_PLACEHOLDER = re.compile(r"\{(seed(?::\d{1,9})?|name)\}")
#: Keys of BAPCtools that say something about a directory rather than name what is in it.
_ABOUT = frozenset(
    {"type", "testdata.yaml", "test_group.yaml", "random_salt", "include", "count", "retries", "solution", "visualizer"}
)
#: Keys of BAPCtools for the files of one test case.
_PARTS = frozenset(
    {"generate", "copy", "in", "ans", "out", "in.statement", "ans.statement", "interaction", "hint", "desc"}
)
#: Seeds fit into a signed int.
_SEEDS = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What generators make."""

    #: Inputs by name of the test case, as ``secret/group1/max-1``.
    inputs: Mapping[str, Generated] = field(default_factory=dict)
    #: The path of the submission that makes answers; empty: nobody said.
    solution: str = ""


def read(tree: Tree, findings: Findings) -> Orders:
    """What is to be made, for test cases that are not in the package."""
    entry = tree.find(FILE)
    source = document.read(tree, entry, findings) if entry is not None and not entry.is_directory else None
    if source is None:
        return Orders()
    reader = _Reader(tree, source, findings)
    data = source.values.get("data")
    if isinstance(data, dict):
        for name in ("sample", "secret"):
            reader.walk(data.get(name), (name,))
    solution = source.values.get("solution")
    return Orders(inputs=reader.inputs, solution=solution.strip().lstrip("/") if isinstance(solution, str) else "")


class _Reader:
    """Walks the tree of names."""

    def __init__(self, tree: Tree, source: Document, findings: Findings) -> None:
        self.inputs: dict[str, Generated] = {}
        self._tree = tree
        self._source = source
        self._findings = findings
        self._programs: dict[str, Source | None] = {}

    def walk(self, value: Plain, path: tuple[str, ...]) -> None:
        if isinstance(value, str):
            self._take(value, path)
        elif isinstance(value, list):
            self._warn(path, "a list of test cases is not read here; name each of them")
        elif isinstance(value, dict) and "data" not in value and any(isinstance(value.get(key), str) for key in _PARTS):
            self._take_parts(value, path)
        elif isinstance(value, dict):
            nested = value.get("data", value)
            if not isinstance(nested, dict):
                self.walk(nested, (*path, "data"))
                return
            for name, inner in nested.items():
                if name in _ABOUT or not name:
                    continue
                if not _NAME.fullmatch(name):
                    self._warn((*path, name), "the format forbids such names")
                    continue
                self.walk(inner, (*path, name))

    def _take_parts(self, parts: Mapping[str, Plain], path: tuple[str, ...]) -> None:
        """A test case whose files are told one by one, of which only a command for all of them is followed."""
        command = parts.get("generate")
        if isinstance(command, str) and "count" not in parts:
            self._take(command, path)
        elif not self._is_there(path):
            self._warn(path, "only test cases of one `generate` are made; this one is left out")

    def _is_there(self, path: tuple[str, ...]) -> bool:
        return self._tree.find(f"data/{'/'.join(path)}.in") is not None

    def _take(self, command: str, path: tuple[str, ...]) -> None:
        name = "/".join(path)
        if len(path) < 2 or self._is_there(path):
            return
        if len(self.inputs) == MOST_TESTCASES:
            self._error(path, f"more than {MOST_TESTCASES} test cases")
            return
        words = self._words(command, path)
        program = self._program(words[0], path) if words else None
        if program is not None:
            self.inputs[name] = Generated(program=program, argv=tuple(words[1:]))

    def _words(self, command: str, path: tuple[str, ...]) -> Sequence[str]:
        def filled(found: re.Match[str]) -> str:
            return path[-1] if found[1] == "name" else str(seed("/".join(path), found[1]))

        try:
            words = [_PLACEHOLDER.sub(filled, word) for word in shlex.split(command)]
        except ValueError as error:
            self._error(path, f"cannot be split into words: {error}")
            return ()
        if not words or len(words) > MOST_WORDS or not all(word.isprintable() and len(word) < 1000 for word in words):
            self._error(path, f"must be a program of {FOLDER}/ with at most {MOST_WORDS} printable words")
            return ()
        return words

    def _program(self, name: str, path: tuple[str, ...]) -> Source | None:
        if name not in self._programs:
            self._programs[name] = None
            entry = self._find(name)
            try:
                if entry is None:
                    raise ProgramError(f"there is no program {name[:60]!r} in {FOLDER}/")
                self._programs[name] = programs.read(self._tree, entry, has_scripts=entry.is_directory)
            except ProgramError as error:
                self._error(path, f"cannot be made: {error}")
        return self._programs[name]

    def _find(self, name: str) -> Entry | None:
        folder = self._tree.find(FOLDER)
        wanted = PurePosixPath(name.lstrip("/")).name
        entries = self._tree.entries(folder) if folder is not None and folder.is_directory else []
        exact = [entry for entry in entries if entry.name == wanted]
        by_stem = [
            entry
            for entry in entries
            if not entry.is_directory and entry.relative.stem == wanted and programs.is_source(entry.name)
        ]
        return next(iter((*exact, *by_stem)), None)

    def _error(self, path: tuple[str, ...], text: str) -> None:
        self._findings.error(FILE, f"{'/'.join(path)}: {text}", line=self._source.line("data", *path))

    def _warn(self, path: tuple[str, ...], text: str) -> None:
        self._findings.warning(FILE, f"{'/'.join(path)[:200]}: {text}", line=self._source.line("data", *path))


def seed(name: str, which: str = "seed") -> int:
    """The seed of a test case: it follows from the name, so that other test cases may come and go."""
    return int.from_bytes(hashlib.sha256(f"{which} {name}".encode()).digest()[:8], "big") % _SEEDS


def added(
    orders: Orders,
    tree: Tree,
    meta: Metadata,
    checker: CheckerSpec | None,
    data: TestData,
    jury: Collection[JurySubmission],
) -> tuple[Recipe, ...]:
    """Put the test cases that are to be made into their places in ``data``, and give their recipes."""
    if not orders.inputs:
        return ()
    solutions = _solutions(orders, jury)
    adder = _Adder(orders, tree, meta, checker, data)
    data.root = adder.folder(data.root, Flags())
    data.testcases = adder.testcases
    return tuple(
        MissingTest(
            testcase=case.name,
            input=orders.inputs[case.name],
            answer=Solved(solutions=solutions) if case.answer == MISSING else None,
        )
        for case in data.testcases
        if case.name in orders.inputs
    )


def _solutions(orders: Orders, jury: Collection[JurySubmission]) -> tuple[Source, ...]:
    """Accepted submissions, first the one that the file names, then what is fast by its language."""
    right = [submission for submission in jury if submission.expected == (Verdict.AC,)]

    def place(submission: JurySubmission) -> tuple[bool, bool]:
        is_named = submission.path == orders.solution or submission.path.startswith(f"{orders.solution}.")
        return not (orders.solution and is_named), submission.source.language.startswith(("python", "pypy"))

    return tuple(submission.source for submission in sorted(right, key=place))


class _Adder:
    """Builds the folders anew, with the new test cases in their places."""

    def __init__(self, orders: Orders, tree: Tree, meta: Metadata, checker: CheckerSpec | None, data: TestData) -> None:
        self.testcases: list[Testcase] = []
        self._orders = orders
        self._tree = tree
        self._meta = meta
        self._checker = checker
        self._data = data

    def folder(self, folder: Folder, around: Flags) -> Folder:
        """The folder with what is new in it and below."""
        own = around
        if folder.source is not None:
            # What is wrong with the file was found when its test cases were read.
            own = flags.overlaid(around, folder.source, self._meta.format, Findings())
        prefix = f"{folder.name}/" if folder.name else ""
        below = {name.removeprefix(prefix) for name in self._orders.inputs if name.startswith(prefix)}
        old = {self._data.testcases[member].name: member for member in folder.members if isinstance(member, int)}
        folders = {inner.name: inner for inner in folder.folders}
        for name in below:
            top, slash, _ = name.partition("/")
            if slash:
                folders.setdefault(f"{prefix}{top}", Folder(name=f"{prefix}{top}"))
        names = [*old, *folders, *(f"{prefix}{name}" for name in below if "/" not in name)]
        members: list[Folder | int] = []
        for name in sorted(dict.fromkeys(names), key=lambda name: self._place(name, is_folder=name in folders)):
            if name in folders:
                members.append(self.folder(folders[name], own))
            else:
                self.testcases.append(self._data.testcases[old[name]] if name in old else self._new(name, own))
                members.append(len(self.testcases) - 1)
        return Folder(name=folder.name, source=folder.source, members=tuple(members))

    def _new(self, name: str, own: Flags) -> Testcase:
        self._data.input_flags[name] = own.input
        named = {
            spec.program_name: words
            for spec in (self._checker.all if self._checker is not None else ())
            if (words := validators.named(own.named, spec.program_name)) is not None
        }
        return Testcase(
            name=name,
            input=MISSING,
            answer=self._answer(name),
            checker_flags=self._meta.validator_flags + own.checker,
            named_flags=named,
            args=own.args,
        )

    def _answer(self, name: str) -> Blob:
        """The answer if the package has that: where a program talks to submissions none can be made."""
        entry = self._tree.find(f"data/{name}.ans")
        blob = self._tree.blob(entry) if entry is not None and not entry.is_directory else None
        if entry is None or blob is None:
            return MISSING
        self._data.files.setdefault(blob, entry.real)
        return blob

    def _place(self, name: str, *, is_folder: bool) -> tuple[bool, bytes]:
        """Samples first; below that the order in which test data is read."""
        is_group = is_folder and name.count("/") == 1
        ending = "/" if is_folder and self._meta.format == "2025-09" and not is_group else ""
        return name == "secret", os.fsencode(PurePosixPath(name).name + ending)


def check(recipes: Collection[Recipe], meta: Metadata, findings: Findings) -> None:
    """Find what cannot be made."""
    needing = [recipe for recipe in _missing(recipes) if recipe.answer is not None]
    has_passes = meta.limits is not None and meta.limits.passes > 1
    if needing and (meta.kind.is_interactive or meta.kind.is_submit_answer or has_passes):
        text = f"{needing[0].testcase} needs a file .ans, which may be empty: no submission can answer it by itself"
        findings.error(FILE, text)
    elif any(recipe.answer is not None and not recipe.answer.solutions for recipe in needing):
        findings.error(FILE, "no accepted submission can be run here to make answers")


def _missing(recipes: Collection[Recipe]) -> Iterator[MissingTest]:
    return (recipe for recipe in recipes if isinstance(recipe, MissingTest))
