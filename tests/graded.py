"""Problems to grade, and runs of their test cases that end as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from judge.groups import Aggregation, Grading, Group, LegacyRule, MaxScoreRule, Rule
from judge.models import Blob, CheckerSpec, Limits, Problem, Run, Source, SourceFile, Testcase
from judge.pipeline.grading import Graded, grade
from judge.verdicts import Verdict

AC, WA, TLE, RTE, JE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE, Verdict.JE
EMPTY = Blob.of(b"")
VALIDATOR = Source(language="python3", files=(SourceFile(name="v.py", content=b""),))


@dataclass
class Cases:
    """Runs laid out beforehand."""

    runs: Sequence[Run]
    static: Run | None = None
    graded: Graded = field(default_factory=lambda: Graded(AC, 0.0))
    asked: list[int] = field(default_factory=list)
    heard: list[tuple[tuple[str, ...], Sequence[Graded]]] = field(default_factory=list)

    async def run(self, index: int) -> Run:
        self.asked.append(index)
        return self.runs[index]

    async def validate_statically(self, group: str, flags: tuple[str, ...]) -> Run:
        assert self.static is not None, (group, flags)
        return self.static

    async def grade(self, flags: tuple[str, ...], members: Sequence[Graded]) -> Graded:
        self.heard.append((flags, members))
        return self.graded


def run(
    verdict: Verdict, *, name: str = "secret/1", score: float | None = None, multiplier: float | None = None
) -> Run:
    return Run(testcase=name, verdict=verdict, cpu_us=0, wall_us=0, memory_bytes=0, score=score, multiplier=multiplier)


def problem(
    names: Sequence[str],
    root: Group | None,
    *,
    is_scoring: bool = True,
    wants_scores: bool = False,
    takes_scores: bool = False,
    points: Sequence[float | None] = (),
    static: bool = False,
) -> Problem:
    worth = [*points, *[None] * (len(names) - len(points))]
    return Problem(
        name="p",
        limits=Limits(time_ms=1000, wall_ms=3000),
        checker=CheckerSpec(name="tokens"),
        testcases=tuple(
            Testcase(name=name, input=EMPTY, answer=EMPTY, points=most) for name, most in zip(names, worth, strict=True)
        ),
        grading=None
        if root is None
        else Grading(root=root, is_scoring=is_scoring, wants_scores=wants_scores, takes_scores=takes_scores),
        static_validator=VALIDATOR if static else None,
    )


def graded(of: Problem, cases: Cases, *, is_full: bool = False) -> Graded:
    return asyncio.run(grade(of, cases, is_full=is_full))


def flat(rule: Rule, count: int) -> Problem:
    """A scoring problem whose secret test cases stand in one group of that rule."""
    root: Rule = LegacyRule(breaks=False) if isinstance(rule, LegacyRule) else MaxScoreRule(max_score=None)
    return problem(
        [f"secret/{number}" for number in range(count)],
        Group(name="", rule=root, members=(Group(name="secret", rule=rule, members=tuple(range(count))),)),
    )


VERDICTS = st.sampled_from([AC, WA, TLE, RTE, Verdict.MLE, Verdict.OLE])
SCORES = st.floats(min_value=0, max_value=100, allow_nan=False)


def olympiad(*, breaks: bool = True) -> Problem:
    """Two groups of two, worth 30 and 70, as most legacy scoring packages have them."""
    names = ["sample/1", "secret/a/1", "secret/a/2", "secret/b/1", "secret/b/2"]
    groups = tuple(
        Group(
            name=f"secret/{name}",
            rule=LegacyRule(breaks=breaks, accept_score=worth, most=worth, least=0, score=Aggregation.MIN),
            members=members,
        )
        for name, worth, members in (("a", 30.0, (1, 2)), ("b", 70.0, (3, 4)))
    )
    secret = Group(
        name="secret",
        rule=LegacyRule(breaks=False, verdict="first_error", accepts_if_any=True, least=0, most=100),
        members=groups,
    )
    sample = Group(name="sample", rule=LegacyRule(accept_score=0, breaks=False), members=(0,))
    root = Group(
        name="", rule=LegacyRule(breaks=False, ignores_sample=True, least=0, most=100), members=(sample, secret)
    )
    return problem(names, root)
