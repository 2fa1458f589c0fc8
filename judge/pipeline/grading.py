"""From test cases to a submission's verdict and score: walks the test groups, and asks for the runs it needs.

Each family of rules is a small interpreter of ``judge.groups``. The walk goes in the package's order and runs one test
case after the other, so that what is not needed for the verdict is never run. With ``is_full`` the rest is run as well,
after all that counts; verdict and score are the same either way.

A group's own failing is a verdict, the package's is a ``GradingFailure``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from judge.groups import Aggregation, Group, LegacyRule, MaxScoreRule, PointsRule, Rule
from judge.models import Problem, Run
from judge.verdicts import Verdict

#: The default grader's order (legacy format, "Default Grader Specification"), worst first.
_WORST_FIRST = (Verdict.JE, Verdict.CE, Verdict.RTE, Verdict.MLE, Verdict.TLE, Verdict.OLE, Verdict.WA)
#: What sums of decimal fractions may be off by.
_ROUNDING = 1e-9


class GradingFailure(Exception):
    """The package's scores contradict its own rules; the judging becomes JE with this text."""


@dataclass(frozen=True, slots=True)
class Graded:
    """What became of a test case, a group, or the submission."""

    verdict: Verdict
    score: float = 0.0
    #: Of the submission: the score as a sum, by the names of the test groups that give it; empty where it is no sum.
    parts: Mapping[str, float] = field(default_factory=dict, compare=False)


class Bench(Protocol):
    """Who runs what grading asks for."""

    async def run(self, index: int) -> Run:
        """Judge that test case; asked for once each at most."""

    async def validate_statically(self, group: str, flags: tuple[str, ...]) -> Run:
        """What the static validator says of the submission, as of a test case of that group."""

    async def grade(self, flags: tuple[str, ...], members: Sequence[Graded]) -> Graded:
        """What the package's own grader makes of a group's members."""


async def grade(problem: Problem, bench: Bench, *, is_full: bool) -> Graded:
    """The submission's verdict and score.

    Raises:
        GradingFailure: the package's rules were broken by the package itself.
    """
    walk = _Walk(problem, bench)
    graded = await walk.whole()
    if not math.isfinite(graded.score):
        raise GradingFailure("the scores add up to more than any number")
    graded = replace(graded, parts=walk.parts_of(graded.score))
    if is_full and not walk.is_broken:
        for index in range(len(problem.testcases)):
            if index not in walk.runs:
                await walk.run(index)
    return graded


