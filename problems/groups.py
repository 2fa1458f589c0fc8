"""Makes test groups of directories: which rule each follows, by the format of the package.

    legacy          each directory is a group; keys of ``testdata.yaml`` are inherited     legacy_groups.py
    2025-09         secret and the directories in it, by ``test_group.yaml``               max_score_groups.py
    2023-07-draft   as 2025-09 with other words; early ones with a ``grading`` mapping     draft_groups.py

A package whose groups change no verdict and give no score has none: it is judged test by test up to the first failure.
"""

from __future__ import annotations

from judge.groups import Grading
from problems import draft_groups, legacy_groups, max_score_groups
from problems.findings import Findings
from problems.metadata import Metadata
from problems.testdata import Folder


def read(
    root: Folder, meta: Metadata, findings: Findings, *, has_grader: bool, has_static_validator: bool
) -> Grading | None:
    """How verdicts and scores come together; None where the first failure is all there is to say."""
    if meta.kind.has_validator is None:
        return None  # Metadata that could not be read say nothing of scores.
    if meta.format == "2025-09":
        return max_score_groups.read(root, meta, findings, has_static_validator=has_static_validator)
    if meta.format == "2023-07-draft" and not legacy_groups.are_meant(root):
        return draft_groups.read(root, meta, findings)
    return legacy_groups.read(root, meta, findings, has_grader=has_grader)
