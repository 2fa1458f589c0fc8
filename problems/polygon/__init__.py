"""Problem packages of Codeforces' Polygon, standard and full, as its page "Packages" makes them.

    problem.xml              everything: limits, tests, groups, programs     markup.py, judging.py
    tests/NN, tests/NN.a     inputs and answers, as far as they are there    data.py
    files/                   checker, validators, generators, testlib.h      programs.py, checkers.py, extras.py
                             what solutions are compiled with                drivers.py
    solutions/               with tags that say what each should get         solutions.py
    statements/<language>/   in LaTeX, and rendered                          names.py
    doall.sh, scripts/       how tests are made; read, never run             commands.py

Tests that are missing become recipes, which ``judge.preparing.generating`` follows. testlib is the package's own:
programs are compiled against the header that came with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from judge.errors import PackageError
from judge.models import CheckerSpec, Problem, Testcase

# The module rather than its names: it imports this one.
from problems import package as packages
from problems.document import Plain
from problems.findings import Findings
from problems.polygon import (
    checkers,
    commands,
    data,
    drivers,
    extras,
    grading,
    judging,
    markup,
    names,
    programs,
    solutions,
)
from problems.polygon.data import Files, TestData
from problems.polygon.judging import Judging
from problems.polygon.markup import Element
from problems.timing import Timing
from problems.tree import Tree, plain_name

if TYPE_CHECKING:
    from problems.package import Package
    from problems.submissions import JurySubmission

FILE = "problem.xml"
FORMAT = "polygon"


def is_one(tree: Tree) -> bool:
    """Whether the package is one of Polygon's."""
    return tree.find(FILE) is not None


def load(tree: Tree, findings: Findings) -> Package:
    """The Polygon package in a directory.

    Raises:
        PackageError: it cannot be judged; the error lists everything wrong with it that could be found.
    """
    entry = tree.find(FILE)
    root = markup.read(tree, entry, findings) if entry is not None and not entry.is_directory else None
    if root is None or root.tag != "problem":
        if not findings.errors:
            findings.error(FILE, "its root element must be <problem>")
        raise PackageError(findings.errors)
    loaded = _Reader(tree, root, findings).package()
    if loaded is None or findings.errors:
        raise PackageError(findings.errors)
    return loaded


class _Reader:
    """Puts the parts together."""

    def __init__(self, tree: Tree, root: Element, findings: Findings) -> None:
        self._tree = tree
        self._root = root
        self._findings = findings
        #: Whoever loads a package has made sure that there is such a name.
        self._name = plain_name(tree.root.real.name) or tree.root.real.name
        self._workshop = programs.workshop(tree, root, findings)
        self._files = Files(tree, findings)

    def package(self) -> Package | None:
        how = judging.read(self._root, FILE, self._findings)
        checker = checkers.read(self._root, self._workshop, self._findings)
        if how is None or checker is None:
            return None
        if self._root.find("assets/scorer") is not None:
            self._findings.warning(FILE, "the scorer is not used: points add up by groups, as Polygon's own rules say")
        gives_points = checkers.gives_points(checker[0])
        # Where a test says what it is worth, a checker that gives all of that accepts.
        is_vague = gives_points and any(test.points is None for test in how.tests)
        jury = solutions.read(self._root, self._workshop, how.limits, self._findings, gives_points=is_vague)
        found = self._data(how, jury)
        problem = self._problem(how, found, checker, gives_points=gives_points)
        validators = extras.validators(self._root, self._workshop, self._findings)
        cases = extras.cases(self._root, self._files)
        titles = names.titles(self._root, self._findings)
        texts = names.read(self._tree, self._root, self._findings)
        return packages.Package(
            path=self._tree.root.real,
            name=self._name,
            format=FORMAT,
            title=next(iter(titles.values()), self._name),
            titles=titles,
            about=_about(self._root),
            problem=problem,
            timing=Timing(),
            statements=texts,
            submissions=jury,
            input_validators=validators,
            input_flags=_input_flags(problem.testcases, found, how.testset),
            extra_cases=cases,
            attachments={},
            recipes=(*self._files.converted.values(), *found.recipes),
            warnings=tuple(self._findings.warnings),
            files=self._files.paths,
        )

    def _data(self, how: Judging, jury: tuple[JurySubmission, ...]) -> TestData:
        made_by = commands.read(self._tree, self._root, how, self._workshop, self._findings)
        right = solutions.right_ones(self._root, jury)
        return data.read(how, self._files, made_by, right, self._findings)

    def _problem(
        self, how: Judging, found: TestData, checker: tuple[CheckerSpec, tuple[str, ...]], *, gives_points: bool
    ) -> Problem:
        interactor = checkers.interactor(self._root, self._workshop, self._findings)
        spec, flags = checker
        if checkers.asks_place(spec):
            told = [_place(how.testset, test.group) for test in found.tests]
        else:
            told = [flags] * len(found.tests)
        return Problem(
            name=self._name,
            limits=how.limits,
            checker=spec,
            testcases=tuple(
                replace(testcase, checker_flags=words) for testcase, words in zip(found.testcases, told, strict=True)
            ),
            grading=grading.read(how, found.tests, self._findings, gives_points=gives_points),
            is_interactive=interactor is not None,
            interactor=interactor,
            input_file=how.input_file,
            output_file=how.output_file,
            includes=drivers.read(self._root, self._workshop, self._findings),
        )


def _input_flags(
    testcases: tuple[Testcase, ...], found: TestData, testset: str
) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """What each validator is told of a test: the names of its test set and of its group, as testlib takes them."""
    return {
        testcase.name: {"": _place(testset, test.group)} for testcase, test in zip(testcases, found.tests, strict=True)
    }


def _place(testset: str, group: str) -> tuple[str, ...]:
    """Where a test stands, in the words of testlib."""
    return ("--testset", testset, *(("--group", group) if group else ()))


def _about(root: Element) -> Mapping[str, Plain]:
    """What the package says of itself, by the keys of the format 2025-09."""
    about: dict[str, Plain] = {}
    tags: list[Plain] = [value for element in root.all("tags/tag") if (value := element.get("value").strip())]
    if tags:
        about["keywords"] = tags[:100]
    if root.get("revision").isdigit():
        about["version"] = root.get("revision")[:20]
    return about
