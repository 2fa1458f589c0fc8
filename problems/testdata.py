"""Finds a package's test cases, in judging order: ``data/sample`` first, then ``data/secret``.

    X.in, X.ans                            the case; without X.in there is none
    X.yaml, X.files/                       how it is run (2025-09); X.args in drafts before
    X.hint, X.desc, X.png, X.out ...       for people
    testdata.yaml, test_group.yaml         of the directory, in the legacy format and in its successors

Directories may be nested. Cases and directories are ordered together by name, byte by byte. What a directory's file
says of scores is for ``groups.py``; the data that tests validators (``extra.py``) is read in the same way.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from checkers import registry
from checkers.base import CheckerFailure
from judge.models import Blob, CheckerSpec, Testcase
from problems import companions, constants, document, extra, flags, metadata, validators
from problems.document import Document
from problems.extra import ExtraCase
from problems.findings import Findings
from problems.flags import Flags
from problems.limits import Format
from problems.metadata import Metadata
from problems.recipes import MISSING
from problems.tree import Entry, Tree

MOST_TESTCASES = 5000
MOST_DEPTH = 8

LEGACY_FILE = "testdata.yaml"
CURRENT_FILE = "test_group.yaml"
#: What describes a directory, in the order in which it is looked for.
GROUP_FILES: Mapping[Format, tuple[str, ...]] = {
    "2025-09": (CURRENT_FILE,),
    "2023-07-draft": (CURRENT_FILE, LEGACY_FILE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A directory of test data."""

    #: The path below ``data/``; "" for that itself.
    name: str
    #: What its own group file says; None: it has none.
    source: Document | None = None
    #: Directories, and indices into ``TestData.testcases``, in judging order.
    members: tuple[Folder | int, ...] = ()

    @property
    def folders(self) -> tuple[Folder, ...]:
        return tuple(member for member in self.members if isinstance(member, Folder))

    @property
    def cases(self) -> tuple[int, ...]:
        """Of this directory and of all below, in judging order."""
        return tuple(
            index for member in self.members for index in (member.cases if isinstance(member, Folder) else (member,))
        )


@dataclass(slots=True)
class TestData:
    """The cases found, and where the file of each blob is."""

    __test__ = False  # not a pytest class

    testcases: list[Testcase] = field(default_factory=list)
    extra_cases: list[ExtraCase] = field(default_factory=list)
    files: dict[Blob, Path] = field(default_factory=dict)
    #: By name of the test case and of the validator; "" is all of them.
    input_flags: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    #: Names of test cases whose input is a link: being equal to another is what they are for.
    links: set[str] = field(default_factory=set)
    root: Folder = Folder(name="")


def read(
    tree: Tree,
    meta: Metadata,
    checker: CheckerSpec | None,
    findings: Findings,
    *,
    allow_incomplete: bool = False,
    makes_answers: bool = False,
    made: Collection[str] = (),
) -> TestData:
    """All test cases.

    Args:
        tree: the package.
        meta: its format, constants, and the flags that come before those of groups.
        checker: what will judge the output, to have its flags checked; None if that could not be found out.
        findings: takes what is wrong.
        allow_incomplete: whether data that is missing is only worth a warning.
        makes_answers: whether an answer that is missing will be made.
        made: names of test cases that the package does not hold, but says how to make.
    """
    reader = _Reader(
        tree, meta, checker, findings, made=made, allow_incomplete=allow_incomplete, makes_answers=makes_answers
    )
    root = tree.find("data")
    if root is not None and root.is_directory:
        reader.read(root)
    has_secret = any(not case.is_sample for case in reader.found.testcases)
    if not has_secret and not any(name.startswith("secret/") for name in made) and not reader.is_incomplete:
        say = findings.warning if allow_incomplete else findings.error
        say("data/secret", "no test case; without secret data anything that passes the samples is accepted")
    return reader.found


