"""What changed verdicts make of a scoreboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from judge.models import Limits
from judge.store.contests import Contest, ContestProblem, Scores, Try
from judge.verdicts import Verdict
from web.effects import Effect, effect
from web.standings import rank

AC, WA, CE = Verdict.AC, Verdict.WA, Verdict.CE
START = datetime(2026, 5, 1, 9, tzinfo=UTC)
CONTEST = Contest(
    id=1,
    name="c",
    title="C",
    starts_at=START,
    ends_at=START + timedelta(hours=5),
    freeze_at=START + timedelta(hours=4),
    penalty_minutes=20,
)
PROBLEMS = [
    ContestProblem(
        id=number,
        version_id=number,
        name=label.lower(),
        label=label,
        title=label,
        limits=Limits(time_ms=1, wall_ms=1),
        is_scoring=False,
        is_submit_answer=False,
        languages=None,
    )
    for number, label in ((1, "A"), (2, "B"))
]


def _scores(*tries: tuple[int, int, int, Verdict | None]) -> Scores:
    """Tries (user, problem, minute, verdict) with ids from 1 in that order."""
    made = tuple(
        Try(
            submission_id=number,
            user_id=user,
            problem_id=problem,
            submitted_at=START + timedelta(minutes=minute),
            verdict=verdict,
        )
        for number, (user, problem, minute, verdict) in enumerate(tries, start=1)
    )
    return Scores(tries=made, names={each.user_id: f"user {each.user_id}" for each in made})


def _effect(scores: Scores, changed: dict[int, tuple[Verdict, Verdict]], *, minute: int = 200) -> Effect:
    return effect(CONTEST, scores, PROBLEMS, changed, START + timedelta(minutes=minute))


def test_a_try_becomes_accepted() -> None:
    """Ranks, problems solved and penalties of everybody whom it moves, and who is first now."""
    scores = _scores((1, 1, 10, WA), (2, 1, 20, AC), (1, 1, 30, AC))

    found = _effect(scores, {1: (WA, AC)})

    assert [(line.name, line.old.rank, line.new.rank) for line in found.lines] == [("user 1", 2, 1), ("user 2", 1, 2)]
    assert [(line.old.penalty_minutes, line.new.penalty_minutes) for line in found.lines] == [(50, 10), (20, 20)]
    assert [(first.label, first.old, first.new) for first in found.firsts] == [("A", "user 2", "user 1")]
    assert all(line.is_public for line in found.lines) and not found.is_frozen


def test_nothing_that_counts() -> None:
    """A verdict that costs as much as the one before moves nobody."""
    scores = _scores((1, 1, 10, WA), (1, 1, 30, AC))

    found = _effect(scores, {1: (WA, Verdict.TLE)})

    assert (found.lines, found.firsts, found.submissions) == ((), (), 1)


def test_after_the_freeze() -> None:
    """What was tried after the freeze moves the jury's board alone."""
    found = _effect(_scores((1, 1, 10, AC), (2, 1, 250, WA)), {2: (WA, AC)}, minute=260)

    assert [(line.name, line.is_public) for line in found.lines] == [("user 2", False)]
    assert found.is_frozen


TRIES = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(0, 299), st.sampled_from([AC, WA, CE])), max_size=12
)


@given(TRIES, st.dictionaries(st.integers(1, 12), st.tuples(st.sampled_from([AC, WA, CE]), st.sampled_from([AC, WA]))))
def test_it_is_what_the_scoreboard_would_be(
    tries: list[tuple[int, int, int, Verdict]], changed: dict[int, tuple[Verdict, Verdict]]
) -> None:
    """The lines are exactly those in which the scoreboards with the old and with the new verdicts differ."""
    scores = _scores(*sorted(tries, key=lambda made: made[2]))
    boards = []
    for side in (0, 1):
        made = tuple(
            replace(each, verdict=changed[each.submission_id][side]) if each.submission_id in changed else each
            for each in scores.tries
        )
        boards.append({row.name: row for row in rank(CONTEST, replace(scores, tries=made), hidden_from=None)})

    found = {line.name: (line.old, line.new) for line in _effect(scores, changed).lines}

    differing = {name for name in boards[0] if boards[0][name] != boards[1][name]}
    assert found == {name: (boards[0][name], boards[1][name]) for name in differing}
