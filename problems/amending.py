"""Changes one thing about an unpacked package: what setters do on pages instead of at home.

The folder is one that ``archive.unpack`` made: it holds files and folders, and no link. What comes out is a package
like any that is uploaded, and is read, checked and verified like one. Only answers may be missing of it: those that a
submission of the package makes while it is verified, and ``add_answers`` then puts into the folder.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from judge.errors import PackageError
from judge.models import Blob, Testcase
from judge.verdicts import Verdict
from problems import limiting, polygon, recipes
from problems.package import Package
from problems.polygon import amending as polygon_amending
from problems.recipes import MissingTest

_TEST = re.compile(r"(sample|secret)(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}){1,8}")


class Amendment(Protocol):
    """One change."""

    def apply(self, package: Package) -> None:
        """Make it in the package's folder.

        Raises:
            PackageError: the package is not one in which it can be made.
        """

    def is_in(self, before: Package, after: Package) -> bool:
        """Whether the package that came out has it, and all else that there was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestData:
    """Another input or answer of a test case, or one more test case."""

    __test__ = False  # not a pytest class

    #: As packages have it: ``secret/group1/03``.
    name: str
    #: Whether there is no such test case yet.
    is_new: bool
    #: Files with what is new; None: it stays.
    input: Path | None
    #: As well; None beside an input: a submission makes it,
    answer: Path | None
    #: unless the answer that there is belongs to the new input, too.
    keeps_answer: bool = False

    def apply(self, package: Package) -> None:
        if self.is_new == (_case(package, self.name) is not None):
            is_there = "is there already" if self.is_new else "is not there any more"
            raise PackageError([f"data/{self.name}: a test case of that name {is_there}"])
        if self.is_new and self.input is None:
            raise PackageError([f"data/{self.name}.in: is not in the package, so give the input as well"])
        is_made = self.answer is None and self.input is not None and not self.keeps_answer
        try:
            if package.format == polygon.FORMAT:
                change = polygon_amending.Amended(package.path)
                change.put(self.name, data=self.input, answer=self.answer, drops_answer=is_made)
            else:
                self._put(package, is_made=is_made)
        except OSError as error:
            # A file where a folder has to be, or the other way round.
            raise PackageError([f"data/{self.name}: cannot be put into the package: {error.strerror}"]) from error

    def is_in(self, before: Package, after: Package) -> bool:
        case = _case(after, self.name)
        is_polygons = after.format == polygon.FORMAT
        return (
            case is not None
            and len(after.problem.testcases) == len(before.problem.testcases) + self.is_new
            and all(
                content is None or blob == _blob(content, converts=is_polygons)
                for content, blob in ((self.input, case.input), (self.answer, case.answer))
            )
        )

    def _put(self, package: Package, *, is_made: bool) -> None:
        paths = [package.path / "data" / f"{self.name}.{suffix}" for suffix in ("in", "ans")]
        for content, path in zip((self.input, self.answer), paths, strict=True):
            if content is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(content, path)
        if is_made:
            self._leave_open(package, paths[1])

    def _leave_open(self, package: Package, answer: Path) -> None:
        """Take the answer out of the folder, for a submission to make it, where one can."""
        problem = package.problem
        if problem.is_interactive or problem.limits.passes > 1:
            # What these answer is for the validator to know; most are empty.
            if self.is_new:
                answer.touch()
            return
        if problem.is_submit_answer or not any(jury.expected == (Verdict.AC,) for jury in package.submissions):
            text = "is not made by any accepted submission of the package, so give the answer as well"
            raise PackageError([f"data/{self.name}.ans: {text}"])
        answer.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """Another time limit, for all languages."""

    time_ms: int

    def apply(self, package: Package) -> None:
        if package.format == polygon.FORMAT:
            polygon_amending.Amended(package.path).limit_time(self.time_ms)
        else:
            limiting.limit_time(package.path, self.time_ms)

    def is_in(self, before: Package, after: Package) -> bool:  # noqa: ARG002 - Nothing else can have changed.
        return after.problem.limits.time_ms == self.time_ms and not after.timing.is_inferred


def is_test_name(name: str) -> bool:
    """Whether a new test case can be called that."""
    return _TEST.fullmatch(name) is not None and ".." not in name


def add_answers(package: Package, made: Package) -> bool:
    """Put the answers that an amendment left open into the package's folder; whether there were any.

    Args:
        package: as it was read from its folder.
        made: the same with all that was missing made.
    """
    cases = {case.name: case for case in made.problem.testcases}
    is_changed = False
    for recipe in package.recipes:
        if isinstance(recipe, MissingTest) and recipe.answer is not None:
            path = package.path / "data" / f"{recipe.testcase}.ans"
            if path.with_name(f"{path.stem}.in").is_file():
                shutil.copyfile(made.files[cases[recipe.testcase].answer], path)
                is_changed = True
    return is_changed


def _case(package: Package, name: str) -> Testcase | None:
    """The test case of that name; Polygon's are told apart by their numbers, however many zeros these begin with."""
    if package.format == polygon.FORMAT:
        return next((case for case in package.problem.testcases if _number(case.name) == _number(name)), None)
    return next((case for case in package.problem.testcases if case.name == name), None)


def _number(name: str) -> tuple[str, str]:
    return name.partition("/")[0], name.rpartition("/")[2].lstrip("0")


def _blob(path: Path, *, converts: bool) -> Blob:
    text = recipes.text(path)
    return text.converted if converts else text.raw
