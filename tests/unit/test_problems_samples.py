"""Our own sample packages: complete, and each showing what its README says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from judge.models import MIB
from judge.recipes import languages
from judge.verdicts import Verdict
from problems.package import Package, load
from problems.programs import newest

SAMPLES = Path(__file__).parents[2] / "problems" / "samples"
PATHS = sorted(path for path in SAMPLES.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def packages() -> list[Package]:
    return [load(path) for path in PATHS]


def languages_of(package: Package, verdict: Verdict) -> set[str]:
    return {item.source.language for item in package.submissions if item.expected[:1] == (verdict,)}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_loads_without_a_warning(path: Path) -> None:
    """Nothing is wrong or odd about a sample, and it has all that a setter should provide."""
    package = load(path)

    assert package.warnings == ()
    assert [(item.language, item.format) for item in package.statements] == [("en", "md")]
    assert package.title != package.name
    assert package.problem.limits.memory_bytes == 256 * MIB
    assert 1000 <= package.problem.limits.time_ms <= 2000


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_has_every_common_verdict(path: Path) -> None:
    """Each sample is solved in C++ and Python, and failed in the three ways that contestants know best."""
    package = load(path)

    assert {"cpp23", "python3"} <= languages_of(package, Verdict.AC)
    for verdict in (Verdict.WA, Verdict.TLE, Verdict.RTE):
        assert languages_of(package, verdict), verdict
    assert all(item.expected for item in package.submissions)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_size(path: Path) -> None:
    """A sample has enough tests to mean something, and few enough to be judged while somebody watches."""
    package = load(path)

    assert any(case.is_sample for case in package.problem.testcases)
    assert 3 <= sum(not case.is_sample for case in package.problem.testcases) <= 12
    assert all(item.source.size <= package.problem.limits.code_bytes for item in package.submissions)


def test_together_show_everything(packages: list[Package]) -> None:
    """Every verdict that a contestant can get, every kind of checking, a group, and a large input are among them."""
    expected = {verdict for package in packages for item in package.submissions for verdict in item.expected}
    checkers = [package.problem.checker for package in packages]
    flags = {flag for package in packages for case in package.problem.testcases for flag in case.checker_flags}
    depths = {case.name.count("/") for package in packages for case in package.problem.testcases}
    sizes = [case.input.size for package in packages for case in package.problem.testcases]

    assert expected == set(Verdict) - {Verdict.JE}
    assert {checker.program.language for checker in checkers if checker.program} == {"cpp23", "python3"}
    assert {"float_tolerance", "case_sensitive", "space_change_sensitive"} <= flags
    assert depths == {1, 2}
    assert 5 * MIB < max(sizes) < 5.5 * MIB


def test_every_language_solves_two(packages: list[Package]) -> None:
    """Every language offered has accepted submissions in two samples, and ten languages have some at all."""
    solved = Counter(language for package in packages for language in languages_of(package, Verdict.AC))
    # Which of the C++ standards a package's file is in is for the recipes to say; the others are named explicitly.
    expected = {newest(item.code) for item in languages.offered().values()}

    assert {language for language, count in solved.items() if count >= 2} == expected
    assert len({languages.language(language).code for language in solved}) >= 10
