"""Scoreboards: who stands above whom, and at what cost."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from judge.scoring import Ranking, Row, Rules, Scoring, rank
from judge.verdicts import Verdict
from tests.tries import START, Contest, Try, count

ICPC = Rules()


def _rows(
    *tries: tuple[int, int, float, Verdict | None],
    hidden_from_minute: float | None = None,
    rules: Rules = ICPC,
    scores: tuple[float | None, ...] = (),
) -> list[Row]:
    """The board of tries (user, problem, minute, verdict), made in the order of their minutes."""
    made = [
        Try(
            id=number,
            user_id=user,
            problem_id=problem,
            sent_at=START + timedelta(minutes=minute),
            verdict=verdict,
            score=scores[number] if scores else None,
        )
        for number, (user, problem, minute, verdict) in enumerate(sorted(tries, key=lambda each: each[2]))
    ]
    hides_from = None if hidden_from_minute is None else START + timedelta(minutes=hidden_from_minute)
    cells = count(Contest(scoring=rules.scoring, hides_from=hides_from), made)
    return rank(rules, cells, {user_id: f"user {user_id}" for user_id in cells})


def _brief(rows: list[Row]) -> list[tuple[int, int, int, int]]:
    return [(row.rank, row.user_id, row.solved, row.penalty_minutes) for row in rows]


def test_penalty() -> None:
    """A rejected try costs twenty minutes if the problem is solved later, and nothing if it is not."""
    rows = _rows((1, 1, 10, Verdict.WA), (1, 1, 30, Verdict.AC), (1, 2, 40, Verdict.WA), (1, 2, 50, Verdict.TLE))

    assert _brief(rows) == [(1, 1, 1, 50)]
    assert rows[0].cells[2].tries == 2


def test_free_verdicts() -> None:
    """Compile errors and judge errors cost nothing and do not count as tries."""
    rows = _rows((1, 1, 1, Verdict.CE), (1, 1, 2, Verdict.JE), (1, 1, 3, Verdict.AC))

    assert _brief(rows) == [(1, 1, 1, 3)]


def test_after_accepted() -> None:
    """What is sent after a problem is solved changes nothing."""
    rows = _rows((1, 1, 5, Verdict.AC), (1, 1, 6, Verdict.WA), (1, 1, 7, Verdict.AC), (1, 1, 8, None))

    assert _brief(rows) == [(1, 1, 1, 5)]
    assert (rows[0].cells[1].tries, rows[0].cells[1].pending) == (0, 0)


def test_minutes_are_whole() -> None:
    """Penalty counts whole minutes begun and ended, not seconds."""
    assert _brief(_rows((1, 1, 5.99, Verdict.AC))) == [(1, 1, 1, 5)]


def test_order() -> None:
    """More solved comes first, then less penalty."""
    rows = _rows(
        (1, 1, 100, Verdict.AC),
        (2, 1, 50, Verdict.AC),
        (3, 1, 120, Verdict.AC),
        (3, 2, 200, Verdict.AC),
        (4, 1, 10, Verdict.WA),
    )

    assert [row.user_id for row in rows] == [3, 2, 1, 4]


def test_tie_broken_by_last_accepted() -> None:
    """At equal penalty, whoever got their last problem accepted earlier stands higher."""
    rows = _rows((1, 1, 10, Verdict.AC), (1, 2, 50, Verdict.AC), (2, 1, 20, Verdict.AC), (2, 2, 40, Verdict.AC))

    assert _brief(rows) == [(1, 2, 2, 60), (2, 1, 2, 60)]


def test_equals_share_a_rank() -> None:
    """Equals share a rank, and the next one's rank counts them all."""
    rows = _rows((1, 1, 10, Verdict.AC), (2, 1, 10, Verdict.AC), (3, 1, 11, Verdict.AC))

    assert [(row.rank, row.user_id) for row in rows] == [(1, 1), (1, 2), (3, 3)]


def test_freeze() -> None:
    """From the freeze on, tries are counted but what became of them is kept back."""
    rows = _rows((1, 1, 10, Verdict.WA), (1, 1, 70, Verdict.AC), (2, 1, 59, Verdict.AC), hidden_from_minute=60)

    assert _brief(rows) == [(1, 2, 1, 59), (2, 1, 0, 0)]
    assert (rows[1].cells[1].tries, rows[1].cells[1].pending) == (1, 1)