class _Walk:
    """One submission's way through the groups."""

    def __init__(self, problem: Problem, bench: Bench) -> None:
        #: The runs made, by index of their test case.
        self.runs: dict[int, Run] = {}
        self._problem = problem
        self._bench = bench
        self._groups = {group.name: group for group in _all(problem.grading.root)} if problem.grading else {}
        self._scores: dict[str, float] = {}

    @property
    def is_broken(self) -> bool:
        """Whether a run was our side's failure: then nothing more is worth running."""
        return any(run.verdict is Verdict.JE for run in self.runs.values())

    async def whole(self) -> Graded:
        """What the problem's own rules make of all test cases."""
        grading = self._problem.grading
        if grading is None:
            return await self._in_order()
        graded = await self._group(grading.root)
        if isinstance(grading.root.rule, LegacyRule):
            # The final verdict decides whether there is a score at all.
            return graded if graded.verdict is Verdict.AC else Graded(graded.verdict)
        if graded.verdict is Verdict.JE:
            return graded
        # A submission that passed all is accepted, whatever its score; else the first failure names it.
        failures = (self.runs[index].verdict for index in sorted(self.runs))
        first = next((verdict for verdict in failures if verdict is not Verdict.AC), graded.verdict)
        return Graded(first, graded.score)

    async def run(self, index: int) -> Run:
        if index not in self.runs:
            self.runs[index] = await self._bench.run(index)
        return self.runs[index]

    async def _in_order(self) -> Graded:
        for index in range(len(self._problem.testcases)):
            run = await self.run(index)
            if run.verdict is not Verdict.AC:
                return Graded(run.verdict)
        return Graded(Verdict.AC)

    def parts_of(self, score: float) -> dict[str, float]:
        """That score by the groups that it is the sum of; empty if it is not."""
        grading = self._problem.grading
        if grading is None or not grading.is_scoring:
            return {}
        parts = dict(self._parts(grading.root))
        return parts if abs(sum(parts.values()) - score) <= _ROUNDING else {}

    def _parts(self, group: Group) -> Iterator[tuple[str, float]]:
        """Those of one group: itself, unless its score is the sum of others'; test cases of its own are one part."""
        score = self._scores.get(group.name, 0.0)
        within = [member for member in group.members if isinstance(member, Group)] if _sums(group.rule) else []
        own = score - sum(self._scores.get(member.name, 0.0) for member in within)
        if own < -_ROUNDING:
            within, own = [], score
        for member in within:
            yield from self._parts(member)
        if own > _ROUNDING or not within:
            yield group.name, own

    async def _group(self, group: Group) -> Graded:
        graded = await self._by_rule(group)
        self._scores[group.name] = graded.score
        return graded

    async def _by_rule(self, group: Group) -> Graded:
        rule = group.rule
        if isinstance(rule, LegacyRule):
            return await self._legacy(group, rule)
        if isinstance(rule, MaxScoreRule):
            return await self._max_score(group, rule)
        return await self._points(group, rule)

    # The legacy format.

    async def _legacy(self, group: Group, rule: LegacyRule) -> Graded:
        results: list[Graded] = []
        for member in group.members:
            result = await self._group(member) if isinstance(member, Group) else await self._legacy_case(member, rule)
            if result.verdict is Verdict.JE:
                return result
            results.append(result)
            if result.verdict is not Verdict.AC and rule.breaks:
                break
        if rule.grader_flags is not None:
            graded = await self._bench.grade(rule.grader_flags, results)
        else:
            graded = default_grader(rule, results)
        if graded.verdict is Verdict.AC and not rule.least - _ROUNDING <= graded.score <= rule.most + _ROUNDING:
            where = f"data/{group.name}".rstrip("/")
            raise GradingFailure(f"{where} gives {graded.score:g}, outside its range {rule.least:g} to {rule.most:g}")
        return graded

    async def _legacy_case(self, index: int, rule: LegacyRule) -> Graded:
        run = await self.run(index)
        is_accepted = run.verdict is Verdict.AC
        grading = self._problem.grading
        assert grading is not None
        is_unscored = run.score is None and not grading.wants_scores
        if is_unscored or not (grading.wants_scores or grading.takes_scores) or run.verdict is Verdict.JE:
            return Graded(run.verdict, rule.accept_score if is_accepted else rule.reject_score)
        if is_accepted and run.score is None:
            raise GradingFailure(f"{run.testcase}: the output validator accepted without writing score.txt")
        if not is_accepted and run.score is not None:
            raise GradingFailure(f"{run.testcase}: the output validator rejected, but wrote score.txt")
        return Graded(run.verdict, run.score if run.score is not None else rule.reject_score)

    # The format 2025-09.

    async def _max_score(self, group: Group, rule: MaxScoreRule) -> Graded:
        if not await self._have_passed(rule.require_pass):
            return Graded(Verdict.WA)
        results: list[Graded] = []
        grading = self._problem.grading
        breaks = rule.aggregation is not Aggregation.SUM or (grading is not None and not grading.is_scoring)
        if self._problem.static_validator is not None and (rule.must_pass_static or rule.static_score is not None):
            run = await self._bench.validate_statically(group.name, rule.static_flags)
            results.append(self._scored(run, rule, worth=rule.static_score))
        for member in group.members:
            if breaks and results and results[-1].verdict is not Verdict.AC:
                break
            if isinstance(member, Group):
                results.append(await self._group(member))
            else:
                results.append(self._scored(await self.run(member), rule, worth=_case_worth(group, rule)))
            if results[-1].verdict is Verdict.JE:
                return results[-1]
        return self._aggregated(group, rule, results)

    def _scored(self, run: Run, rule: MaxScoreRule, *, worth: float | None) -> Graded:
        """A test case and its score, at most ``worth``; None: unbounded ("Scoring test cases" in 2025-09)."""
        grading = self._problem.grading
        if grading is None or not grading.is_scoring or run.verdict is Verdict.JE or _is_sample(run):
            return Graded(run.verdict)
        is_given = run.score is not None or run.multiplier is not None
        if run.verdict is not Verdict.AC:
            if is_given:
                raise GradingFailure(f"{run.testcase}: the validator rejected, but gave a score")
            return Graded(run.verdict)
        if rule.aggregation is Aggregation.PASS_FAIL:
            if is_given:
                raise GradingFailure(f"{run.testcase}: the validator gave a score in a pass-fail group")
            return Graded(Verdict.AC)
        return Graded(Verdict.AC, _case_score(run, worth))

    def _aggregated(self, group: Group, rule: MaxScoreRule, results: Sequence[Graded]) -> Graded:
        verdict = next((result.verdict for result in results if result.verdict is not Verdict.AC), Verdict.AC)
        # The root is the sample group, which gives nothing, and the secret one.
        if group.name == "" or rule.aggregation is Aggregation.SUM:
            score = sum(result.score for result in results)
        elif rule.aggregation is Aggregation.PASS_FAIL:
            score = (rule.max_score or 0.0) if verdict is Verdict.AC and group.name != "sample" else 0.0
        else:
            # What failed has the score 0, which nothing behind it can undercut.
            score = min((result.score for result in results), default=0.0)
        if rule.max_score is not None and score > rule.max_score + _ROUNDING:
            raise GradingFailure(f"data/{group.name} gives {score:g}, more than its max_score {rule.max_score:g}")
        return Graded(verdict, score)

    async def _have_passed(self, names: Sequence[str]) -> bool:
        """Whether all test cases of each named group are accepted ("require_pass" in 2025-09)."""
        for name in names:
            group = self._groups.get(name)
            if group is None:
                raise GradingFailure(f"require_pass names {name!r}, but there is no such group")
            for index in _cases(group):
                # What was skipped because its group had failed already is not accepted.
                if index not in self.runs or self.runs[index].verdict is not Verdict.AC:
                    return False
        return True

    # Polygon.

    async def _points(self, group: Group, rule: PointsRule) -> Graded:
        if not self._has_dependencies(rule):
            return Graded(Verdict.WA)
        results: list[Graded] = []
        for member in group.members:
            if isinstance(member, Group):
                result = await self._group(member)
            else:
                run = await self.run(member)
                result = Graded(run.verdict, self._case_points(member, run))
            if result.verdict is Verdict.JE:
                return result
            results.append(result)
            grading = self._problem.grading
            is_over = rule.is_complete or (grading is not None and not grading.is_scoring)
            if result.verdict is not Verdict.AC and is_over:
                break
        verdict = next((result.verdict for result in results if result.verdict is not Verdict.AC), Verdict.AC)
        score = sum(result.score for result in results)
        if rule.is_complete:
            if rule.points is not None:
                score = rule.points
            return Graded(verdict, score if verdict is Verdict.AC else 0.0)
        return Graded(verdict, score)

    def _case_points(self, index: int, run: Run) -> float:
        """A test case's points: those of the checker where it gave some (exit code 7), else all or nothing."""
        if run.score is not None:
            return run.score
        return (self._problem.testcases[index].points or 0.0) if run.verdict is Verdict.AC else 0.0

    def _has_dependencies(self, rule: PointsRule) -> bool:
        for name in rule.dependencies:
            group = self._groups.get(name)
            if group is None:
                raise GradingFailure(f"a group depends on {name!r}, but there is no such group")
            for index in _cases(group):
                if index not in self.runs or self.runs[index].verdict is not Verdict.AC:
                    return False
        return True


