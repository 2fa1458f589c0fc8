"""Test groups: which test cases belong together, and what a group is worth.

Plain values, made by ``problems`` and evaluated by ``judge.pipeline.grading``. There are three families of rules, one
for each kind of package: that of the Kattis legacy format, that of the package format 2025-09, and that of Polygon.
A problem without groups is judged test by test up to the first failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias


class Aggregation(StrEnum):
    """How scores of members make that of their group."""

    SUM = "sum"
    MIN = "min"
    MAX = "max"
    AVG = "avg"
    PASS_FAIL = "pass-fail"  # noqa: S105 (no password)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyRule:
    """A group of the legacy format, as its ``testdata.yaml`` and those around it say (section "Graders" there)."""

    kind: Literal["legacy"] = "legacy"
    #: Stop judging the group's members after the first that is not accepted.
    breaks: bool = True
    accept_score: float = 1.0
    reject_score: float = 0.0
    #: A score outside is the package's own error.
    least: float = float("-inf")
    most: float = float("inf")
    #: "worst_error", "first_error" or "always_accept".
    verdict: Literal["worst_error", "first_error", "always_accept"] = "worst_error"
    score: Aggregation = Aggregation.SUM
    ignores_sample: bool = False
    accepts_if_any: bool = False
    #: Words given to a custom grader; None: the rule is the default grader's.
    grader_flags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxScoreRule:
    """A group of the format 2025-09, as its ``test_group.yaml`` says."""

    kind: Literal["max_score"] = "max_score"
    #: None where the score is unbounded.
    max_score: float | None = 100.0
    aggregation: Aggregation = Aggregation.SUM
    #: Names of groups, as ``Group.name``, all of whose test cases must be accepted first.
    require_pass: tuple[str, ...] = ()
    #: Points given by the static validator; None: it is not run for this group.
    static_score: float | None = None
    #: The static validator has to accept, or the group fails (``static_validation_score: pass-fail``).
    must_pass_static: bool = False
    static_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRule:
    """A group of a Polygon package; points of single test cases are ``Testcase.points``."""

    kind: Literal["points"] = "points"
    #: Points come all together, and only if each test case of the group passes; else each test case gives its own.
    is_complete: bool = False
    #: What a complete group gives; None: the sum of its test cases' points.
    points: float | None = None
    #: Names of groups, each of which must have passed wholly; else nothing here is judged.
    dependencies: tuple[str, ...] = ()


Rule: TypeAlias = LegacyRule | MaxScoreRule | PointsRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A test group."""

    #: The path below ``data/``: "" for all of it, "sample", "secret", "secret/group1"; Polygon's own name of it.
    name: str
    rule: Rule
    #: Groups, and indices into ``Problem.testcases``, in judging order.
    members: tuple[Group | int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """How verdicts and scores of test cases become those of a submission."""

    root: Group
    #: Whether there is a score at all; else only the verdict counts.
    is_scoring: bool = False
    #: Whether less is better (legacy ``grading: {objective: min}``).
    is_smaller_better: bool = False
    #: The checker has to give each accepted test case a score (legacy ``validation: custom score``).
    wants_scores: bool = False
    #: The checker may give an accepted legacy test case a score, which goes before ``accept_score``.
    takes_scores: bool = False
