"""Loads a problem package: a directory in any version of the ICPC package format, or of Codeforces' Polygon.

    problem.yaml            names, limits, how output is judged        metadata.py, domjudge.py
    statement/              statements                                 statements.py
    data/{sample,secret}/   test cases and their groups                testdata.py, groups.py
    data/invalid_*/ ...     data that tests validators                 extra.py
    *_validator(s)/         programs that judge                        validators.py
    include/                laid over submissions                      includes.py
    attachments/            for contestants                            attachments.py
    generators/             how data is made that is not there         generators.py
    submissions/            the jury's, and what they should get       submissions.py
    problem.xml             makes it a package of Polygon's            polygon/

A loaded package holds the digests of its data, not the data: that stays in the files, which ``files`` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from judge.errors import PackageError
from judge.models import Blob, CheckerSpec, Limits, Problem
from judge.recipes import languages
from problems import (
    attachments,
    generators,
    groups,
    includes,
    lint,
    metadata,
    polygon,
    shown,
    statements,
    submissions,
    testdata,
    validators,
)
from problems.document import Plain
from problems.extra import ExtraCase
from problems.findings import Findings
from problems.metadata import Metadata
from problems.recipes import Recipe
from problems.shown import ShownSample
from problems.statements import Statement
from problems.submissions import JurySubmission
from problems.testdata import TestData
from problems.timing import Timing
from problems.tree import NAME_CHARS, Tree, plain_name
from problems.validators import InputValidator


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that can be judged."""

    path: Path
    #: The directory's name, as far as it can stand in an address.
    name: str
    #: "legacy", "legacy-icpc", "2023-07-draft", "2025-09", "domjudge" or "polygon".
    format: str
    title: str
    #: The problem's name by natural language.
    titles: Mapping[str, str]
    #: What the package says of itself beside that, by the keys of the format 2025-09.
    about: Mapping[str, Plain]
    problem: Problem
    timing: Timing
    statements: tuple[Statement, ...]
    #: What contestants are shown of samples where that is not their test data.
    samples: tuple[ShownSample, ...] = ()
    submissions: tuple[JurySubmission, ...]
    input_validators: tuple[InputValidator, ...] = ()
    #: Arguments by name of the test case and of the validator; "" is all validators.
    input_flags: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    extra_cases: tuple[ExtraCase, ...] = ()
    #: Files for contestants, by path below ``attachments/``.
    attachments: Mapping[str, Blob] = field(default_factory=dict)
    #: How data is made that the package does not hold.
    recipes: tuple[Recipe, ...] = ()
    #: What is odd but judged all the same, each ``file[:line]: text``.
    warnings: tuple[str, ...]
    #: Where the bytes of each input, answer and other piece of data are. Links have been resolved.
    files: Mapping[Blob, Path]


def load(path: Path, *, allow_incomplete: bool = False, makes_answers: bool = False) -> Package:
    """The package in a directory.

    Args:
        path: the directory.
        allow_incomplete: whether to go on without secret test cases, and without those that have no answer.
        makes_answers: whether answers that are missing are to be made by an accepted submission.

    Raises:
        PackageError: it cannot be judged; the error lists everything wrong with it that could be found.
    """
    findings = Findings()
    tree = Tree(path, findings)
    name = plain_name(tree.root.real.name)
    if name is None:
        text = f"a package's folder is named with at most {NAME_CHARS} of a-z, 0-9, _ and -, the first no sign"
        raise PackageError([*findings.errors, f"{tree.root.real.name}: {text}"])
    if name != tree.root.real.name:
        findings.warning(
            "problem.yaml", f"the problem is called {name}, for that of the folder is no name of a package"
        )
    if polygon.is_one(tree):
        package = polygon.load(tree, findings)
        return replace(package, name=name, problem=replace(package.problem, name=name))
    return _Loader(tree, name, findings, allow_incomplete=allow_incomplete, makes_answers=makes_answers).package()