def test_first_to_solve() -> None:
    """The first accepted try at a problem is marked, unless an earlier one may yet turn out to be."""
    certain = _rows((1, 1, 10, Verdict.AC), (2, 1, 20, Verdict.AC))
    uncertain = _rows((3, 1, 5, None), (1, 1, 10, Verdict.AC))

    assert {row.user_id: set(row.firsts) for row in certain} == {1: {1}, 2: set()}
    assert not any(row.firsts for row in uncertain)


def test_own_waiting_try_leaves_no_doubt() -> None:
    """Whoever solved a problem first did so, whatever becomes of their own earlier try."""
    rows = _rows((1, 1, 5, None), (1, 1, 10, Verdict.AC), (2, 1, 20, Verdict.AC))

    assert [set(row.firsts) for row in rows] == [{1}, set()]


def test_points_are_summed() -> None:
    """By the rules of the IOI points alone count, and nobody loses what an earlier submission gave."""
    ioi = Rules(scoring=Scoring.IOI)
    rows = _rows(
        *((1, 1, 10, Verdict.WA), (1, 1, 20, Verdict.WA), (2, 1, 30, Verdict.WA), (2, 2, 40, Verdict.AC)),
        (3, 1, 50, Verdict.WA),
        rules=ioi,
        scores=(40.0, 30.0, 10.0, None, 40.0),
    )

    assert [(row.rank, row.user_id, row.score, row.penalty_s) for row in rows] == [
        *((1, 2, 110.0, 0), (2, 1, 40.0, 0), (2, 3, 40.0, 0)),
    ]
    assert not any(row.firsts for row in rows)


def test_last_gain_and_tries_cost() -> None:
    """With points and penalty, what costs is the time of the last gain, and each rejected try before a best one."""
    rows = _rows(
        *((1, 1, 10, Verdict.WA), (1, 1, 20, Verdict.AC), (1, 2, 15, Verdict.AC), (1, 2, 90, Verdict.WA)),
        *((2, 1, 22, Verdict.AC), (2, 2, 24, Verdict.AC), (2, 3, 99, Verdict.WA)),
        rules=Rules(scoring=Scoring.ATCODER, penalty_minutes=5),
    )

    assert [(row.user_id, row.score, row.penalty_s) for row in rows] == [(2, 200.0, 24 * 60), (1, 200.0, 25 * 60)]


_TRIES = st.lists(
    st.tuples(
        st.integers(1, 4), st.integers(1, 3), st.integers(0, 299), st.one_of(st.none(), st.sampled_from(list(Verdict)))
    )
)


@given(_TRIES)
def test_agrees_with_the_rules_read_plainly(tries: list[tuple[int, int, float, Verdict | None]]) -> None:
    """Solved and penalty are what a slow reading of the rules gives, and ranks never fall."""
    ordered = sorted(tries, key=lambda each: each[2])
    expected = {}
    for user in {each[0] for each in tries}:
        solved = penalty = 0
        for problem in (1, 2, 3):
            own = [each for each in ordered if each[:2] == (user, problem)]
            accepted = next((index for index, each in enumerate(own) if each[3] is Verdict.AC), None)
            if accepted is not None:
                rejected = sum(1 for each in own[:accepted] if each[3] is not None and each[3].is_penalised)
                solved, penalty = solved + 1, penalty + int(own[accepted][2]) + 20 * rejected
        expected[user] = (solved, penalty)

    rows = _rows(*tries)

    assert {row.user_id: (row.solved, row.penalty_minutes) for row in rows} == expected
    assert [row.rank for row in rows] == sorted(row.rank for row in rows)


@given(_TRIES, _TRIES, st.sampled_from(Scoring))
def test_ranking_again_is_ranking_anew(
    tries: list[tuple[int, int, float, Verdict | None]],
    more: list[tuple[int, int, float, Verdict | None]],
    scoring: Scoring,
) -> None:
    """Whatever a ranking remembers of the time before, it gives what one without a memory gives."""
    rules, names = Rules(scoring=scoring), {user_id: f"user {user_id}" for user_id in (1, 2, 3, 4)}
    before, after = (
        count(
            Contest(scoring=scoring),
            [
                Try(id=n, user_id=user, problem_id=problem, sent_at=START + timedelta(minutes=minute), verdict=verdict)
                for n, (user, problem, minute, verdict) in enumerate(made)
            ],
        )
        for made in (tries, [*tries, *more])
    )
    after = {user_id: before[user_id] if before.get(user_id) == own else own for user_id, own in after.items()}
    ranking = Ranking(rules)
    ranking.rank(before, names)

    assert ranking.rank(after, names) == rank(rules, after, names)
