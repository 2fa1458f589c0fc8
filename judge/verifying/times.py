"""What the jury's submissions say of the time limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from judge.preparing.calibrating import bounds
from judge.verdicts import Verdict
from judge.verifying.report import LanguageTime, SubmissionReport, Times
from problems.package import Package

#: Runs within these parts of the limit may go either way on another machine, or on another day.
_NEAR = (0.9, 1.2)
_MOST_NEAR = 20


def times(package: Package, reports: Sequence[SubmissionReport], *, is_inferred: bool) -> Times:
    """The limit, what each language suggests for one, and whose runs are too near to it."""
    languages = tuple(_languages(package, reports))
    slowest_us = max((item.slowest_us for item in languages), default=None)
    limit_ms = package.problem.limits.time_ms
    return Times(
        limit_ms=limit_ms,
        is_inferred=is_inferred,
        suggested_ms=package.timing.limit_ms(slowest_us) if slowest_us is not None else None,
        languages=languages,
        near=tuple(_near(reports, limit_ms)),
    )


def margins(package: Package, reports: Sequence[SubmissionReport]) -> list[str]:
    """Which submissions break the package's own safety margins, as sentences ("Problem timing")."""
    limit_ms, timing = package.problem.limits.time_ms, package.timing
    by_path = {report.submission.path: report for report in reports}
    found = []
    for bound in bounds(package):
        report = by_path[bound.submission.path]
        if report.judged is None or report.judged.verdict is Verdict.JE:
            continue
        if bound.is_lower:
            slowest_us, name = bound.slowest(report.judged)
            if timing.ac_to_limit * slowest_us > limit_ms * 1000:
                found.append(
                    f"{bound.submission.path}: takes {slowest_us / 1e6:.2f} s on {name}, so that the limit of"
                    f" {limit_ms / 1000:g} s is less than {timing.ac_to_limit:g} times that"
                )
        elif report.needed_us is not None and report.needed_us < limit_ms * timing.limit_to_tle * 1000:
            found.append(
                f"{bound.submission.path}: takes {report.needed_us / 1e6:.2f} s, less than {timing.limit_to_tle:g}"
                f" times the limit of {limit_ms / 1000:g} s, though it has to be too slow"
            )
    return list(dict.fromkeys(found))


def _languages(package: Package, reports: Sequence[SubmissionReport]) -> Iterator[LanguageTime]:
    judged = {report.submission.path: report.judged for report in reports}
    slowest: dict[str, tuple[int, str, str]] = {}
    for bound in bounds(package):
        made = judged[bound.submission.path]
        if not bound.is_lower or made is None or not made.runs or Verdict.AC not in bound.submission.expected[:1]:
            continue
        cpu_us, name = bound.slowest(made)
        language = bound.submission.source.language
        slowest[language] = max(slowest.get(language, (-1, "", "")), (cpu_us, bound.submission.path, name))
    for language, (cpu_us, path, name) in sorted(slowest.items()):
        suggested_ms = package.timing.limit_ms(cpu_us)
        yield LanguageTime(language=language, slowest_us=cpu_us, path=path, testcase=name, suggested_ms=suggested_ms)


def _near(reports: Sequence[SubmissionReport], limit_ms: int) -> Iterator[tuple[str, str, int]]:
    """The nearest runs, nearest first. Those stopped at the limit count by what they needed beyond it."""
    low_us, high_us = (part * limit_ms * 1000 for part in _NEAR)
    found = []
    for report in reports:
        path = report.submission.path
        found += [
            (path, run.testcase, run.cpu_us)
            for run in (report.judged.runs if report.judged else ())
            if run.verdict is not Verdict.TLE and low_us <= run.cpu_us <= high_us
        ]
        if report.needed_us is not None and report.needed_us <= high_us:
            found.append((path, "its slowest test", report.needed_us))
    yield from sorted(found, key=lambda item: abs(item[2] - limit_ms * 1000))[:_MOST_NEAR]
