"""Loads a problem package: a directory in the legacy ICPC format, as Kattis and DOMjudge read it.

    problem.yaml            title, limits, how output is judged        metadata.py, domjudge.py
    problem_statement/      statements                                 statements.py
    data/{sample,secret}/   test cases                                 testdata.py
    output_validators/      a program that judges output               validators.py
    submissions/            the jury's, and what they should get       submissions.py

A loaded package holds the digests of its test data, not the data: that stays in the files, which ``files`` tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from judge.errors import PackageError
from judge.models import Blob, Problem
from problems import metadata, statements, submissions, testdata, validators
from problems.findings import Findings
from problems.statements import Statement
from problems.submissions import JurySubmission
from problems.tree import Tree

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
#: Folders that would change how submissions are compiled.
_UNSUPPORTED_FOLDERS = ("include", "static_validator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that can be judged."""

    path: Path
    #: The directory's name.
    name: str
    title: str
    problem: Problem
    statements: tuple[Statement, ...]
    submissions: tuple[JurySubmission, ...]
    #: What is odd but judged all the same, each ``file[:line]: text``.
    warnings: tuple[str, ...]
    #: Where the bytes of each input and answer are. Links have been resolved.
    files: Mapping[Blob, Path]


def load(path: Path) -> Package:
    """The package in a directory.

    Raises:
        PackageError: it cannot be judged; the error lists everything wrong with it that could be found.
    """
    findings = Findings()
    tree = Tree(path, findings)
    name = tree.root.real.name
    if not _NAME.fullmatch(name):
        findings.error(name, "a package's folder is named with at most 64 of a-z, 0-9, _ and -, the first no sign")
    for folder in _UNSUPPORTED_FOLDERS:
        entry = tree.find(folder)
        if entry is not None and entry.is_directory and tree.entries(entry):
            findings.error(f"{folder}/", "is not supported by this version, and submissions may not work without it")
    meta = metadata.read(tree, findings)
    checker = validators.read(tree, findings) if meta.has_validator else validators.DEFAULT
    if meta.has_validator is None:
        checker = None
    data = testdata.read(tree, checker, meta.validator_flags, findings)
    texts = statements.read(tree, findings)
    jury = submissions.read(tree, meta.limits, findings)
    title = meta.title or statements.title(texts)
    if title is None:
        findings.warning(metadata.FILE, "no name; the folder's is used")
    if findings.errors or meta.limits is None or checker is None:
        raise PackageError(findings.errors)
    return Package(
        path=tree.root.real,
        name=name,
        title=title or name,
        problem=Problem(name=name, limits=meta.limits, checker=checker, testcases=tuple(data.testcases)),
        statements=texts,
        submissions=jury,
        warnings=tuple(findings.warnings),
        files=data.files,
    )
