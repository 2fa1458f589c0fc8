"""Finds a package's test cases, in judging order: ``data/sample`` first, then ``data/secret``.

Below each, groups are directories of any depth, and cases and groups are ordered together by name, byte by byte. A case
is ``X.in`` with its answer ``X.ans``. A group's ``testdata.yaml`` may give the output validator more flags; a group
without them takes those of the nearest group around it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from checkers import registry
from checkers.base import CheckerFailure
from judge.models import Blob, CheckerSpec, Testcase
from problems import document, metadata
from problems.document import Document, Plain
from problems.findings import Findings
from problems.tree import Entry, Tree

MOST_TESTCASES = 5000
MOST_DEPTH = 8

GROUP_FILE = "testdata.yaml"
_GROUP_KEYS = frozenset(
    {
        *("on_reject", "grading", "grader_flags", "input_validator_flags", "output_validator_flags"),
        *("accept_score", "reject_score", "range"),
    }
)
#: Grader flags under which a submission passes although a test case failed.
_FORGIVING_FLAGS = frozenset({"always_accept", "accept_if_any_accepted"})

#: Files beside a case that are for readers; the last three show an interaction or what a statement prints instead.
_FOR_READERS = frozenset(
    {".hint", ".desc", ".png", ".jpg", ".jpeg", ".svg", ".md", ".txt", ".interaction", ".statement", ".download"}
)
#: Files of the format 2025-09 that would change how a case is run or judged.
_UNSUPPORTED = frozenset({".args", ".files", ".yaml"})


@dataclass(slots=True)
class TestData:
    """The cases found, and where the file of each blob is."""

    __test__ = False  # not a pytest class

    testcases: list[Testcase] = field(default_factory=list)
    files: dict[Blob, Path] = field(default_factory=dict)


def read(tree: Tree, checker: CheckerSpec | None, flags: tuple[str, ...], findings: Findings) -> TestData:
    """All test cases.

    Args:
        tree: the package.
        checker: what will judge the output, to have its flags checked; None if that could not be found out.
        flags: the problem's own, which come before those of groups.
        findings: takes what is wrong.
    """
    reader = _Reader(tree, checker, flags, findings)
    root = tree.find("data")
    if root is not None and root.is_directory:
        root_flags = reader.group_flags(root, ())
        for name in ("sample", "secret"):
            group = tree.find(f"data/{name}")
            if group is not None and group.is_directory:
                reader.walk(group, root_flags, depth=1)
    if not any(not case.is_sample for case in reader.found.testcases) and not reader.is_incomplete:
        findings.error("data/secret", "no test case; without secret data anything that passes the samples is accepted")
    return reader.found


class _Reader:
    """Walks the groups, gathering cases."""

    def __init__(self, tree: Tree, checker: CheckerSpec | None, flags: tuple[str, ...], findings: Findings) -> None:
        self.found = TestData()
        #: Whether cases are missing because of an error that was already found.
        self.is_incomplete = False
        self._tree = tree
        self._checker = checker
        self._flags = flags
        self._findings = findings
        self._check_flags(metadata.FILE, flags, line=None)

    def walk(self, group: Entry, flags: tuple[str, ...], *, depth: int) -> None:
        """Take the cases of a group and, in their places, those of the groups in it."""
        if depth > MOST_DEPTH:
            self._findings.error(str(group), f"groups are nested more than {MOST_DEPTH} deep, or a link leads back up")
            self.is_incomplete = True
            return
        flags = self.group_flags(group, flags)
        entries = self._tree.entries(group)
        by_name = {entry.name: entry for entry in entries}
        for entry in sorted(entries, key=_place):
            if len(self.found.testcases) > MOST_TESTCASES:
                return
            if entry.relative.suffix in _UNSUPPORTED and entry.name != GROUP_FILE:
                self._findings.error(str(entry), "belongs to the format 2025-09, which this version does not judge")
            elif entry.is_directory:
                self.walk(entry, flags, depth=depth + 1)
            elif entry.relative.suffix == ".in":
                self._take(entry, by_name.get(f"{entry.relative.stem}.ans"), flags)
            elif entry.relative.suffix == ".ans":
                if f"{entry.relative.stem}.in" not in by_name:
                    self._findings.warning(str(entry), f"ignored: there is no {entry.relative.stem}.in beside it")
            elif entry.relative.suffix not in _FOR_READERS and entry.name != GROUP_FILE:
                self._findings.warning(str(entry), "ignored: neither .in nor .ans")

    def group_flags(self, group: Entry, inherited: tuple[str, ...]) -> tuple[str, ...]:
        """The output validator flags of a group: its own, else those around it."""
        entry = self._tree.find(str(group.relative / GROUP_FILE))
        source = document.read(self._tree, entry, self._findings) if entry is not None else None
        if source is None:
            return inherited
        for key in source.values:
            if key not in _GROUP_KEYS:
                self._findings.warning(source.file, f"unknown key {key[:60]!r} is ignored", line=source.line(key))
        self._refuse_scoring(source)
        if source.values.get("output_validator_flags") is None:
            return inherited
        line = source.line("output_validator_flags")
        flags = _words(source.values["output_validator_flags"])
        if flags is None or not metadata.are_usable_flags(flags):
            text = f"output_validator_flags: must be one text of at most {metadata.MOST_FLAGS} printable words"
            self._findings.error(source.file, text, line=line)
            return inherited
        self._check_flags(source.file, self._flags + flags, line=line)
        return flags

    def _take(self, entry: Entry, answer: Entry | None, flags: tuple[str, ...]) -> None:
        name = entry.relative.with_suffix("").relative_to(PurePosixPath("data"))
        if answer is None or answer.is_directory:
            self._findings.error(str(entry), f"has no answer: there is no {entry.relative.stem}.ans beside it")
            self.is_incomplete = True
            return
        if len(self.found.testcases) == MOST_TESTCASES:
            self._findings.error("data", f"more than {MOST_TESTCASES} test cases")
            self.is_incomplete = True
        blobs = (self._tree.blob(entry), self._tree.blob(answer))
        if blobs[0] is None or blobs[1] is None:
            self.is_incomplete = True
            return
        self.found.files[blobs[0]] = entry.real
        self.found.files[blobs[1]] = answer.real
        self.found.testcases.append(
            Testcase(name=str(name), input=blobs[0], answer=blobs[1], checker_flags=self._flags + flags)
        )

    def _check_flags(self, file: str, flags: Sequence[str], *, line: int | None) -> None:
        """Have the built-in checker look at its flags now: at judging time it would be too late to mend them."""
        if self._checker is not None and self._checker.name in registry.BUILTIN:
            try:
                registry.make(self._checker.name, flags)
            except CheckerFailure as error:
                self._findings.error(file, f"output validator flags {' '.join(flags)[:80]!r}: {error}", line=line)

    def _refuse_scoring(self, source: Document) -> None:
        """Refuse what would make a submission pass that we would reject."""
        flags = _words(source.values.get("grader_flags")) or ()
        for flag in _FORGIVING_FLAGS.intersection(flags):
            text = f"grader flag {flag} is for scoring problems, which this version does not judge"
            self._findings.error(source.file, text, line=source.line("grader_flags"))
        if source.values.get("grading") == "custom":
            text = "graders are for scoring problems, which this version does not judge"
            self._findings.error(source.file, text, line=source.line("grading"))


def _place(entry: Entry) -> tuple[bytes, bytes]:
    """Where an entry stands among its siblings: by its name without extension, a directory's whole name counting."""
    base = entry.name if entry.is_directory else entry.relative.stem
    return os.fsencode(base), os.fsencode(entry.relative.suffix)


def _words(value: Plain) -> tuple[str, ...] | None:
    """The words of a text; None for a mapping by validator name or anything else."""
    if value is None:
        return ()
    return tuple(value.split()) if isinstance(value, str) else None
