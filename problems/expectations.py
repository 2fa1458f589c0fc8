"""Says how a judging of a jury submission differs from what its package expects.

What counts depends on who said what is expected:

    rules       hold for verdicts of single test cases, of all or of some; each of them has to hold (2025-09)
    expected    the final verdict is one of these; legacy folders also mean what their specification says of test cases
    grades      the verdict of each secret test group, in order (``@EXPECTED_GRADES@``)
    score       the final score lies between two numbers, and nothing else counts (``@EXPECTED_SCORE@``)

The formats know no verdicts for memory and output limits: these count as RTE and WA, on both sides. A program that
prints for ever may be meant as one that is too slow, since judges that only cut its output let it run on.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from judge.groups import Aggregation, Group, LegacyRule, MaxScoreRule, PointsRule
from judge.models import Judged, Problem, Run, static_case
from judge.verdicts import Verdict
from problems import globs

if TYPE_CHECKING:
    # A submission holds expectations, which are defined here.
    from problems.submissions import JurySubmission

_AC, _WA, _TLE, _RTE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE
_COUNTS_AS = {Verdict.MLE: _RTE, Verdict.OLE: _WA}
#: What sums of decimal fractions may be off by.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a submission has to get on some test cases (2025-09, "Example submissions")."""

    #: A pattern for names of test cases and of groups around them; empty: all test cases.
    tests: str = ""
    #: All test cases get one of these; None: anything.
    permitted: frozenset[Verdict] | None = None
    #: At least one test case gets one of these; None: anything.
    required: frozenset[Verdict] | None = None
    #: The score of the group, or of the submission, is at least the one and at most the other.
    score: tuple[float, float] | None = None
    #: Said by the checker to the judges on at least one test case; None or empty: anything.
    message: str | None = None
    #: Whether the slowest of the test cases bounds the time limit from below or above; empty: neither.
    use_for_time_limit: Literal["lower", "upper", ""] = ""


def problems_with(submission: JurySubmission, judged: Judged, problem: Problem) -> list[str]:
    """Every way in which the judging differs from what was expected, as sentences; none: it is as expected."""
    if not submission.is_judged:
        return []
    if judged.verdict in (Verdict.CE, Verdict.JE):
        return [] if judged.verdict in submission.expected else [_unjudged(judged)]
    found = [
        f"{run.testcase} is a judge error: {run.message or run.reason or 'no reason was given'}"
        for run in judged.cases
        if run.verdict is Verdict.JE
    ]
    for rule in submission.rules:
        found += _broken(rule, judged, problem)
    if submission.score is not None:
        found += _score_outside(judged.score, submission.score, "the submission")
    elif submission.is_partial:
        found += _not_partial(submission, judged, problem)
    elif submission.expected and not submission.rules:
        found += _other_verdict(submission.expected, judged)
    if submission.grades:
        found += _other_grades(submission.grades, judged, problem)
    return list(dict.fromkeys(found))


def applies(rule: Expectation, testcase: str) -> bool:
    """Whether the rule is about the test case of that name."""
    return not rule.tests or globs.matches_at_or_above(rule.tests, testcase)


def bounds_time(rule: Expectation) -> tuple[bool, bool]:
    """Whether the slowest run that the rule is about bounds the time limit from below, and from above."""
    return rule.use_for_time_limit == "lower", rule.use_for_time_limit == "upper"


def best_score(problem: Problem) -> float | None:
    """The best score that a submission can get; None where the package does not say."""
    if problem.grading is None:
        return None
    root = problem.grading.root
    groups = (root, *(member for member in root.members if isinstance(member, Group) and member.name == "secret"))
    for group in groups:
        if isinstance(group.rule, LegacyRule):
            best = group.rule.least if problem.grading.is_smaller_better else group.rule.most
            if math.isfinite(best):
                return best
        elif isinstance(group.rule, MaxScoreRule) and group.name == "secret":
            return group.rule.max_score
    return _points(root, problem) if isinstance(root.rule, PointsRule) else None


