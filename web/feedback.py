"""What a contest's feedback leaves of a submission, a judging and an event: the same on pages, in events and in JSON.

Who is shown how much is ``permissions.feedback``. Compilers know nothing of test cases, so that what they say is always
shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from judge.models import is_sample
from judge.store.contests import Attempts, Feedback
from judge.store.events import Event
from judge.store.submissions import Judging, Summary
from judge.verdicts import Verdict
from web import wording

#: An allow-list: what an event has beside this may give a test away.
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "judging": ("state", "attempt", "tests_total"),
    "run": ("attempt", "ordinal", "verdict", "score", "cpu_us", "memory_bytes", "reason", "team_message"),
    "verdict": ("attempt", "verdict", "score", "slowest_cpu_us", "peak_memory_bytes", "compile_output"),
}
_SHOWN_TO_JUDGES: Mapping[str, tuple[str, ...]] = {"run": ("testcase",)}
#: Of these, what tells of tests that are not shown.
_OF_TESTS = {"tests_total", "slowest_cpu_us", "peak_memory_bytes"}
_OF_VERDICT = {"verdict", "score"}


def of_summary(summary: Summary, feedback: Feedback) -> Summary:
    """A line of a list, with as much as is shown; one that is judged and whose verdict is not shown has none."""
    if feedback is Feedback.FULL:
        return summary
    summary = replace(summary, slowest_cpu_us=None, peak_memory_bytes=None)
    if feedback is Feedback.NONE and summary.verdict is not Verdict.CE:
        return replace(summary, verdict=None, score=None, is_overridden=False)
    return summary


def of_judging(judging: Judging, feedback: Feedback) -> Judging:
    """A judging with the runs and groups that are shown."""
    if feedback is Feedback.FULL:
        return judging
    shows_some = feedback is Feedback.SAMPLES
    return replace(
        judging,
        runs=tuple(run for run in judging.runs if shows_some and is_sample(run.testcase)),
        parts=judging.parts if shows_some else (),
        tests_total=0,
    )


def of_attempts(attempts: Attempts, feedback: Feedback) -> Attempts:
    """What came of somebody's tries at a problem."""
    return replace(attempts, is_solved=False, is_pending=False) if feedback is Feedback.NONE else attempts


def of_event(event: Event, feedback: Feedback, *, is_judge: bool) -> tuple[str, Mapping[str, object]] | None:
    """What is sent of an event: a kind and data. None of one that tells of a test that is not shown.

    One of a kind that pages do not show only moves the reader's place on.
    """
    fields = _SHOWN.get(event.kind)
    if fields is None:
        return "other", {}
    if event.kind == "run" and not _shows_run(event, feedback):
        return None
    if is_judge:
        fields = (*fields, *_SHOWN_TO_JUDGES.get(event.kind, ()))
    left_out = set() if feedback is Feedback.FULL else set(_OF_TESTS)
    if feedback is Feedback.NONE and event.data.get("verdict") != Verdict.CE:
        left_out |= _OF_VERDICT
    data = {name: event.data[name] for name in fields if name in event.data and name not in left_out}
    if data.get("reason"):
        data["reason"] = wording.reason(data["reason"])
    return event.kind, data


def _shows_run(event: Event, feedback: Feedback) -> bool:
    if feedback is Feedback.SAMPLES:
        return is_sample(str(event.data.get("testcase", "")))
    return feedback is Feedback.FULL
