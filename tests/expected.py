"""Submissions of a jury, and judgings to compare with what is expected of them."""

from __future__ import annotations

from collections.abc import Sequence

from judge.groups import Grading, Group, LegacyRule
from judge.models import Blob, CheckerSpec, Compilation, Judged, Limits, Problem, Run, Source, Testcase
from judge.verdicts import Verdict
from problems.submissions import JurySubmission

AC, WA, TLE, RTE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE
MLE, OLE, CE, JE = Verdict.MLE, Verdict.OLE, Verdict.CE, Verdict.JE
NAMES = ("sample/1", "secret/a/1", "secret/a/2", "secret/b/1")
EMPTY = Blob.of(b"")


def problem(names: Sequence[str] = NAMES, grading: Grading | None = None, points: float | None = None) -> Problem:
    cases = tuple(Testcase(name=name, input=EMPTY, answer=EMPTY, points=points) for name in names)
    limits = Limits(time_ms=1000, wall_ms=3000)
    return Problem(name="p", limits=limits, checker=CheckerSpec(name="tokens"), testcases=cases, grading=grading)


def run(name: str, verdict: Verdict, **more: object) -> Run:
    return Run(testcase=name, verdict=verdict, cpu_us=1, wall_us=1, memory_bytes=1, **more)  # type: ignore[arg-type]


def judged(*verdicts: Verdict, final: Verdict | None = None, score: float | None = None) -> Judged:
    """A judging of the test cases in order, as far as there are verdicts."""
    if final is None:
        final = next((verdict for verdict in verdicts if verdict is not AC), AC)
    runs = tuple(run(name, verdict) for name, verdict in zip(NAMES, verdicts, strict=False))
    return Judged(verdict=final, compilation=Compilation(is_ok=True), runs=runs, score=score)


def submission(*expected: Verdict, **more: object) -> JurySubmission:
    source = Source(language="c", files=())
    return JurySubmission(path="submissions/x/y.c", source=source, expected=expected, **more)  # type: ignore[arg-type]


def legacy(*, most: float = float("inf"), smaller: bool = False) -> Grading:
    """Two secret groups."""
    rule = LegacyRule(least=1.0 if smaller else float("-inf"), most=most)
    groups = (
        Group(name="secret/a", rule=rule, members=(1, 2)),
        Group(name="secret/b", rule=rule, members=(3,)),
    )
    members = (Group(name="sample", rule=rule, members=(0,)), Group(name="secret", rule=rule, members=groups))
    return Grading(root=Group(name="", rule=rule, members=members), is_scoring=True, is_smaller_better=smaller)