def _folded(verdicts: Collection[Verdict]) -> set[Verdict]:
    return {_COUNTS_AS.get(verdict, verdict) for verdict in verdicts}


def _fits(verdict: Verdict, wanted: Collection[Verdict]) -> bool:
    """Whether a verdict is one of these, as the formats know them."""
    return bool(_folded([verdict]) & _folded(wanted)) or (verdict is Verdict.OLE and _TLE in wanted)


def _listed(verdicts: Collection[Verdict]) -> str:
    return " or ".join(verdict.value for verdict in Verdict if verdict in verdicts)


def _unjudged(judged: Judged) -> str:
    if judged.verdict is Verdict.CE:
        said = next(iter(judged.compilation.output.splitlines()), "the compiler said nothing")
        return f"does not compile: {said}"
    message = judged.message or next((run.message for run in judged.cases if run.verdict is Verdict.JE), "")
    return f"is a judge error: {message or 'no reason was given'}"


def _broken(rule: Expectation, judged: Judged, problem: Problem) -> Iterator[str]:
    """In what the rule does not hold."""
    runs = [run for run in judged.cases if applies(rule, run.testcase)]
    where = f"a test case of {rule.tests}" if rule.tests else "a test case"
    if rule.permitted is not None:
        bad = [run for run in runs if not _fits(run.verdict, rule.permitted)]
        if bad:
            more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
            yield f"gets {_told(bad[0])}{more}, where only {_listed(rule.permitted)} is permitted"
    if rule.required is not None and not any(_fits(run.verdict, rule.required) for run in runs):
        got = f"it gets {_listed({run.verdict for run in runs})}" if runs else "none was judged"
        yield f"has to get {_listed(rule.required)} on {where}; {got}"
    if rule.message and not any(rule.message in run.message for run in runs):
        yield f"has to be told {rule.message[:100]!r} on {where}"
    if rule.score is not None:
        score = judged.score
        if rule.tests not in ("", "secret") and score is not None:
            score = _group_score(rule.tests, judged, problem)
        yield from _score_outside(score, rule.score, rule.tests or "the submission")


def _told(run: Run) -> str:
    """A run that failed, in words."""
    reason = f" ({run.reason})" if run.reason else ""
    return f"{run.verdict.value} on {run.testcase}{reason}"


def _other_verdict(expected: Sequence[Verdict], judged: Judged) -> Iterator[str]:
    wanted = _folded(expected)
    if _fits(judged.verdict, expected) or _is_meant(wanted, _folded([run.verdict for run in judged.cases])):
        return
    failed = next((run for run in judged.cases if run.verdict is judged.verdict), None)
    got = _told(failed) if failed is not None and judged.verdict is not _AC else judged.verdict.value
    yield f"gets {got} instead of {_listed(expected)}"


def _is_meant(wanted: set[Verdict], got: set[Verdict]) -> bool:
    """Whether verdicts of test cases are what the legacy format means by a folder ("Example Submissions" there)."""
    if wanted == {_WA}:
        return _WA in got and got <= {_AC, _WA}
    if wanted == {_TLE}:
        return _TLE in got and got <= {_AC, _WA, _TLE}
    return bool(got & wanted) if wanted in ({_RTE}, {_WA, _TLE, _RTE}) else False


def _score_outside(score: float | None, wanted: tuple[float, float], what: str) -> Iterator[str]:
    least, most = wanted
    if score is None:
        yield f"{what} has to get a score, and gets none"
    elif not least - _ROUNDING <= score <= most + _ROUNDING:
        between = f"{least:g}" if least == most else f"between {least:g} and {most:g}"
        yield f"{what} gets the score {score:g} instead of {between}"


