"""What changed verdicts make of a scoreboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from judge.models import Limits
from judge.scoring import Row, rank
from judge.store.contests import Contest, ContestProblem
from judge.verdicts import Verdict
from tests import tries as oracle
from tests.tries import START, Try
from web.boards.effects import Effect, Sides, effect

AC, WA, CE = Verdict.AC, Verdict.WA, Verdict.CE
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
        has_secret_includes={},
    )
    for number, label in ((1, "A"), (2, "B"))
]


def _tries(*made: tuple[int, int, int, Verdict]) -> list[Try]:
    """Tries (user, problem, minute, verdict) with ids from 1 in that order."""
    return [
        Try(id=number, user_id=user, problem_id=problem, sent_at=START + timedelta(minutes=minute), verdict=verdict)
        for number, (user, problem, minute, verdict) in enumerate(made, start=1)
    ]


def _board(tries: Sequence[Try], *, is_public: bool = False) -> list[Row]:
    rules = oracle.Contest(ends_at=CONTEST.ends_at, hides_from=CONTEST.freeze_at if is_public else None)
    return rank(CONTEST.rules, oracle.count(rules, tries), {each.user_id: f"user {each.user_id}" for each in tries})


def _effect(tries: list[Try], changed: dict[int, tuple[Verdict, Verdict]], *, minute: int = 200) -> Effect:
    old, new = _with(tries, changed, 0), _with(tries, changed, 1)
    sides = Sides(
        old=_board(old),
        new=_board(new),
        public_old=_board(old, is_public=True),
        public_new=_board(new, is_public=True),
    )
    return effect(CONTEST, sides, PROBLEMS, submissions=len(changed), now=START + timedelta(minutes=minute))


def _with(tries: list[Try], changed: dict[int, tuple[Verdict, Verdict]], side: int) -> list[Try]:
    return [replace(each, verdict=changed[each.id][side]) if each.id in changed else each for each in tries]


def test_a_try_becomes_accepted() -> None:
    """Ranks, problems solved and penalties of everybody whom it moves, and who is first now."""
    tries = _tries((1, 1, 10, WA), (2, 1, 20, AC), (1, 1, 30, AC))

    found = _effect(tries, {1: (WA, AC)})

    assert [(line.name, line.old.rank, line.new.rank) for line in found.lines] == [("user 1", 2, 1), ("user 2", 1, 2)]
    assert [(line.old.penalty_minutes, line.new.penalty_minutes) for line in found.lines] == [(50, 10), (20, 20)]
    assert [(first.label, first.old, first.new) for first in found.firsts] == [("A", "user 2", "user 1")]
    assert all(line.is_public for line in found.lines) and not found.is_frozen


def test_nothing_that_counts() -> None:
    """A verdict that costs as much as the one before moves nobody."""
    tries = _tries((1, 1, 10, WA), (1, 1, 30, AC))

    found = _effect(tries, {1: (WA, Verdict.TLE)})

    assert (found.lines, found.firsts, found.submissions) == ((), (), 1)


def test_after_the_freeze() -> None:
    """What was tried after the freeze moves the jury's board alone."""
    found = _effect(_tries((1, 1, 10, AC), (2, 1, 250, WA)), {2: (WA, AC)}, minute=260)

    assert [(line.name, line.is_public) for line in found.lines] == [("user 2", False)]
    assert found.is_frozen


TRIES = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(0, 299), st.sampled_from([AC, WA, CE])), max_size=12
)


@given(TRIES, st.dictionaries(st.integers(1, 12), st.tuples(st.sampled_from([AC, WA, CE]), st.sampled_from([AC, WA]))))
def test_it_is_what_the_scoreboard_would_be(
    made: list[tuple[int, int, int, Verdict]], changed: dict[int, tuple[Verdict, Verdict]]
) -> None:
    """The lines are exactly those in which the scoreboards with the old and with the new verdicts differ."""
    tries = _tries(*sorted(made, key=lambda each: each[2]))
    boards = [{row.name: row for row in _board(_with(tries, changed, side))} for side in (0, 1)]

    found = {line.name: (line.old, line.new) for line in _effect(tries, changed).lines}

    differing = {name for name in boards[0] if boards[0][name] != boards[1][name]}
    assert found == {name: (boards[0][name], boards[1][name]) for name in differing}
