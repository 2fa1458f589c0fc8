"""What came of verifying: plain values, and the JSON document that scripts rely on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from judge.models import Judged, Testcase
from judge.verdicts import Verdict
from problems.package import Package
from problems.submissions import JurySubmission


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionReport:
    """A jury submission, and what it got."""

    submission: JurySubmission
    #: None: it was not judged, since the package says so (Polygon ``do-not-run``).
    judged: Judged | None
    #: Every way in which it is not as expected, as sentences.
    problems: tuple[str, ...] = ()
    #: Whether it is slow, or fast, enough: the time it took where it was let run beyond the limit; None: it was not.
    needed_us: int | None = None

    @property
    def is_ok(self) -> bool:
        return not self.problems

    @property
    def slowest_us(self) -> int:
        """Processor time of its slowest run, beyond the limit where it was let go on."""
        return max(self.judged.slowest_cpu_us if self.judged else 0, self.needed_us or 0)

    def verdicts(self) -> dict[str, Verdict]:
        """The verdict of each test case that was judged, by name."""
        return {run.testcase: run.verdict for run in self.judged.runs} if self.judged else {}

    def as_json(self) -> dict[str, Any]:
        """The submission as it stands in the document."""
        return {
            "path": self.submission.path,
            "language": self.submission.source.language,
            "expected": [verdict.value for verdict in self.submission.expected],
            "verdict": self.judged.verdict.value if self.judged else None,
            "score": self.judged.score if self.judged else None,
            "slowest_cpu_ms": self.judged.slowest_cpu_us / 1000 if self.judged else None,
            "ok": self.is_ok,
            "problems": list(self.problems),
            "needed_cpu_ms": self.needed_us / 1000 if self.needed_us is not None else None,
            "message": self.judged.message if self.judged else "",
            "compile_output": "" if self.judged is None or self.judged.compilation.is_ok else self._compile_output,
            "tests": self._tests(),
        }

    @property
    def _compile_output(self) -> str:
        return self.judged.compilation.output if self.judged else ""

    def _tests(self) -> list[dict[str, Any]]:
        return [
            {
                "name": run.testcase,
                "verdict": run.verdict.value,
                "score": run.score,
                "cpu_ms": run.cpu_us / 1000,
                "memory_bytes": run.memory_bytes,
                "reason": run.reason,
                "message": run.message,
            }
            for run in (self.judged.runs if self.judged else ())
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageTime:
    """How long the slowest submission of a language that has to be fast enough took, and the limit that suggests."""

    language: str
    slowest_us: int
    path: str
    testcase: str
    suggested_ms: int

    def as_json(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "slowest_cpu_ms": self.slowest_us / 1000,
            "path": self.path,
            "test": self.testcase,
            "suggested_ms": self.suggested_ms,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The time limit, and how far from it the jury's submissions are."""

    limit_ms: int
    #: Whether it came from the jury's submissions, not from the package.
    is_inferred: bool
    #: By the package's own multipliers and resolution; None: no submission says anything.
    suggested_ms: int | None = None
    languages: tuple[LanguageTime, ...] = ()
    #: Runs nearer to the limit than noise allows for: path, test case and processor time.
    near: tuple[tuple[str, str, int], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "limit_ms": self.limit_ms,
            "inferred": self.is_inferred,
            "suggested_ms": self.suggested_ms,
            "languages": [item.as_json() for item in self.languages],
            "near_the_limit": [
                {"path": path, "test": test, "cpu_ms": cpu_us / 1000, "part": cpu_us / 1000 / self.limit_ms}
                for path, test, cpu_us in self.near
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """What all judgings together tell of the test data."""

    #: Test cases that no submission fails, where some submission is meant to fail.
    unfailed: tuple[str, ...] = ()
    #: Submissions that are meant to fail, and that no test case fails.
    uncaught: tuple[str, ...] = ()
    #: Test cases that are the same for every submission.
    duplicates: tuple[tuple[str, ...], ...] = ()
    #: What looks as if samples and secret test cases, or answers, had been mixed up.
    mixups: tuple[str, ...] = ()
    #: Verdicts that no submission of the jury gets.
    missing_verdicts: tuple[Verdict, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "unfailed_tests": list(self.unfailed),
            "uncaught_submissions": list(self.uncaught),
            "duplicate_tests": [list(names) for names in self.duplicates],
            "mixups": list(self.mixups),
            "missing_verdicts": [verdict.value for verdict in self.missing_verdicts],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much had to be done, and how much an earlier verification had done already."""

    made: int = 0
    found: int = 0

    def as_json(self) -> dict[str, Any]:
        return {"made": self.made, "from_cache": self.found}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageReport:
    """A package, verified as far as it could be."""

    path: str
    name: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    #: None: it could not be read.
    package: Package | None = None
    submissions: tuple[SubmissionReport, ...] = ()
    times: Times | None = None
    insights: Insights = field(default_factory=Insights)
    runs: Counts = field(default_factory=Counts)
    #: Runs of input validators, and outputs given to output validators.
    checks: Counts = field(default_factory=Counts)
    seconds: float = 0.0

    @property
    def is_ok(self) -> bool:
        return not self.errors and all(report.is_ok for report in self.submissions)

    @property
    def testcases(self) -> tuple[Testcase, ...]:
        return self.package.problem.testcases if self.package else ()

    def as_json(self) -> dict[str, Any]:
        """The package as it stands in the document."""
        return {
            "path": self.path,
            "name": self.name,
            "errors": list(self.errors),
            "warnings": list(self.warnings),
            "submissions": [report.as_json() for report in self.submissions],
            "ok": self.is_ok,
            "title": self.package.title if self.package else None,
            "format": self.package.format if self.package else None,
            "tests": [case.name for case in self.testcases],
            "times": self.times.as_json() if self.times else None,
            "insights": self.insights.as_json(),
            "runs": self.runs.as_json(),
            "checks": self.checks.as_json(),
            "seconds": round(self.seconds, 3),
        }


def document(reports: list[PackageReport]) -> dict[str, Any]:
    """All packages, as ``judge problem verify --json`` prints them."""
    return {"problems": [report.as_json() for report in reports]}
