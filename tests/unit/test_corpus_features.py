"""The corpus of packages is what its table says: every feature is there, and every kind of submission."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from judge.verdicts import Verdict
from problems.package import Package, load
from problems.submissions import JurySubmission

TESTS = Path(__file__).parents[1]
PACKAGES = sorted((TESTS / "packages").iterdir())
TABLE = TESTS / "corpus" / "README.md"
TESTLIB = TESTS / "corpus" / "testlib.h"

_ROW = re.compile(r"\| (?P<feature>[^|]+) \| (?P<package>[a-z0-9]+) \| `(?P<file>[^|]+)` \| (?P<holds>[^|]*?) ?\|")
_PROPERTIES: dict[str, Callable[[Path], bool]] = {
    "": Path.exists,
    "is a link": Path.is_symlink,
    "is empty": lambda path: path.read_bytes() == b"",
    "has CRLF": lambda path: b"\r\n" in path.read_bytes(),
    "has no final newline": lambda path: not path.read_bytes().endswith(b"\n"),
    "is Latin-1": lambda path: not _is_utf8(path.read_bytes()),
}


def _rows() -> list[dict[str, str]]:
    return [found.groupdict() for line in TABLE.read_text().splitlines() if (found := _ROW.fullmatch(line))]


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


@cache
def _package(name: str) -> Package:
    return load(TESTS / "packages" / name)


def _submissions() -> list[JurySubmission]:
    return [submission for path in PACKAGES for submission in _package(path.name).submissions]


def test_the_table_is_read() -> None:
    """The tests below look at all rows of the table, not at none."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]

    assert len(_rows()) == len(lines) - 2 > 100


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["feature"])
def test_a_feature_is_where_the_table_says(row: dict[str, str]) -> None:
    """The file named by the row is there, and is or holds what the row says."""
    path = TESTS / "packages" / row["package"] / row["file"]
    holds = row["holds"]
    if holds in _PROPERTIES:
        assert _PROPERTIES[holds](path)
    else:
        assert holds.strip("`") in path.read_text()


def test_no_package_is_without_a_row() -> None:
    """A package that shows nothing that others do not is left out of the corpus."""
    assert {path.name for path in PACKAGES} == {row["package"] for row in _rows()}


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: path.name)
def test_a_package_loads(path: Path) -> None:
    """Each package has test cases or recipes for them, and submissions that are judged."""
    package = _package(path.name)

    assert package.problem.testcases or package.recipes
    assert any(submission.is_judged for submission in package.submissions)


def test_there_are_enough_submissions_of_each_verdict() -> None:
    """The corpus shows every verdict that a submission can get many times over."""
    expected = Counter(submission.expected[0] for submission in _submissions() if submission.expected)

    assert sum(expected.values()) >= 150
    assert all(expected[verdict] >= 15 for verdict in (Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE)), expected
    assert all(expected[verdict] >= 3 for verdict in (Verdict.MLE, Verdict.OLE, Verdict.CE)), expected


def test_every_language_is_there() -> None:
    """Each language is used by several submissions, among them one that is accepted."""
    used = Counter(submission.source.language for submission in _submissions())
    accepted = {item.source.language for item in _submissions() if item.expected[:1] == (Verdict.AC,)}

    for language in ("c", "cpp17", "cpp20", "java", "javascript", "python3"):
        assert used[language] >= 2, language
        assert language in accepted


def test_scores_are_expected() -> None:
    """Some submissions are expected to get a score, in the legacy format and in that of 2025-09."""
    by_format = Counter[str]()
    for path in PACKAGES:
        package = _package(path.name)
        by_format[package.format] += sum(
            item.score is not None or any(rule.score is not None for rule in item.rules) for item in package.submissions
        )

    assert by_format["legacy"] >= 10
    assert by_format["2025-09"] >= 20


def test_headers_are_copies_of_ours() -> None:
    """Every testlib.h in the corpus is the one that we wrote."""
    copies = sorted((TESTS / "packages").rglob("testlib.h"))

    assert len(copies) >= 4
    assert {path.read_bytes() for path in copies} == {TESTLIB.read_bytes()}


def test_the_corpus_is_small() -> None:
    """Nobody has to wait for a checkout because of test data."""
    sizes = {path: path.stat().st_size for path in (TESTS / "packages").rglob("*") if path.is_file()}

    assert max(sizes.values()) < 64 * 1024
    assert sum(sizes.values()) < 1024 * 1024


def test_folders_are_named_as_the_format_wants() -> None:
    """Package names are of lower-case letters and digits ("General requirements" in 2025-09)."""
    assert [path.name for path in PACKAGES if not re.fullmatch("[a-z0-9]+", path.name)] == []
