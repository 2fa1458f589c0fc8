"""Answers: what a number of slots gives, how many are needed, where the design bends."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from judge.simulation.model import Arrival, Judging, Overheads, percentile, simulate

#: Contests that an answer is made from, each from another seed.
REPEATS = 5

Contest = Callable[[int], Sequence[Arrival]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What contestants see of it, in seconds; means over several contests."""

    slots: int
    p50_s: float
    p95_s: float
    p99_s: float
    #: Of what came in the last tenth.
    last_p95_s: float
    answer_p95_s: float
    #: Share of the slots' time, from the first submission to the last verdict, that was judging.
    use: float


def waits(contest: Contest, *, slots: int, per_host: int, overheads: Overheads, repeats: int = REPEATS) -> Waits:
    """What so many slots give, spread over judgehosts of so many each."""
    seen = [_waits(contest(seed), slots, per_host, overheads) for seed in range(repeats)]
    return Waits(
        slots=slots,
        **{
            name: statistics.fmean(getattr(one, name) for one in seen)
            for name in ("p50_s", "p95_s", "p99_s", "last_p95_s", "answer_p95_s", "use")
        },
    )


def needed(contest: Contest, *, p95_s: float, per_host: int, overheads: Overheads) -> Waits | None:
    """The fewest slots with which 95 % of judgings wait no longer; None: no number of slots does that."""

    def given(slots: int) -> Waits:
        return waits(contest, slots=slots, per_host=per_host, overheads=overheads)

    # More slots than submissions are idle ones.
    most = len(contest(0))
    enough = given(1)
    while enough.p95_s > p95_s:
        if enough.slots >= most:
            return None
        enough = given(enough.slots * 2)
    too_few = enough.slots // 2
    while enough.slots - too_few > 1:
        middle = given((enough.slots + too_few) // 2)
        if middle.p95_s <= p95_s:
            enough = middle
        else:
            too_few = middle.slots
    return enough


def judgehosts(slots: int, per_host: int) -> list[int]:
    """Slots of each judgehost, the last having what is left."""
    whole, rest = divmod(slots, per_host)
    return [per_host] * whole + [rest] * (rest > 0)


def _waits(arrivals: Sequence[Arrival], slots: int, per_host: int, overheads: Overheads) -> Waits:
    done = simulate(arrivals, slots=judgehosts(slots, per_host), overheads=overheads)
    waited = [judging.wait_s for judging in done]
    begin, end = arrivals[0].at_s, max(judging.finished_s for judging in done)
    last = begin + 0.9 * (arrivals[-1].at_s - begin)
    return Waits(
        slots=slots,
        p50_s=percentile(waited, 0.5),
        p95_s=percentile(waited, 0.95),
        p99_s=percentile(waited, 0.99),
        last_p95_s=percentile([judging.wait_s for judging in done if judging.arrival.at_s >= last], 0.95),
        answer_p95_s=percentile([judging.answer_s for judging in done], 0.95),
        use=sum(judging.arrival.service_s for judging in done) / (slots * (end - begin)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One figure of a real contest beside that of its simulation, in seconds."""

    name: str
    real_s: float
    simulated_s: float

    @property
    def error(self) -> float:
        """The difference as a share of the real one; differences of less than 20 ms are none."""
        difference = abs(self.simulated_s - self.real_s)
        return 0.0 if difference < 0.02 else difference / self.real_s


def agreement(real: Sequence[Judging], simulated: Sequence[Judging]) -> list[Agreement]:
    """How far a simulation is from what it simulates."""

    def figures(judgings: Sequence[Judging]) -> dict[str, float]:
        waited = [judging.wait_s for judging in judgings]
        return {
            "mean wait": statistics.fmean(waited),
            "p95 wait": percentile(waited, 0.95),
            "makespan": max(j.finished_s for j in judgings) - min(j.arrival.at_s for j in judgings),
        }

    made, seen = figures(simulated), figures(real)
    return [Agreement(name=name, real_s=seen[name], simulated_s=made[name]) for name in seen]


def dispatch_s(real: Sequence[Judging], slots: int) -> float:
    """From a slot's falling free to the next claim while work waited, as it was; the median of one real contest."""
    gaps = []
    finished = sorted(judging.finished_s for judging in real)
    claimed = sorted((judging.claimed_s, judging.arrival.at_s) for judging in real)
    # With all slots busy, the n-th claim takes the slot that the (n - slots)-th verdict left.
    for before, (claimed_s, queued_s) in zip(finished, claimed[slots:], strict=False):
        if queued_s < before < claimed_s:
            gaps.append(claimed_s - before)
    return statistics.median(gaps) if gaps else Overheads().dispatch_s
