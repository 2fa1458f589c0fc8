"""What the jury's submissions say of the time limit, by hand-made times."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from judge.models import Compilation, Judged, Run
from judge.preparing.calibrating import bounds
from judge.verdicts import Verdict
from judge.verifying.report import SubmissionReport
from judge.verifying.times import margins, times
from problems.expectations import Expectation
from problems.package import Package
from problems.timing import Timing
from tests import packages

LOOP = {"submissions/time_limit_exceeded/loop.cpp": "int main() { for (;;); }\n"}
AC, WA, TLE = Verdict.AC, Verdict.WA, Verdict.TLE


def taking(package: Package, cpu_ms: dict[str, int], needed_ms: int | None = None) -> list[SubmissionReport]:
    """Each submission's runs, all of which took that long; those beyond the limit are TLE."""
    limit_ms = package.problem.limits.time_ms
    reports = []
    for submission in package.submissions:
        took = cpu_ms[submission.path.rsplit("/", 1)[1]]
        verdict = TLE if took >= limit_ms else AC
        runs = tuple(
            Run(testcase=case.name, verdict=verdict, cpu_us=took * 1000, wall_us=1, memory_bytes=1)
            for case in package.problem.testcases
        )
        judged = Judged(verdict=verdict, compilation=Compilation(is_ok=True), runs=runs)
        needed_us = needed_ms * 1000 if needed_ms is not None and verdict is TLE else None
        reports.append(SubmissionReport(submission=submission, judged=judged, needed_us=needed_us))
    return reports


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """A package with a limit of 1.5 s, one submission that must keep to it and one that must not."""
    loaded = packages.loaded(tmp_path, LOOP)
    return dataclasses.replace(loaded, timing=Timing(ac_to_limit=2, limit_to_tle=2, resolution_ms=100))


def test_a_limit_for_each_language(package: Package) -> None:
    """The slowest accepted submission of a language times the factor, rounded up to the resolution."""
    found = times(package, taking(package, {"sum.py": 410, "loop.cpp": 1500}), is_inferred=False)

    assert found.suggested_ms == 900
    assert [(item.language, item.slowest_us, item.suggested_ms) for item in found.languages] == [
        ("python3", 410_000, 900)
    ]
    assert found.near == ()


@pytest.mark.parametrize(("took", "is_near"), [(1349, False), (1351, True), (1499, True)])
def test_accepted_runs_near_the_limit(package: Package, took: int, *, is_near: bool) -> None:
    """From nine tenths of the limit on, a run may fail on another day."""
    found = times(package, taking(package, {"sum.py": took, "loop.cpp": 1500}), is_inferred=False)

    assert bool(found.near) is is_near
    assert all(path == "submissions/accepted/sum.py" for path, *_ in found.near)


def test_slow_submissions_near_the_limit(package: Package) -> None:
    """A submission stopped at the limit is near it by what it needed in the end."""
    near = times(package, taking(package, {"sum.py": 10, "loop.cpp": 1500}, needed_ms=1600), is_inferred=False)
    far = times(package, taking(package, {"sum.py": 10, "loop.cpp": 1500}, needed_ms=3000), is_inferred=False)

    assert near.near == (("submissions/time_limit_exceeded/loop.cpp", "its slowest test", 1_600_000),)
    assert far.near == ()


def test_margins(package: Package) -> None:
    """Both margins are held against the package's factors, each with the submission's name."""
    good = taking(package, {"sum.py": 750, "loop.cpp": 1500}, needed_ms=3000)
    slow = taking(package, {"sum.py": 760, "loop.cpp": 1500}, needed_ms=3000)
    fast = taking(package, {"sum.py": 10, "loop.cpp": 1500}, needed_ms=2900)

    assert margins(package, good) == []
    assert [line.split(":")[0] for line in margins(package, slow)] == ["submissions/accepted/sum.py"]
    assert [line.split(":")[0] for line in margins(package, fast)] == ["submissions/time_limit_exceeded/loop.cpp"]


def test_whose_times_count(package: Package) -> None:
    """Rules decide where there are any, each for its own test cases; else what must be AC or TLE does."""
    rules = (
        Expectation(tests="sample", permitted=frozenset({AC}), use_for_time_limit="lower"),
        Expectation(required=frozenset({TLE}), use_for_time_limit="upper"),
        Expectation(tests="secret", permitted=frozenset({WA})),
    )
    ruled = dataclasses.replace(package.submissions[0], rules=rules)
    mixed = dataclasses.replace(package.submissions[1], expected=(AC, TLE), use_for_time_limit="", rules=())
    skipped = dataclasses.replace(ruled, is_judged=False)

    assert [(item.is_lower, set(item.tests)) for item in bounds(package)] == [
        (True, {"sample/1", "secret/1"}),
        (False, {"sample/1", "secret/1"}),
    ]
    found = bounds(dataclasses.replace(package, submissions=(ruled, mixed, skipped)))
    assert [(item.is_lower, set(item.tests)) for item in found] == [
        (True, {"sample/1"}),
        (False, {"sample/1", "secret/1"}),
    ]
