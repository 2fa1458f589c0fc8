"""Reads the element ``judging`` of problem.xml: limits, names of files, the test set, its tests and groups.

A problem is judged with the test set ``tests``; others (``pretests``, ``samples``) are parts of it for other purposes.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from judge.groups import PointsRule
from judge.models import KIB, MIB, Limits
from problems.findings import Findings
from problems.polygon.markup import Element
from problems.polygon.paths import plain_path

MOST_TESTS = 5000
#: They are put in order by what they depend on, which takes a time that grows with the square of their number.
MOST_GROUPS = 1000
NAME_CHARS = 200
MOST_POINTS = 1e9
_TESTSET = "tests"
#: What Codeforces allows a solution to print, and to have as source; packages do not say.
OUTPUT_BYTES = 64 * MIB
CODE_BYTES = 256 * KIB
MOST_TIME_MS = 3600 * 1000
MOST_MEMORY_BYTES = 64 * 1024 * MIB

_PATTERN = re.compile(r"([^%]*)%(?:0(\d))?d([^%]*)")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A test as problem.xml lists it."""

    __test__ = False  # not a pytest class

    number: int
    line: int
    #: The generator with its words; empty where somebody wrote the test.
    command: str = ""
    #: The one of several files that the generator writes.
    from_file: str = ""
    is_sample: bool = False
    group: str = ""
    points: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of tests as problem.xml lists it."""

    name: str
    line: int
    rule: PointsRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """How the problem is judged."""

    testset: str
    limits: Limits
    tests: tuple[Test, ...]
    groups: tuple[Group, ...]
    input_pattern: str
    answer_pattern: str
    input_file: str
    output_file: str

    def input_path(self, number: int) -> str:
        return filled(self.input_pattern, number) or ""

    def answer_path(self, number: int) -> str:
        return filled(self.answer_pattern, number) or ""


def read(root: Element, file: str, findings: Findings) -> Judging | None:
    """How the problem is judged; None, and an error found, if that cannot be known."""
    reader = _Reader(file, findings)
    judging = root.find("judging")
    if judging is None:
        findings.error(file, "has no element <judging>: nothing says how the problem is judged")
        return None
    if judging.get("run-count", "1") not in ("", "1"):
        findings.error(file, "run-count: problems that run a solution twice are not supported", line=judging.line)
        return None
    testset = chosen_testset(judging)
    if testset is None:
        findings.error(file, "<judging> has no <testset>", line=judging.line)
    elif len(name := testset.get("name")) > NAME_CHARS or not name.isprintable():
        # Validators and checkers may be told it, each time they are run.
        text = f"the name of a <testset> must be at most {NAME_CHARS} printable characters"
        findings.error(file, text, line=testset.line)
    elif name != _TESTSET:
        findings.warning(file, f"no test set {_TESTSET}: judged with {name!r}", line=testset.line)
    return None if testset is None else reader.judging(judging, testset)


def chosen_testset(judging: Element) -> Element | None:
    """The test set that the problem is judged with; None where there is none."""
    testsets = judging.all("testset")
    return next((item for item in testsets if item.get("name") == _TESTSET), testsets[0] if testsets else None)


class _Reader:
    """Turns elements into values, finding what is wrong with them."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings

    def judging(self, judging: Element, testset: Element) -> Judging | None:
        limits = self._limits(testset)
        inputs = self._pattern(testset, "input-path-pattern")
        answers = self._pattern(testset, "answer-path-pattern")
        if limits is None or inputs is None or answers is None:
            return None
        return Judging(
            testset=testset.get("name"),
            limits=limits,
            tests=self._tests(testset),
            groups=tuple(self._groups(testset)),
            input_pattern=inputs,
            answer_pattern=answers,
            input_file=self._file_name(judging, "input-file"),
            output_file=self._file_name(judging, "output-file"),
        )

    def _limits(self, testset: Element) -> Limits | None:
        time_ms = self._number(testset, "time-limit", MOST_TIME_MS, "milliseconds")
        memory_bytes = self._number(testset, "memory-limit", MOST_MEMORY_BYTES, "bytes")
        if time_ms is None or memory_bytes is None:
            return None
        return Limits(
            time_ms=time_ms,
            wall_ms=2 * time_ms + 1000,
            memory_bytes=memory_bytes,
            output_bytes=OUTPUT_BYTES,
            code_bytes=CODE_BYTES,
        )

    def _number(self, testset: Element, tag: str, most: int, unit: str) -> int | None:
        element = testset.find(tag)
        text = element.text.strip() if element is not None else ""
        # More digits than any limit has would take long to convert.
        if not text.isascii() or not text.isdigit() or len(text) > 18 or not 0 < int(text) <= most:
            line = element.line if element is not None else testset.line
            self._findings.error(self._file, f"<{tag}> must be a number of {unit} from 1 to {most}", line=line)
            return None
        return int(text)

    def _pattern(self, testset: Element, tag: str) -> str | None:
        element = testset.find(tag)
        text = element.text.strip() if element is not None else ""
        if plain_path(filled(text, 1) or "") is None:
            line = element.line if element is not None else testset.line
            self._findings.error(self._file, f"<{tag}> must hold one number, like tests/%02d", line=line)
            return None
        return text

    def _tests(self, testset: Element) -> tuple[Test, ...]:
        elements = testset.all("tests/test")
        counted = testset.said("test-count")
        count = int(counted) if counted.isascii() and counted.isdigit() and len(counted) < 9 else len(elements)
        if max(count, len(elements)) > MOST_TESTS:
            self._findings.error(self._file, f"more than {MOST_TESTS} tests", line=testset.line)
            return ()
        tests = [self._test(number, element) for number, element in enumerate(elements, start=1)]
        # Old packages count their tests without listing them.
        tests += [Test(number=number, line=testset.line) for number in range(len(tests) + 1, count + 1)]
        return tuple(tests)

    def _test(self, number: int, element: Element) -> Test:
        return Test(
            number=number,
            line=element.line,
            command=element.get("cmd").strip(),
            from_file=element.get("from-file").strip(),
            is_sample=element.get("sample") == "true",
            group=element.get("group").strip(),
            points=self._points(element),
        )

    def _groups(self, testset: Element) -> list[Group]:
        groups: dict[str, Group] = {}
        elements = testset.all("groups/group")
        if len(elements) > MOST_GROUPS:
            self._findings.error(self._file, f"more than {MOST_GROUPS} groups", line=testset.line)
            return []
        for element in elements:
            name = element.get("name").strip()
            policy = element.get("points-policy", "each-test")
            if policy not in ("each-test", "complete-group"):
                text = f"points-policy {policy[:40]!r} is unknown; there are each-test and complete-group"
                self._findings.error(self._file, text, line=element.line)
            if name in groups:
                self._findings.error(self._file, f"group {name!r} is there twice", line=element.line)
            rule = PointsRule(
                is_complete=policy == "complete-group",
                points=self._points(element),
                dependencies=tuple(item.get("group").strip() for item in element.all("dependencies/dependency")),
            )
            groups[name] = Group(name=name, line=element.line, rule=rule)
        return list(groups.values())

    def _points(self, element: Element) -> float | None:
        text = element.get("points").strip()
        if not text:
            return None
        try:
            points = float(text)
        except ValueError:
            points = math.nan
        if not 0 <= points <= MOST_POINTS:
            self._findings.error(self._file, f"points={text[:40]!r} must be a number from 0", line=element.line)
            return None
        return points

    def _file_name(self, judging: Element, name: str) -> str:
        text = judging.get(name).strip()
        # Names that stand for the standard streams.
        if text in ("", "stdin", "stdout"):
            return ""
        if not _FILE_NAME.fullmatch(text):
            self._findings.error(self._file, f"{name}={text[:80]!r} is not a plain file name", line=judging.line)
            return ""
        return text


def filled(pattern: str, number: int) -> str | None:
    """The path that a pattern like ``tests/%02d`` gives; None if it is no such pattern."""
    found = _PATTERN.fullmatch(pattern.strip().replace("\\", "/"))
    return None if found is None else f"{found[1]}{number:0{int(found[2] or 1)}d}{found[3]}"