class _Reader:
    """Walks the directories, gathering cases."""

    def __init__(
        self,
        tree: Tree,
        meta: Metadata,
        checker: CheckerSpec | None,
        findings: Findings,
        *,
        made: Collection[str],
        allow_incomplete: bool,
        makes_answers: bool,
    ) -> None:
        self.found = TestData()
        #: Whether cases are missing because of an error that was already found.
        self.is_incomplete = False
        self._tree = tree
        self._form = meta.format
        self._checker = checker
        self._own_flags = meta.validator_flags
        self._findings = findings
        self._made = made
        self._allow_incomplete = allow_incomplete
        self._makes_answers = makes_answers
        self._changed = partial(constants.replaced, constants=meta.constants) if meta.constants else None
        self._check_flags(metadata.FILE, self._own_flags, line=None)

    def read(self, root: Entry) -> None:
        """Everything below ``data/``."""
        around, source = self._overlaid(Flags(), root)
        groups = []
        for name in ("sample", "secret"):
            entry = self._tree.find(f"data/{name}")
            if entry is not None and entry.is_directory:
                groups.append(self._walk(entry, around, depth=1))
        self.found.root = Folder(name="", source=source, members=tuple(groups))
        for name, kind in extra.FOLDERS.items():
            entry = self._tree.find(f"data/{name}")
            if entry is not None and entry.is_directory:
                self._walk_extra(entry, kind, Flags(), depth=1)

    def _walk(self, folder: Entry, around: Flags, *, depth: int) -> Folder:
        """Take the cases of a directory and, in their places, those of the directories in it."""
        name = _name(folder.relative)
        if depth > MOST_DEPTH:
            text = f"directories are nested more than {MOST_DEPTH} deep, or a link leads back up"
            self._findings.error(str(folder), text)
            self.is_incomplete = True
            return Folder(name=name)
        inherited, source = self._overlaid(around, folder)
        by_name = {entry.name: entry for entry in self._tree.entries(folder)}
        members: list[Folder | int] = []
        for entry in sorted(by_name.values(), key=self._place):
            if len(self.found.testcases) > MOST_TESTCASES:
                break
            if entry.is_directory and not companions.is_one(entry, by_name):
                self._check_name(entry, by_name)
                members.append(self._walk(entry, inherited, depth=depth + 1))
            elif entry.relative.suffix == ".in":
                members += self._take(entry, by_name, inherited)
            elif entry.name not in (LEGACY_FILE, CURRENT_FILE) and _name(_base(entry)) not in self._made:
                companions.report(entry, by_name, self._form, self._findings)
        return Folder(name=name, source=source, members=tuple(members))

    def _take(self, entry: Entry, by_name: Mapping[str, Entry], around: Flags) -> Iterator[int]:
        """The index of the case, unless something about it is missing."""
        if len(self.found.testcases) == MOST_TESTCASES:
            self._findings.error("data", f"more than {MOST_TESTCASES} test cases")
            self.is_incomplete = True
        answer = by_name.get(f"{entry.relative.stem}.ans")
        if answer is not None and answer.is_directory:
            answer = None
        if answer is None and not self._makes_answers:
            self._miss(entry, f"has no answer: there is no {entry.relative.stem}.ans beside it")
            return
        blobs = (self._blob(entry), self._blob(answer) if answer is not None else MISSING)
        beside = companions.read(self._tree, entry, by_name, self._form, self._findings)
        if blobs[0] is None or blobs[1] is None or beside is None:
            self.is_incomplete = True
            return
        own = self._case_flags(around, beside)
        name = _name(_base(entry))
        self.found.files.update(beside.paths)
        self.found.input_flags[name] = own.input
        if entry.real != self._tree.root.real / entry.relative:
            self.found.links.add(name)
        self.found.testcases.append(
            Testcase(
                name=name,
                input=blobs[0],
                answer=blobs[1],
                checker_flags=self._own_flags + own.checker,
                named_flags=self._named(own),
                args=own.args,
                files=beside.files,
            )
        )
        yield len(self.found.testcases) - 1

    def _walk_extra(self, folder: Entry, kind: extra.Kind, around: Flags, *, depth: int) -> None:
        inherited, _ = self._overlaid(around, folder)
        by_name = {entry.name: entry for entry in self._tree.entries(folder)}
        for entry in sorted(by_name.values(), key=self._place):
            if entry.is_directory and not companions.is_one(entry, by_name) and depth < MOST_DEPTH:
                self._walk_extra(entry, kind, inherited, depth=depth + 1)
            elif entry.relative.suffix == ".in" and len(self.found.extra_cases) < MOST_TESTCASES:
                self._take_extra(entry, kind, by_name, inherited)

    def _take_extra(self, entry: Entry, kind: extra.Kind, by_name: Mapping[str, Entry], around: Flags) -> None:
        stem = entry.relative.stem
        wanted = () if kind == "invalid_input" else (f"{stem}.ans", f"{stem}.out")
        for name in wanted:
            if name not in by_name:
                self._findings.warning(str(entry), f"is not checked: there is no {name} beside it")
                return
        blobs = [self._blob(by_name[name]) for name in (entry.name, *wanted)]
        beside = companions.read(self._tree, entry, by_name, self._form, self._findings)
        if beside is None or blobs[0] is None or None in blobs:
            return
        own = self._case_flags(around, beside)
        # Whoever is not named gets the arguments of the submission alone ("Input validators", "Invocation").
        given = own.input if "" in own.input else {"": (), **own.input}
        self.found.extra_cases.append(
            ExtraCase(
                name=_name(_base(entry)),
                kind=kind,
                input=blobs[0],
                answer=blobs[1] if wanted else None,
                output=blobs[2] if wanted else None,
                checker_flags=self._own_flags + own.checker,
                input_flags={name: (*words, *own.args) for name, words in given.items()},
            )
        )

    def _overlaid(self, around: Flags, folder: Entry) -> tuple[Flags, Document | None]:
        """What a directory's own file adds to what is said around it."""
        source = self._group_file(folder)
        if source is None:
            return around, None
        flags.report_unknown(source, self._form, self._findings)
        own = flags.overlaid(around, source, self._form, self._findings)
        if own.checker != around.checker:
            key = "output_validator_args" if "output_validator_args" in source.values else "output_validator_flags"
            self._check_flags(source.file, self._own_flags + own.checker, line=source.line(key))
        return own, source

    def _group_file(self, folder: Entry) -> Document | None:
        names = GROUP_FILES.get(self._form, (LEGACY_FILE,))
        for name in (CURRENT_FILE, LEGACY_FILE):
            entry = self._tree.find(str(folder.relative / name))
            if entry is None or entry.is_directory:
                continue
            if name in names:
                return document.read(self._tree, entry, self._findings, changed=self._changed)
            text = f"not read: in the format {self._form} this file is {names[0]}"
            self._findings.warning(str(entry), text)
        return None

    def _case_flags(self, around: Flags, beside: companions.Companions) -> Flags:
        if beside.source is None:
            return flags.with_args(around, beside.args)
        flags.report_unknown(beside.source, self._form, self._findings, is_case=True)
        own = flags.overlaid(around, beside.source, self._form, self._findings)
        if own.checker != around.checker:
            line = beside.source.line("output_validator_args")
            self._check_flags(beside.source.file, self._own_flags + own.checker, line=line)
        return flags.with_args(own, beside.args)

    def _named(self, own: Flags) -> Mapping[str, tuple[str, ...]]:
        """The flags of single validators by their programs' names, which packages write with or without extension."""
        found = {}
        for spec in self._checker.all if self._checker is not None and own.named else ():
            words = validators.named(own.named, spec.program_name)
            if words is not None:
                found[spec.program_name] = words
        return found

    def _blob(self, entry: Entry) -> Blob | None:
        blob = self._tree.blob(entry)
        if blob is not None:
            self.found.files.setdefault(blob, entry.real)
        return blob

    def _miss(self, entry: Entry, text: str) -> None:
        if self._allow_incomplete:
            self._findings.warning(str(entry), f"is not judged: {text}")
        else:
            self._findings.error(str(entry), text)
            self.is_incomplete = True

    def _check_name(self, entry: Entry, by_name: Mapping[str, Entry]) -> None:
        if self._form == "2025-09" and f"{entry.name}.in" in by_name:
            self._findings.error(str(entry), f"has the name of the test case {entry.name}.in beside it; rename one")

    def _check_flags(self, file: str, words: tuple[str, ...], *, line: int | None) -> None:
        """Have the built-in checker look at its flags now: at judging time it would be too late to mend them."""
        if self._checker is not None and self._checker.program is None:
            try:
                registry.make(self._checker.name, words)
            except CheckerFailure as error:
                self._findings.error(file, f"output validator flags {' '.join(words)[:80]!r}: {error}", line=line)

    def _place(self, entry: Entry) -> tuple[bytes, bytes]:
        """Where an entry stands among its siblings: by its name without extension, a directory's whole name counting.

        In the format 2025-09 the order is that of whole names, in which a slash follows that of a directory. Groups
        have names of their own, without one.
        """
        if not entry.is_directory:
            return os.fsencode(entry.relative.stem), os.fsencode(entry.relative.suffix)
        is_group = self._form != "2025-09" or self._tree.find(str(entry.relative / CURRENT_FILE)) is not None
        ending = "" if is_group else "/"
        return os.fsencode(entry.name + ending), b""


def _base(entry: Entry) -> PurePosixPath:
    """The path without the extension."""
    return entry.relative.with_suffix("")


def _name(relative: PurePosixPath) -> str:
    """The path below ``data/``."""
    return str(relative.relative_to(PurePosixPath("data")))
