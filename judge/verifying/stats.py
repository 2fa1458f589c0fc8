"""What a package consists of, counted without running anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from judge.models import Limits
from judge.verdicts import Verdict
from problems.package import Package

#: Verdicts that a jury usually has a submission for.
USUAL = (Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Counts and sizes."""

    name: str
    title: str
    format: str
    limits: Limits
    is_time_inferred: bool
    samples: int
    secret: int
    #: Test cases of each group in ``data/secret``, by name; empty where there are none.
    groups: dict[str, int]
    input_bytes: int
    largest_input: tuple[str, int]
    answer_bytes: int
    statements: tuple[str, ...]
    input_validators: int
    checker: str
    by_verdict: dict[str, int]
    by_language: dict[str, int]
    missing_verdicts: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The package as ``judge problem stats --json`` prints it."""
        return {
            "name": self.name,
            "title": self.title,
            "format": self.format,
            "limits": {
                "time_ms": None if self.is_time_inferred else self.limits.time_ms,
                "memory_bytes": self.limits.memory_bytes,
                "output_bytes": self.limits.output_bytes,
                "code_bytes": self.limits.code_bytes,
            },
            "tests": {
                "samples": self.samples,
                "secret": self.secret,
                "groups": self.groups,
                "input_bytes": self.input_bytes,
                "largest_input": {"name": self.largest_input[0], "bytes": self.largest_input[1]},
                "answer_bytes": self.answer_bytes,
            },
            "statements": list(self.statements),
            "input_validators": self.input_validators,
            "checker": self.checker,
            "submissions": {"by_verdict": self.by_verdict, "by_language": self.by_language},
            "missing_verdicts": list(self.missing_verdicts),
        }


def stats(package: Package) -> Stats:
    """The package, counted."""
    problem = package.problem
    cases = problem.testcases
    secret = [case for case in cases if not case.is_sample]
    expected = [submission.expected[0].value if submission.expected else "?" for submission in package.submissions]
    largest = max(cases, key=lambda case: case.input.size, default=None)
    return Stats(
        name=package.name,
        title=package.title,
        format=package.format,
        limits=problem.limits,
        is_time_inferred=package.timing.is_inferred,
        samples=len(cases) - len(secret),
        secret=len(secret),
        groups=_counted(parts[1] for case in secret if len(parts := case.name.split("/")) > 2),
        input_bytes=sum(case.input.size for case in cases),
        largest_input=(largest.name, largest.input.size) if largest else ("", 0),
        answer_bytes=sum(case.answer.size for case in cases),
        statements=tuple(sorted({statement.language for statement in package.statements})),
        input_validators=len(package.input_validators),
        checker=problem.checker.program_name or problem.checker.name,
        by_verdict=_counted(expected),
        by_language=_counted(submission.source.language for submission in package.submissions),
        missing_verdicts=tuple(verdict.value for verdict in USUAL if verdict.value not in expected),
    )


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