class _Loader:
    """Has each part read, in the order in which they need each other."""

    def __init__(
        self, tree: Tree, name: str, findings: Findings, *, allow_incomplete: bool, makes_answers: bool
    ) -> None:
        self._tree = tree
        self._name = name
        self._findings = findings
        self._allow_incomplete = allow_incomplete
        self._makes_answers = makes_answers
        self._meta = metadata.read(tree, findings)

    def package(self) -> Package:
        tree, meta, findings = self._tree, self._meta, self._findings
        checker = self._checker()
        orders = generators.read(tree, findings)
        data = testdata.read(
            tree,
            meta,
            checker,
            findings,
            allow_incomplete=self._allow_incomplete,
            makes_answers=self._makes_answers,
            made=orders.inputs,
        )
        texts = statements.read(tree, findings, constants=meta.constants)
        hides_samples = meta.kind.is_interactive and meta.format in ("legacy", "legacy-icpc", "domjudge")
        samples = shown.read(tree, findings, hides_data=hides_samples)
        jury = submissions.read(
            tree,
            meta.limits,
            findings,
            form=meta.format,
            is_submit_answer=meta.kind.is_submit_answer,
            constants=meta.constants,
        )
        recipes = generators.added(orders, tree, meta, checker, data, jury)
        generators.check(recipes, meta, findings)
        attached = attachments.read(tree, findings)
        input_validators = validators.input_validators(tree, findings, constants=meta.constants)
        titles = {**statements.titles(texts), **meta.titles}
        title = next(iter((*meta.titles.values(), *titles.values())), None)
        if title is None:
            findings.warning(metadata.FILE, "no name; the folder's is used")
        problem = self._problem(meta.limits, checker, data)
        lint.read(tree, meta, data, texts, findings)
        if findings.errors or problem is None:
            raise PackageError(findings.errors)
        return Package(
            path=tree.root.real,
            name=self._name,
            format=meta.format,
            title=title or self._name,
            titles=titles,
            about=meta.about,
            problem=problem,
            timing=meta.timing,
            statements=texts,
            samples=samples,
            submissions=jury,
            input_validators=input_validators,
            input_flags=data.input_flags,
            extra_cases=tuple(data.extra_cases),
            attachments={name: blob for name, (blob, _) in attached.items()},
            recipes=recipes,
            warnings=tuple(findings.warnings),
            files={**dict(attached.values()), **data.files},
        )

    def _checker(self) -> CheckerSpec | None:
        """What judges output; None where that could not be found out."""
        kind = self._meta.kind
        if kind.has_validator is None:
            return None
        if not kind.has_validator:
            return CheckerSpec(name=self._meta.checker) if self._meta.checker else validators.DEFAULT
        return validators.read(self._tree, self._findings, form=self._meta.format, constants=self._meta.constants)

    def _problem(self, limits: Limits | None, checker: CheckerSpec | None, data: TestData) -> Problem | None:
        """Everything that judging needs; None, and an error found, where some of it cannot be told."""
        tree, meta, findings = self._tree, self._meta, self._findings
        grader = validators.grader(tree, findings, constants=meta.constants)
        static = validators.static_validator(tree, findings, constants=meta.constants)
        grading = groups.read(
            data.root, meta, findings, has_grader=grader is not None, has_static_validator=static is not None
        )
        included = includes.read(tree, findings, constants=meta.constants)
        allowed = _languages(meta, findings)
        if limits is None or checker is None:
            return None
        return Problem(
            name=self._name,
            limits=limits,
            checker=checker,
            testcases=tuple(data.testcases),
            grading=grading,
            grader=grader,
            is_interactive=meta.kind.is_interactive,
            static_validator=static,
            is_submit_answer=meta.kind.is_submit_answer,
            includes=included,
            languages=allowed,
            allows_file_writing=meta.allows_file_writing,
        )


def _languages(meta: Metadata, findings: Findings) -> tuple[str, ...] | None:
    """Ids of ours for the codes of the format; those that this judge has not are left out."""
    if meta.languages is None:
        return None
    known = {code: [item.id for item in languages.by_code(code)] for code in meta.languages}
    for code, ids in known.items():
        if not ids:
            findings.warning(metadata.FILE, f"languages: this judge has no {code[:40]!r}")
    found = tuple(dict.fromkeys(item for ids in known.values() for item in ids))
    if not found:
        text = f"languages: none of them is known here; there are {', '.join(languages.offered())}"
        findings.error(metadata.FILE, text)
    return found
