"""Finds what is odd about a package as a whole: each part is well, but they do not fit together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from judge.models import Testcase
from problems.findings import Findings
from problems.metadata import FILE, Metadata
from problems.recipes import MISSING
from problems.statements import Statement
from problems.testdata import Folder, TestData
from problems.tree import Tree

#: What the format 2025-09 has in the package's own directory, and what its predecessors and DOMjudge had.
_KNOWN = frozenset(
    {
        *("problem.yaml", "statement", "attachments", "solution", "data", "generators", "include", "submissions"),
        *("input_validators", "static_validator", "output_validator", "input_visualizer", "output_visualizer"),
        *(
            "problem_statement",
            "input_format_validators",
            "output_validators",
            "graders",
            "domjudge-problem.ini",
            "submissions.json",
        ),
        *("problem.pdf", "problem.html", "problem.txt", "answer_validators", "README", "README.md", "README.txt"),
        *("LICENSE", "LICENSE.md", "test_case_visualizer", "visualizers"),
    }
)
#: In a message that lists names.
_SHOWN = 5


def read(tree: Tree, meta: Metadata, data: TestData, texts: Sequence[Statement], findings: Findings) -> None:
    """Warn of everything odd."""
    _unknown(tree, findings)
    _languages(meta, texts, findings)
    _twins(data, findings)
    _large_answers(meta, data, findings)
    _order(data.root, findings)
    _line_ends(tree, data, findings)


def _unknown(tree: Tree, findings: Findings) -> None:
    names = [entry.name for entry in tree.entries(tree.root) if entry.name not in _KNOWN]
    for name in names[:_SHOWN]:
        findings.warning(name, "ignored: the format knows nothing of that name")


def _languages(meta: Metadata, texts: Sequence[Statement], findings: Findings) -> None:
    """Say where statements and names are in different languages (2025-09, "Name")."""
    written, named = {statement.language for statement in texts}, set(meta.titles)
    if meta.format != "2025-09" or not written or not named:
        return
    for language in sorted(written - named):
        findings.warning(FILE, f"name: none in {language}, in which there is a statement")
    for language in sorted(named - written):
        findings.warning(FILE, f"name: one in {language}, in which there is no statement")


def _twins(data: TestData, findings: Findings) -> None:
    """Test cases that are the same to a submission, but for links, whose author knows."""
    samples: dict[object, str] = {}
    secret: dict[object, str] = {}
    twins: defaultdict[str, list[str]] = defaultdict(list)
    for case in data.testcases:
        group = case.name.rpartition("/")[0]
        key = _given(case)
        if case.is_sample:
            samples.setdefault(key, case.name)
        elif case.name in data.links or case.input == MISSING:
            continue
        elif key in samples:
            twins["the same input as a sample"].append(f"{case.name} = {samples[key]}")
        elif (group, key) in secret:
            twins["the same input as another of its group"].append(f"{case.name} = {secret[group, key]}")
        else:
            secret[group, key] = case.name
    for what, pairs in twins.items():
        more = f" and {len(pairs) - _SHOWN} more" if len(pairs) > _SHOWN else ""
        findings.warning("data/secret", f"{what}: {', '.join(pairs[:_SHOWN])}{more}")


def _given(case: Testcase) -> object:
    """All that a submission or its checker is given: an equal input with another answer is another test case."""
    return case.input, case.args, tuple(sorted((name, blob.hex) for name, blob in case.files.items()))


def _large_answers(meta: Metadata, data: TestData, findings: Findings) -> None:
    """Answers that no submission may print, where output is compared with them."""
    if meta.limits is None or meta.kind.has_validator is not False:
        return
    for case in data.testcases:
        if case.answer.size > meta.limits.output_bytes:
            text = f"its answer is larger than limits.output, {meta.limits.output_bytes} bytes: nobody can give it"
            findings.warning(f"data/{case.name}.ans", text)


def _order(folder: Folder, findings: Findings) -> None:
    """Directories that do not come in the order in which people count."""
    names = [inner.name for inner in folder.folders]
    for first, second in pairwise(names):
        if _natural(first) > _natural(second):
            text = f"comes before {second}, for names are sorted as text; pad numbers with zeros if that matters"
            findings.warning(f"data/{first}", text)
    for inner in folder.folders:
        _order(inner, findings)


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """A key to sort by in which runs of digits count as numbers."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"([0-9]+)", name)]


def _line_ends(tree: Tree, data: TestData, findings: Findings) -> None:
    """Carriage returns in data that nobody converts: validators read them."""
    places = {path: blob for blob, path in data.files.items()}
    found = sorted(path for path in tree.with_carriage_returns if path in places)
    if found:
        first = found[0].relative_to(tree.root.real)
        more = f", as {len(found) - 1} other files do" if len(found) > 1 else ""
        findings.warning(str(first), f"holds carriage returns{more}; text in packages has line feeds alone")
