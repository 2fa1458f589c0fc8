"""The simulation queues by the rules of the queue, and agrees with what can be computed by hand."""

from __future__ import annotations

import random
import statistics

import pytest

from judge.simulation import contest, sizing
from judge.simulation.contest import Costs
from judge.simulation.model import Arrival, Judging, Overheads, percentile, simulate

FREE = Overheads(dispatch_s=0.0)


def arrival(at_s: float, user: int = 1, *, service_s: float = 1.0, priority: int = 0) -> Arrival:
    return Arrival(at_s=at_s, user=user, service_s=service_s, priority=priority)


def users(done: list[Judging]) -> list[int]:
    return [judging.arrival.user for judging in done]


def test_one_slot_judges_one_after_the_other() -> None:
    """Waits and makespan are what a hand gets."""
    done = simulate([arrival(0), arrival(0.25), arrival(5)], slots=[1], overheads=Overheads(dispatch_s=0.5))

    assert [judging.wait_s for judging in done] == [0.5, 1.75, 0.5]
    assert done[-1].finished_s == 6.5


def test_a_flood_delays_nobodys_first() -> None:
    """Users take turns: whoever comes into a flood goes before its owner's next, and priorities before turns."""
    flood = [arrival(0, user=1) for _ in range(5)]
    done = simulate([*flood, arrival(0.5, user=2), arrival(0.6, user=2)], slots=[1], overheads=FREE)
    assert users(done) == [1, 2, 1, 2, 1, 1, 1]

    jury = [arrival(0, user=1, priority=30) for _ in range(3)]
    assert users(simulate([*jury, arrival(0.5, user=2)], slots=[1], overheads=FREE)) == [1, 2, 1, 1]


def test_judgehosts_share_the_work() -> None:
    """With as many slots as judgings nobody waits, whichever judgehosts they are on."""
    done = simulate([arrival(0, user=n) for n in range(6)], slots=[4, 2], overheads=FREE)

    assert {judging.wait_s for judging in done} == {0.0}


def test_the_database_bounds_what_slots_can_do() -> None:
    """A database that does ten judgings in a second does a hundred in ten, however many slots there are."""
    many = [arrival(0, user=n, service_s=0.01) for n in range(100)]
    done = simulate(many, slots=[100] * 10, overheads=Overheads(dispatch_s=0.0, database_s=0.1))

    assert done[-1].finished_s == pytest.approx(10, rel=0.02)


def test_a_single_queue_waits_as_theory_says() -> None:
    """M/M/1 at a load of one half: the mean wait is that of one service."""
    chance = random.Random(7)
    at, made = 0.0, []
    for number in range(15_000):
        at += chance.expovariate(0.5)
        made.append(arrival(at, user=number, service_s=chance.expovariate(1)))
    done = simulate(made, slots=[1], overheads=FREE)

    assert statistics.fmean(judging.wait_s for judging in done) == pytest.approx(1.0, rel=0.15)


def test_needed_is_the_fewest_that_do() -> None:
    """With one slot less, waits are too long."""

    def made(seed: int) -> list[Arrival]:
        return contest.submissions(teams=30, per_team=8, hours=0.5, costs=Costs(measured=[2.0, 6.0]), seed=seed)

    enough = sizing.needed(made, p95_s=5, per_host=2, overheads=FREE)

    assert enough is not None
    assert enough.p95_s <= 5 < sizing.waits(made, slots=enough.slots - 1, per_host=2, overheads=FREE).p95_s
    assert sizing.needed(made, p95_s=5, per_host=2, overheads=Overheads(database_s=9.0)) is None


def test_a_contest_has_the_shape_it_says() -> None:
    """As many submissions as teams make, more of them in the end, within the contest, the same for the same seed."""
    made = contest.submissions(teams=100, per_team=12, hours=5, costs=Costs(), seed=3)
    hours = [item.at_s / 3600 for item in made]

    assert len(made) == 1200
    assert 0 <= min(hours) <= max(hours) <= 5
    assert sum(hour > 4.85 for hour in hours) > 2 * sum(2 < hour < 2.15 for hour in hours)
    assert made == contest.submissions(teams=100, per_team=12, hours=5, costs=Costs(), seed=3)


def test_an_agreement_is_found_out() -> None:
    """A trace agrees with its own simulation, and not with that of half the slots."""
    made = [arrival(n * 0.4, user=n % 5, service_s=1 + n % 3) for n in range(60)]
    real = simulate(made, slots=[4], overheads=Overheads(dispatch_s=0.1))
    found = Overheads(dispatch_s=sizing.dispatch_s(real, 4))

    assert found.dispatch_s == pytest.approx(0.1, abs=0.02)
    same = sizing.agreement(real, simulate(made, slots=[4], overheads=found))
    other = sizing.agreement(real, simulate(made, slots=[2], overheads=found))
    assert max(line.error for line in same) < 0.02
    assert min(line.error for line in other) > 0.15


def test_percentiles_are_of_what_is_there() -> None:
    """The smallest value that reaches the share."""
    assert [percentile([3, 1, 2], share) for share in (0.0, 0.5, 0.95)] == [1, 2, 3]