def default_grader(rule: LegacyRule, members: Sequence[Graded]) -> Graded:
    """The legacy format's default grader ("Default Grader Specification")."""
    if rule.ignores_sample:
        members = members[1:]
    verdicts = [member.verdict for member in members]
    scores = [member.score for member in members]
    return Graded(_grader_verdict(rule, verdicts), _grader_score(rule.score, scores))


def _grader_verdict(rule: LegacyRule, verdicts: Sequence[Verdict]) -> Verdict:
    if rule.verdict == "always_accept" or (rule.accepts_if_any and Verdict.AC in verdicts):
        return Verdict.AC
    failures = [verdict for verdict in verdicts if verdict is not Verdict.AC]
    if not failures:
        return Verdict.AC
    return failures[0] if rule.verdict == "first_error" else min(failures, key=_WORST_FIRST.index)


def _grader_score(aggregation: Aggregation, scores: Sequence[float]) -> float:
    if not scores:
        return 0.0
    if aggregation is Aggregation.MIN:
        return min(scores)
    if aggregation is Aggregation.MAX:
        return max(scores)
    return sum(scores) / (len(scores) if aggregation is Aggregation.AVG else 1)


def _sums(rule: Rule) -> bool:
    """Whether a group's score is the sum of its members'."""
    if isinstance(rule, LegacyRule):
        return rule.grader_flags is None and rule.score is Aggregation.SUM
    return rule.aggregation is Aggregation.SUM if isinstance(rule, MaxScoreRule) else not rule.is_complete


def _is_sample(run: Run) -> bool:
    return run.testcase.partition("/")[0] == "sample"


def _case_worth(group: Group, rule: MaxScoreRule) -> float | None:
    """The maximum score of each test case in the group."""
    if rule.max_score is None or rule.aggregation is not Aggregation.SUM:
        return rule.max_score
    return (rule.max_score - (rule.static_score or 0.0)) / sum(1 for _ in _cases(group))


def _case_score(run: Run, worth: float | None) -> float:
    """Points of an accepted test case in a ``sum`` or ``min`` group."""
    if run.score is not None and run.multiplier is not None:
        raise GradingFailure(f"{run.testcase}: both score.txt and score_multiplier.txt were written")
    if worth is None:
        if run.score is None:
            raise GradingFailure(f"{run.testcase}: the score is unbounded, so the validator must write score.txt")
        return run.score
    if run.multiplier is not None:
        return run.multiplier * worth
    if run.score is not None and run.score > worth + _ROUNDING:
        raise GradingFailure(f"{run.testcase}: score.txt says {run.score:g}, but the test case is worth {worth:g}")
    return worth if run.score is None else run.score


def _all(group: Group) -> Iterator[Group]:
    yield group
    for member in group.members:
        if isinstance(member, Group):
            yield from _all(member)


def _cases(group: Group) -> Iterator[int]:
    for member in group.members:
        if isinstance(member, Group):
            yield from _cases(member)
        else:
            yield member