def _not_partial(submission: JurySubmission, judged: Judged, problem: Problem) -> Iterator[str]:
    """What is wrong with a submission that has to get some points, but not all (legacy ``partially_accepted``)."""
    best = best_score(problem)
    score = judged.score
    is_best = score is not None and best is not None and abs(score - best) <= _ROUNDING
    if is_best:
        yield f"gets the best score {score:g}, and should not"
    elif judged.verdict is not _AC and _AC in submission.expected and not score:
        failed = next((run for run in judged.cases if run.verdict is judged.verdict), None)
        yield f"gets {_told(failed) if failed else judged.verdict.value} and no points, but should get some"


def _other_grades(grades: Sequence[Verdict], judged: Judged, problem: Problem) -> Iterator[str]:
    names = _secret_groups(problem)
    if len(names) != len(grades):
        yield f"@EXPECTED_GRADES@ names {len(grades)} verdicts, but the number of secret test groups is {len(names)}"
        return
    for name, grade in zip(names, grades, strict=True):
        got = {run.verdict for run in judged.runs if run.testcase.startswith(f"{name}/")}
        failures = _folded(got - {_AC})
        if grade is _AC and (failures or not got):
            yield f"gets {_listed(failures) or 'nothing'} in {name} instead of AC"
        # A group that was never judged, for one before it had failed, cannot tell.
        elif grade is not _AC and got and not _folded([grade]) & failures:
            yield f"gets {_listed(got)} in {name} instead of {grade.value}"


def _secret_groups(problem: Problem) -> list[str]:
    """The groups in ``data/secret``, in order; where there is no grading, its folders."""
    if problem.grading is not None:
        for member in problem.grading.root.members:
            if isinstance(member, Group) and member.name == "secret":
                return [group.name for group in member.members if isinstance(group, Group)]
    parts = [case.name.split("/") for case in problem.testcases]
    return list(dict.fromkeys(f"secret/{part[1]}" for part in parts if part[0] == "secret" and len(part) > 2))


def _group_score(name: str, judged: Judged, problem: Problem) -> float | None:
    """The score of the one group of the format 2025-09 that the pattern names ("Scoring problems" there)."""
    groups = list(_below(problem.grading.root)) if problem.grading is not None else []
    group = next((group for group in groups if group.name and globs.matches(name, group.name)), None)
    if group is None or not isinstance(group.rule, MaxScoreRule):
        return None
    rule = group.rule
    runs = {run.testcase: run for run in judged.runs}
    found = [runs.get(problem.testcases[index].name) for index in _cases(group)]
    static = [run for run in judged.static_runs if run.testcase == static_case(group.name)]
    if rule.aggregation is Aggregation.PASS_FAIL:
        is_passed = all(run is not None and run.verdict is _AC for run in (*found, *static))
        return (rule.max_score or 0.0) if is_passed else 0.0
    worth = rule.max_score
    if worth is not None and rule.aggregation is Aggregation.SUM:
        worth = (worth - (rule.static_score or 0.0)) / max(1, len(found))
    scores = [*(_case_score(run, worth) for run in found), *(_case_score(run, rule.static_score) for run in static)]
    return min(scores, default=0.0) if rule.aggregation is Aggregation.MIN else sum(scores)


def _case_score(run: Run | None, worth: float | None) -> float:
    if run is None or run.verdict is not _AC:
        return 0.0
    if run.multiplier is not None and worth is not None:
        return run.multiplier * worth
    return run.score if run.score is not None else worth or 0.0


def _below(group: Group) -> Iterator[Group]:
    yield group
    for member in group.members:
        if isinstance(member, Group):
            yield from _below(member)


def _cases(group: Group) -> Iterator[int]:
    for member in group.members:
        if isinstance(member, Group):
            yield from _cases(member)
        else:
            yield member


def _points(group: Group, problem: Problem) -> float:
    if isinstance(group.rule, PointsRule) and group.rule.is_complete and group.rule.points is not None:
        return group.rule.points
    return sum(
        _points(member, problem) if isinstance(member, Group) else problem.testcases[member].points or 0.0
        for member in group.members
    )
