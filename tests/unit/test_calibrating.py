"""Inferring a time limit: from whose runs, and when there is none to infer."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from judge.errors import PackageError
from judge.models import Compilation, Judged, Run
from judge.preparing import calibrating
from judge.preparing.calibrating import Bound, bounds, with_time_limit
from judge.verdicts import Verdict
from problems.package import Package
from tests import packages

PATH = "submissions/accepted/sum.py"


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """A package with one accepted submission and two tests."""
    return packages.loaded(tmp_path)


def judged(*runs: tuple[str, Verdict, int], verdict: Verdict = Verdict.AC, message: str = "") -> Judged:
    made = (
        Run(testcase=name, verdict=got, cpu_us=cpu_ms * 1000, wall_us=1, memory_bytes=1) for name, got, cpu_ms in runs
    )
    return Judged(verdict=verdict, compilation=Compilation(is_ok=True), runs=tuple(made), message=message)


def refused(package: Package, lower: list[Bound], got: dict[str, Judged]) -> list[str]:
    """Why there is no limit."""
    with pytest.raises(PackageError) as refusal:
        calibrating._slowest(package, lower, got)
    return list(refusal.value.problems)


def test_the_slowest_run_that_counts(package: Package) -> None:
    """Only test cases that the bound is about count, however slow others are."""
    [bound] = bounds(package)
    sample_only = dataclasses.replace(bound, tests=frozenset({"sample/1"}))
    got = {PATH: judged(("sample/1", Verdict.AC, 40), ("secret/1", Verdict.AC, 90))}

    assert calibrating._slowest(package, [bound], got) == (90_000, "secret/1", PATH)
    assert calibrating._slowest(package, [sample_only], got) == (40_000, "sample/1", PATH)


def test_without_anything_to_infer_from(package: Package) -> None:
    """No submission, or none that compiles, is told with what to do about it."""
    [bound] = bounds(package)
    uncompiled = Judged(verdict=Verdict.CE, compilation=Compilation(is_ok=False))

    for lower, got in (([], {}), ([bound], {PATH: uncompiled})):
        [text] = refused(package, lower, got)
        assert text.startswith("problem.yaml: no time limit") and "submissions/accepted" in text


def test_submissions_that_tell_no_limit(package: Package) -> None:
    """A hopelessly slow submission, and one that the package's programs fail, are named instead of guessing a limit."""
    [bound] = bounds(package)
    slow = {PATH: judged(("sample/1", Verdict.TLE, 1500), verdict=Verdict.TLE)}
    broken = {PATH: judged(verdict=Verdict.JE, message="output validator exited with 1")}

    assert refused(package, [bound], slow) == [f"{PATH}: must not be too slow, and takes more than 1.5 s on sample/1"]
    assert "output validator exited with 1" in refused(package, [bound], broken)[0]


def test_the_wall_limit_follows(package: Package) -> None:
    """A problem with another time limit has the wall limit that belongs to it, and is the same otherwise."""
    changed = with_time_limit(package.problem, 3000)

    assert (changed.limits.time_ms, changed.limits.wall_ms) == (3000, 7000)
    assert with_time_limit(changed, 1500) == package.problem
