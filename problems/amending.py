"""Changes one thing about an unpacked package, and zips it again: what setters do on pages instead of at home.

The folder is one that ``archive.unpack`` made: it holds files and folders, and no link. What comes out is a package
like any that is uploaded, and is read, checked and verified like one.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from judge.errors import PackageError
from judge.models import Blob
from problems.package import Package

_META = "problem.yaml"
_POLYGON = "problem.xml"
_TEST = re.compile(r"(sample|secret)(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}){1,8}")
#: A value of ``time_limit``, in a block or between braces.
_TIME_LIMIT = re.compile(r"(?m)((?:^[ \t]+|[{,][ \t]*)time_limit[ \t]*:[ \t]*)[0-9.]+")
_LIMITS_BLOCK = re.compile(r"(?m)^limits[ \t]*:[ \t]*(?:#.*)?\n(?P<indent>[ \t]+)(?=\S)")
_LIMITS_BRACES = re.compile(r"(?m)^limits[ \t]*:[ \t]*\{")
_LIMITS = re.compile(r"(?m)^limits[ \t]*:")


class Amendment(Protocol):
    """One change."""

    def apply(self, folder: Path) -> None:
        """Make it.

        Raises:
            PackageError: the package is not one in which it can be made.
        """

    def is_in(self, package: Package) -> bool:
        """Whether the package that came out has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestData:
    """Another input or answer of a test case, or one more test case with both."""

    __test__ = False  # not a pytest class

    #: As packages have it: ``secret/group1/03``.
    name: str
    #: Files with what is new; None: it stays.
    input: Path | None
    answer: Path | None

    def apply(self, folder: Path) -> None:
        _check_format(folder)
        for suffix, content in (("in", self.input), ("ans", self.answer)):
            target = folder / "data" / f"{self.name}.{suffix}"
            if content is not None:
                _put(content, target, f"data/{self.name}.{suffix}")
            elif not target.is_file():
                what = "input" if suffix == "in" else "answer"
                raise PackageError([f"data/{self.name}.{suffix}: is not in the package, so give the {what} as well"])

    def is_in(self, package: Package) -> bool:
        case = next((case for case in package.problem.testcases if case.name == self.name), None)
        return case is not None and all(
            content is None or blob == Blob.of(content.read_bytes())
            for content, blob in ((self.input, case.input), (self.answer, case.answer))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """Another time limit, for all languages."""

    time_ms: int

    def apply(self, folder: Path) -> None:
        _check_format(folder)
        path = folder / _META
        text = path.read_text(encoding="utf-8", errors="surrogateescape") if path.is_file() else ""
        path.write_text(_limited(text, f"{self.time_ms / 1000:g}"), encoding="utf-8", errors="surrogateescape")

    def is_in(self, package: Package) -> bool:
        return package.problem.limits.time_ms == self.time_ms and not package.timing.is_inferred


def is_test_name(name: str) -> bool:
    """Whether a new test case can be called that."""
    return _TEST.fullmatch(name) is not None and ".." not in name


def _put(content: Path, target: Path, shown: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(content, target)
    except OSError as error:
        # A file where a folder has to be, or the other way round.
        raise PackageError([f"{shown}: cannot be put into the package: {error.strerror}"]) from error


def _check_format(folder: Path) -> None:
    if os.path.lexists(folder / _POLYGON):
        raise PackageError([f"{_POLYGON}: change this package in Polygon, and upload it again"])


def _limited(text: str, limit_s: str) -> str:
    """The file with that time limit. Whether it is read like that is for whoever loads the package to find out."""
    changed, count = _TIME_LIMIT.subn(rf"\g<1>{limit_s}", text, count=1)
    if count:
        return changed
    if _LIMITS_BRACES.search(text):
        return _LIMITS_BRACES.sub(rf"limits: {{time_limit: {limit_s}, ", text, count=1)
    if (block := _LIMITS_BLOCK.search(text)) is not None:
        return f"{text[: block.end()]}time_limit: {limit_s}\n{block['indent']}{text[block.end() :]}"
    if _LIMITS.search(text):
        raise PackageError([f"{_META}: write limits.time_limit by hand, and upload the package again"])
    end = "" if not text or text.endswith("\n") else "\n"
    return f"{text}{end}limits:\n  time_limit: {limit_s}\n"
