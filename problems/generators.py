"""Reads ``generators/generators.yaml``, by which an ICPC package may keep its generators instead of its test data.

The formats leave the file's content to tools ("Generators" in 2025-09). Part of what BAPCtools understands is read
here::

    solution: submissions/accepted/fast.cpp    # makes answers; else the first accepted submission that can
    generators:
      tree: [tree.cpp, shared.h]               # a program of several files
    data:
      sample:
        "1": {in: 1 2, ans: "3"}               # the files' contents themselves
      secret:
        small: gen 5 {seed}                    # data/secret/small.in is what `gen 5 1234` writes
        group1:
          max-1: gen 100000 {seed}
          max-2: {generate: "gen 9 {seed:2}"}  # another seed
          by-hand:                             # data/secret/group1/by-hand.in is in the package
          copied: {copy: manual/x}             # generators/manual/x.in, and x.ans if there is one
        group2:
          data:
            - path: tree 1                     # data/secret/group2/1-path.in: lists number what they hold
            - path: tree 2

The first word is a program of ``generators/``, with or without its extension. ``{seed}`` is a number that follows from
the test case's name and nothing else, and ``{name}`` that name's last part. A test case whose ``.in`` is in the package
is taken as it is, whatever the file says, and so is a whole folder of which the file has a list: how its test cases are
numbered is the tool's affair. Interactive and multi-pass problems have empty answers where none is given. What is
written in other ways is told and left out.
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
from problems.recipes import MISSING, Generated, MissingTest, Recipe, Solved, Written
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
#: How an item of a list says that its number is its whole name.
_NAMELESS = ("", "~", "null")
#: Looked at in a folder to see whether it holds an input.
_MOST_FILES = 10_000
#: Seeds fit into a signed int.
_SEEDS = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What generators make."""

    #: Inputs by name of the test case, as ``secret/group1/max-1``; an entry is a file of the package.
    inputs: Mapping[str, Generated | Written | Entry] = field(default_factory=dict)
    #: Those answers that no solution has to make.
    answers: Mapping[str, Written | Entry] = field(default_factory=dict)
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
    path = solution.strip().lstrip("/") if isinstance(solution, str) else ""
    return Orders(inputs=reader.inputs, answers=reader.answers, solution=path)


class _Reader:
    """Walks the tree of names."""

    def __init__(self, tree: Tree, source: Document, findings: Findings) -> None:
        self.inputs: dict[str, Generated | Written | Entry] = {}
        self.answers: dict[str, Written | Entry] = {}
        self._tree = tree
        self._source = source
        self._findings = findings
        self._programs: dict[str, Source | None] = {}

    def walk(self, value: Plain, path: tuple[str, ...]) -> None:
        if isinstance(value, str):
            self._take(value, path)
        elif isinstance(value, list):
            self._walk_list(value, path)
        elif isinstance(value, dict) and "data" not in value and any(isinstance(value.get(key), str) for key in _PARTS):
            self._take_parts(value, path)
        elif isinstance(value, dict):
            nested = value.get("data", value)
            if not isinstance(nested, dict):
                self.walk(nested, path)
                return
            for name, inner in nested.items():
                if name and (name not in _ABOUT or nested is not value):
                    self._walk_named(inner, path, name)

    def _walk_named(self, value: Plain, path: tuple[str, ...], name: str) -> None:
        if _NAME.fullmatch(name):
            self.walk(value, (*path, name))
        else:
            self._warn((*path, name), "the format forbids such names")

    def _walk_list(self, items: Sequence[Plain], path: tuple[str, ...]) -> None:
        """Number test cases and folders in the order in which they stand."""
        folder = self._tree.find("/".join(("data", *path)))
        if folder is not None and folder.is_directory:
            files = self._tree.below(folder, most=_MOST_FILES)
            if any(file.relative.suffix == ".in" for file in files):
                return
        digits = len(str(len(items)))
        for number, item in enumerate(items, 1):
            for name, inner in item.items() if isinstance(item, dict) else ():
                numbered = f"{number:0{digits}}"
                self._walk_named(inner, path, numbered if name in _NAMELESS else f"{numbered}-{name}")

    def _take_parts(self, parts: Mapping[str, Plain], path: tuple[str, ...]) -> None:
        """A test case whose files are told one by one."""
        command, copied, text = (parts.get(key) for key in ("generate", "copy", "in"))
        if not self._is_new(path):
            return
        if "count" in parts:
            self._warn(path, "test cases that are counted are not made; this one is left out")
        elif isinstance(command, str):
            self._take(command, path)
        elif isinstance(text, str):
            self.inputs["/".join(path)] = _written(text)
        elif isinstance(copied, str):
            self._copy(copied, path)
        else:
            self._warn(path, "nothing says how the input is made; this one is left out")
        if isinstance(answer := parts.get("ans"), str):
            self.answers["/".join(path)] = _written(answer)

    def _copy(self, base: str, path: tuple[str, ...]) -> None:
        parts = PurePosixPath(base.strip().lstrip("/")).parts
        for extension, found in ((".in", self.inputs), (".ans", self.answers)):
            file = self._tree.find("/".join((FOLDER, *parts)) + extension) if ".." not in parts else None
            if file is not None and not file.is_directory:
                found["/".join(path)] = file
            elif extension == ".in":
                self._error(path, f"cannot be copied: there is no {base[:60]}.in in {FOLDER}/")
                return

    def _is_new(self, path: tuple[str, ...]) -> bool:
        """Whether the package holds no such test case, and there is room for one more."""
        if len(path) < 2 or self._tree.find(f"data/{'/'.join(path)}.in") is not None:
            return False
        if len(self.inputs) == MOST_TESTCASES:
            self._error(path, f"more than {MOST_TESTCASES} test cases")
            return False
        return True

    def _take(self, command: str, path: tuple[str, ...]) -> None:
        words = self._words(command, path) if self._is_new(path) else ()
        if len(words) == 1 and words[0].endswith(".in"):  # as older packages say it
            self._copy(words[0].removesuffix(".in"), path)
        elif words and (program := self._program(words[0], path)) is not None:
            self.inputs["/".join(path)] = Generated(program=program, argv=tuple(words[1:]))

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
            try:
                self._programs[name] = self._composed(name) or self._single(name)
            except ProgramError as error:
                self._error(path, f"cannot be made: {error}")
        return self._programs[name]

    def _single(self, name: str) -> Source:
        entry = self._find(name)
        if entry is None:
            raise ProgramError(f"there is no program {name[:60]!r} in {FOLDER}/")
        return programs.read(self._tree, entry, has_scripts=entry.is_directory)

    def _composed(self, name: str) -> Source | None:
        """The program of several files that is called so; None if there is none."""
        composed = self._source.values.get("generators")
        names = composed.get(name) if isinstance(composed, dict) else None
        files = [file for file in names if isinstance(file, str)] if isinstance(names, list) else []
        entries: dict[str, Entry] = {}
        for file in files:
            parts = PurePosixPath(file.lstrip("/")).parts
            entry = self._tree.find("/".join((FOLDER, *parts))) if parts and ".." not in parts else None
            if entry is None or entry.is_directory:
                raise ProgramError(f"there is no file {file[:60]!r} in {FOLDER}/, which {name[:60]!r} needs")
            entries[entry.name] = entry
        return programs.source_of(self._tree, entries, has_scripts=True) if entries else None

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


