"""The report as a document: keys that scripts rely on, and a page that is safe with any package."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from judge.models import Compilation, Judged, Run
from judge.verdicts import Verdict
from judge.verifying import page as pages
from judge.verifying.report import Counts, Insights, PackageReport, SubmissionReport, Times, document
from problems.package import Package
from tests import packages

AT = datetime(2030, 5, 1, 9, tzinfo=UTC)
HOSTILE = "</td><script>alert(1)</script>"


def verified(package: Package) -> PackageReport:
    """The package's one submission failed its second test, with a message made to break pages."""
    runs = (
        Run(testcase="sample/1", verdict=Verdict.AC, cpu_us=20_000, wall_us=1, memory_bytes=1),
        Run(testcase="secret/1", verdict=Verdict.WA, cpu_us=1_400_000, wall_us=1, memory_bytes=1, message=HOSTILE),
    )
    judged = Judged(verdict=Verdict.WA, compilation=Compilation(is_ok=True), runs=runs)
    report = SubmissionReport(
        submission=package.submissions[0], judged=judged, problems=("gets WA on secret/1 instead of AC",)
    )
    return PackageReport(
        path="two-sums",
        name=package.name,
        errors=(HOSTILE,),
        warnings=("problem.yaml:3: odd",),
        package=package,
        submissions=(report,),
        times=Times(limit_ms=1500, is_inferred=False, near=(("submissions/accepted/sum.py", "secret/1", 1_400_000),)),
        insights=Insights(duplicates=(("secret/1", "secret/2"),)),
        runs=Counts(made=1, found=1),
        seconds=1.25,
    )


def test_the_document(tmp_path: Path) -> None:
    """The contract's keys are there, with what they are said to hold."""
    [problem] = document([verified(packages.loaded(tmp_path))])["problems"]
    [submission] = problem["submissions"]

    assert list(problem)[:5] == ["path", "name", "errors", "warnings", "submissions"]
    assert (problem["path"], problem["name"], problem["ok"]) == ("two-sums", "two-sums", False)
    assert {key: submission[key] for key in ("path", "language", "expected", "verdict", "score")} == {
        "path": "submissions/accepted/sum.py",
        "language": "python3",
        "expected": ["AC"],
        "verdict": "WA",
        "score": None,
    }
    assert (submission["slowest_cpu_ms"], submission["ok"]) == (1400.0, False)
    assert problem["runs"] == {"made": 1, "from_cache": 1}


def test_the_page_is_safe_and_whole(tmp_path: Path) -> None:
    """Whatever a package says is text, and the page asks for nothing from anywhere."""
    page = pages.page([verified(packages.loaded(tmp_path))], made_at=AT, isolation="container")

    assert "<script" not in page
    assert page.count("alert(1)") == 2
    assert re.findall(r"(?:src|href)\s*=\s*[\"']?(?!#)[^\"'> ]+|url\(|@import", page) == []
    assert "default-src 'none'" in page
    for words in ("not ok", "sample/1", "secret/1", "1.40", "gets WA on secret/1 instead of AC", "problem.yaml:3: odd"):
        assert words in page
    assert "1 of 2 runs" in page and "2030-05-01 09:00 UTC" in page


def test_a_page_of_several_packages_has_an_overview(tmp_path: Path) -> None:
    """Several packages are listed first, with links to each; one that could not be read is among them."""
    broken = PackageReport(path="b", name="broken", errors=("problem.yaml: not there",), warnings=())
    page = pages.page([verified(packages.loaded(tmp_path)), broken], made_at=AT, isolation="local")

    assert 'href="#p2"' in page and 'id="p2"' in page
    assert "problem.yaml: not there" in page


def test_a_huge_table_shows_what_tells_something(tmp_path: Path, monkeypatch: object) -> None:
    """Where all tests would be too many, those that some submission fails are shown."""
    monkeypatch.setattr(pages, "MOST_CELLS", 1)  # type: ignore[attr-defined]
    page = pages.page([verified(packages.loaded(tmp_path))], made_at=AT, isolation="local")

    assert "<span>secret/1</span>" in page and "<span>sample/1</span>" not in page
    assert "too many for one table" in page
