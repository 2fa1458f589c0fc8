"""What a round of canaries says of its judgehost."""

from __future__ import annotations

import pytest

from judge.hosts.canaries import CANARIES, Examined
from judge.hosts.patrol import Report
from judge.store.canaries import LEARNING_ROUNDS, Baseline, Outcome

C, PYTHON = CANARIES


def _examined(c_us: int | None, python_us: int | None, *, wrong: tuple[str, ...] = ()) -> tuple[Examined, ...]:
    return (
        Examined(canary=C, work_us=c_us, yardstick="c", wrong=wrong),
        Examined(canary=PYTHON, work_us=python_us, yardstick="python3"),
    )


def _baselines(rounds: int = LEARNING_ROUNDS) -> dict[str, Baseline]:
    return {name: Baseline(work_us=50_000, rounds=rounds) for name in ("c", "python3")}


@pytest.mark.parametrize(
    ("c_us", "python_us", "outcome"),
    [
        (50_000, 50_000, Outcome.GOOD),
        (74_000, 74_000, Outcome.GOOD),
        # One program alone may be slow for reasons of its own.
        (90_000, 50_000, Outcome.GOOD),
        (90_000, 90_000, Outcome.DOUBTFUL),
        (90_000, None, Outcome.DOUBTFUL),
        # A clock that is too slow is as wrong.
        (30_000, 30_000, Outcome.DOUBTFUL),
        (None, None, Outcome.UNDECIDED),
    ],
)
def test_times(c_us: int | None, python_us: int | None, outcome: Outcome) -> None:
    """Time has drifted where no canary is as quick as ever; a host that was busy all the time says nothing."""
    assert Report(examined=_examined(c_us, python_us), baselines=_baselines()).outcome is outcome


def test_a_baseline_that_is_still_learnt() -> None:
    """A host that was busy in its first rounds may become quicker; a new one has nothing to be compared with."""
    examined = _examined(30_000, 30_000)

    assert Report(examined=examined, baselines=_baselines(LEARNING_ROUNDS - 1)).outcome is Outcome.GOOD
    assert Report(examined=examined).outcome is Outcome.GOOD


def test_a_wrong_verdict_is_a_doubt_whatever_the_times() -> None:
    """One verdict that is not as it has to be is enough for a doubt, and is told in words."""
    report = Report(examined=_examined(None, None, wrong=("c: crash has to be RTE, was AC",)), baselines=_baselines())

    assert report.outcome is Outcome.DOUBTFUL
    assert report.detail == "c: crash has to be RTE, was AC"


def test_what_could_not_be_judged_is_no_evidence() -> None:
    """A host without an engine is no host with wrong verdicts."""
    report = Report(examined=(Examined(canary=C, failure="no engine answers"),))

    assert report.outcome is Outcome.UNDECIDED
    assert "no engine answers" in report.detail