def _written(text: str) -> Written:
    """A file's content, whose last line ends as lines do."""
    return Written(content=(text if not text or text.endswith("\n") else f"{text}\n").encode())


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
    if not orders.inputs and all(case.answer != MISSING for case in data.testcases):
        return ()
    # Where a program talks to submissions none of them can answer by itself, and most have nothing to be answered.
    is_talk = meta.kind.is_interactive or (meta.limits is not None and meta.limits.passes > 1)
    otherwise = Written(content=b"") if is_talk else Solved(solutions=_solutions(orders, jury))
    adder = _Adder(orders, tree, meta, checker, data)
    data.root = adder.folder(data.root, Flags())
    data.testcases = adder.testcases
    recipes = []
    for case in data.testcases:
        made = orders.inputs.get(case.name)
        if MISSING in (case.input, case.answer):
            given = orders.answers.get(case.name)
            answer = given if isinstance(given, Written) else otherwise
            recipes.append(
                MissingTest(
                    testcase=case.name,
                    input=None if isinstance(made, Entry) else made,
                    answer=answer if case.answer == MISSING else None,
                )
            )
    return tuple(recipes)


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
        made = self._orders.inputs[name]
        return Testcase(
            name=name,
            input=self._blob(made) if isinstance(made, Entry) else MISSING,
            answer=self._answer(name),
            checker_flags=self._meta.validator_flags + own.checker,
            named_flags=named,
            args=own.args,
        )

    def _answer(self, name: str) -> Blob:
        """The answer if the package has a file of it."""
        entry = self._tree.find(f"data/{name}.ans")
        given = self._orders.answers.get(name)
        if entry is not None and not entry.is_directory:
            return self._blob(entry)
        return self._blob(given) if isinstance(given, Entry) else MISSING

    def _blob(self, entry: Entry) -> Blob:
        blob = self._tree.blob(entry)
        if blob is None:
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
    needing = [recipe for recipe in _missing(recipes) if isinstance(recipe.answer, Solved)]
    if needing and meta.kind.is_submit_answer:
        text = f"{needing[0].testcase} needs a file .ans, which may be empty: no submission can answer it by itself"
        findings.error(FILE, text)
    elif any(isinstance(recipe.answer, Solved) and not recipe.answer.solutions for recipe in needing):
        findings.error(FILE, "no accepted submission can be run here to make answers")


def _missing(recipes: Collection[Recipe]) -> Iterator[MissingTest]:
    return (recipe for recipe in recipes if isinstance(recipe, MissingTest))
